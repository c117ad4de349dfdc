/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges an answer that was given although a system call failed, against the answer without that.
 *
 * Expected: the same; a whole answer that knows less and says so; status 1 or 2 with one message.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* The time at which an answer was made differs, and says nothing. */
static const char moment[] = "dddd-dd-ddTdd:dd:ddZ";

static const char *find_moment(const char *text)
{
	size_t i;

	for (; *text; text++) {
		for (i = 0; moment[i]; i++)
			if (moment[i] == 'd' ? !isdigit((unsigned char)text[i])
					     : moment[i] != text[i])
				break;
		if (!moment[i])
			return text;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	const char *time_a, *time_b;

	if (!a || !b)
		return a == b;
	time_a = find_moment(a);
	time_b = find_moment(b);
	if (!time_a || !time_b)
		return !strcmp(a, b);
	return time_a - a == time_b - b && !strncmp(a, b, (size_t)(time_a - a)) &&
	       !strcmp(time_a + strlen(moment), time_b + strlen(moment));
}

/* --- documents -------------------------------------------------------------------------------- */

/* Whether text is one JSON document and nothing else. */
static bool is_document(const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *doc;
	bool ok;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	doc = json_tokener_parse_ex(tokener, text, (int)size);
	ok = doc && json_tokener_get_error(tokener) == json_tokener_success;
	for (size_t i = json_tokener_get_parse_end(tokener); ok && i < size; i++)
		ok = isspace((unsigned char)text[i]);
	json_object_put(doc);
	json_tokener_free(tokener);
	return ok;
}

static bool are_documents(const char *text)
{
	for (size_t size; *text; text += size + 1) {
		size = strcspn(text, "\n");
		if (!text[size] || !is_document(text, size))
			return false;
	}
	return true;
}

/* Whether there is no half of a document. */
static bool whole(enum answer_kind kind, const struct answer *a)
{
	if (kind == ANSWER_JSON)
		return !a->out[0] || is_document(a->out, strlen(a->out));
	if (kind == ANSWER_LINES)
		return are_documents(a->out);
	if (kind == ANSWER_FILE)
		return a->file &&
		       (!strcmp(a->file, OLD_FILE) || is_document(a->file, strlen(a->file)));
	return true;
}

/* --- doubts ----------------------------------------------------------------------------------- */

/* Words by which an answer says that something is not known, or where it comes from instead;
 * metrics have a number for it, and JSON null. */
static const char *const doubt_words[] = {
	"\"errno\": \"",
	"\"reason\": \"",
	": null",
	"unread_facts",
	"input/output",
	"EIO",
	"ENOTTY",
	"ENODEV",
	"unknown",
	"not read",
	"cannot",
	"could not",
	"denied",
	"incomplete",
	"too many open",
	"syslog(2)",
	"?",
};

static bool is_doubt(const char *line)
{
	for (size_t i = 0; i < sizeof(doubt_words) / sizeof(doubt_words[0]); i++)
		if (strcasestr(line, doubt_words[i]))
			return true;
	return false;
}

struct lines {
	char *text; /* what they are pieces of */
	char **line;
	size_t n;
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void doubts_of(const struct answer *a, struct lines *doubts)
{
	char *rest, *line;
	size_t n = 0;

	*doubts = (struct lines) { .text = strdup(a->file ? a->file : a->out) };
	for (const char *p = doubts->text; *p; p++)
		n += *p == '\n';
	doubts->line = calloc(n + 1, sizeof(*doubts->line));
	for (line = strtok_r(doubts->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (is_doubt(line))
			doubts->line[doubts->n++] = line;
	qsort(doubts->line, doubts->n, sizeof(*doubts->line), compare);
}

/* Whether one of the lines of @now is not in @good, or not as often. */
static bool more(const struct lines *good, const struct lines *now)
{
	size_t i = 0;

	for (size_t k = 0; k < now->n; k++) {
		while (i < good->n && strcmp(good->line[i], now->line[k]) < 0)
			i++;
		if (i == good->n || strcmp(good->line[i], now->line[k]))
			return true;
		i++;
	}
	return false;
}

static bool doubts_more(const struct answer *good, const struct answer *now)
{
	struct lines before, after;
	bool is_more;

	doubts_of(good, &before);
	doubts_of(now, &after);
	is_more = more(&before, &after);
	free(before.line);
	free(before.text);
	free(after.line);
	free(after.text);
	return is_more;
}

/* --- messages --------------------------------------------------------------------------------- */

/* How many messages there are, without notes; what is tried next is part of one. */
static unsigned int messages(const char *err)
{
	static const char start[] = "iommuctl", note[] = ": note: ";
	unsigned int n = 0;
	size_t size;

	for (; *err; err += size + (err[size] != '\0')) {
		size = strcspn(err, "\n");
		if (!strncmp(err, start, strlen(start)) && !memmem(err, size, note, strlen(note)))
			n++;
	}
	return n;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) && *text != '\n' && *text != '\t')
			return true;
	return false;
}

/* --- the verdict ------------------------------------------------------------------------------ */

/* An error that is an answer: what is not there, has just gone (sysfs says ENODEV) or listens no
 * more cannot be missed; who asks whether he may is told that he may not. */
static bool is_answer(const char *call, int error)
{
	return error == ENOENT || error == ENODEV || error == ECONNREFUSED ||
	       (error == EACCES && !strncmp(call, "faccessat", 9));
}

static const char *judge_failed(enum answer_kind kind, const struct answer *good,
				const struct answer *now, const char *call, int error)
{
	unsigned int said = messages(now->err);

	if (said > messages(good->err) + 1)
		return "many-messages";
	if (said)
		return "refused";
	/* Whoever reads a pipe no more does not want to hear about it, and a shell about nothing.
	 */
	if (error == EPIPE || kind == ANSWER_OFFER)
		return "refused";
	if (!now->out[0])
		return "no-message";
	/* An answer can be that it cannot be told, or "no" where something is not there. */
	if (is_answer(call, error) || (now->status == 2 && doubts_more(good, now)))
		return "less";
	return "wrong-answer";
}

/* The refusal that was expected, whatever else went wrong. It is all that is written, and cannot be
 * said when that fails. */
static const char *judge_refusal(const struct answer *good, const struct answer *now,
				 const char *call, int error)
{
	if (strstr(now->err, good->err) || !strncmp(call, "write", 5))
		return "refused";
	return judge_failed(ANSWER_REFUSAL, good, now, call, error);
}

/* What is not known is said: in a message, or in the answer itself. A shell must see no message
 * while a line is typed. */
static bool says_so(enum answer_kind kind, const struct answer *good, const struct answer *now,
		    const char *call, int error)
{
	return kind == ANSWER_OFFER || now->err[0] || is_answer(call, error) ||
	       doubts_more(good, now);
}

static bool is_same_answer(const struct answer *a, const struct answer *b)
{
	return a->status == b->status && same_text(a->out, b->out) && same_text(a->file, b->file);
}

const char *judge(enum answer_kind kind, const struct answer *good, const struct answer *now,
		  const char *call, int error)
{
	if (now->hung)
		return "hang";
	if (now->status > 2)
		return "wrong-status";
	if (has_control(now->err))
		return "control-character";
	if (now->files != 1)
		return "file-left";
	if (kind == ANSWER_REFUSAL && now->status)
		return judge_refusal(good, now, call, error);
	if (is_same_answer(good, now))
		return "same";
	if (!whole(kind, now))
		return "broken-document";
	if (!strncmp(call, "write", 5) && error != EINTR && now->status != 1)
		return "unwritten";
	if (now->status && (now->status != good->status || !now->out[0] || error == EPIPE))
		return judge_failed(kind, good, now, call, error);
	/* Who knows less may not say yes where the answer was no, or not known. */
	if (now->status != good->status && !is_answer(call, error))
		return "wrong-answer";
	return says_so(kind, good, now, call, error) ? "less" : "silent";
}

bool is_expected(const char *verdict)
{
	return !strcmp(verdict, "same") || !strcmp(verdict, "less") ||
	       !strcmp(verdict, "refused") || !strcmp(verdict, "unreached");
}

/* --- for a person who looks for the reason ---------------------------------------------------- */

enum { DIFFERENCE_SHOWN = 160 }; /* characters of a line */

/* Adds the first line of @text that is not in @other: what is new, or lacks. */
static void say_difference(FILE *to, char sign, const char *text, const char *other)
{
	const char *moment_at;
	size_t length;

	for (; *text; text += length + (text[length] != '\0')) {
		length = strcspn(text, "\n");
		moment_at = find_moment(text);
		if (memmem(other, strlen(other), text, length) ||
		    (moment_at && moment_at < text + length))
			continue;
		fprintf(to, " %c", sign);
		for (size_t i = 0; i < length && i < DIFFERENCE_SHOWN; i++)
			fputc(iscntrl((unsigned char)text[i]) ? '?' : text[i], to);
		return;
	}
}

void print_answers_apart(FILE *to, const struct answer *good, const struct answer *now)
{
	say_difference(to, '+', now->out, good->out);
	say_difference(to, '-', good->out, now->out);
}
