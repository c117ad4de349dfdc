/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain: what an answer of the kernel means, and what to do.
 *
 * The table of refusals as text: the same words that a failing command says,
 * with what depends on the machine left general.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "check/check.h"
#include "commands/table.h"
#include "uapi/refusal.h"
#include "uapi/uapi.h"

enum { ANY_ERRNO = -1, ERRNO_MAX = 4095 };

/* What was asked for. */
struct question {
	enum uapi_op ops[OP_COUNT];
	size_t n_ops;
	int err;      /* errno, 0 success, ANY_ERRNO */
	bool general; /* the rows of no operation are wanted by themselves */
};

/* --- words ------------------------------------------------------------------------------------ */

/* "EBUSY", "busy", "16", "-16"; "0" and "success" are 0. */
static bool parse_errno(const char *word, int *err)
{
	char *end, *name;
	long n;

	if (!strcasecmp(word, "success")) {
		*err = 0;
		return true;
	}
	if (isdigit((unsigned char)word[*word == '-'])) {
		n = labs(strtol(word, &end, 0));
		*err = (int)n;
		return !*end && n <= ERRNO_MAX;
	}
	*err = err_number(word);
	if (*err)
		return true;
	name = mem_printf("E%s", word);
	*err = err_number(name);
	free(name);
	return *err != 0;
}

static const char *nearest_operation(const char *word)
{
	const char *names[2 * OP_COUNT + F_COUNT];
	size_t n = 0;

	for (size_t i = 0; i < F_COUNT; i++)
		names[n++] = check_findings[i].id;

	for (unsigned int op = 0; op < OP_COUNT; op++) {
		names[n++] = uapi_op_name((enum uapi_op)op);
		if (uapi_op_command((enum uapi_op)op))
			names[n++] = uapi_op_command((enum uapi_op)op);
	}
	return cli_nearest(word, names, n);
}

static int unknown_word(const char *word)
{
	const char *near = nearest_operation(word);
	char *name = mem_strdup(word);
	int used = 0;
	bool known = command_find(&name, 1, &used);

	free(name);
	if (known)
		return err_input(
			word, "iommuctl explain",
			"'%s' asks nothing of iommufd or VFIO: there is no answer to explain",
			word);
	return err_input(word, "iommuctl explain",
			 "'%s' is no command, ioctl, errno or finding%s%s%s", word,
			 near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static void everything(struct question *q)
{
	q->general = true;
	for (unsigned int op = 0; op < OP_COUNT; op++)
		q->ops[q->n_ops++] = (enum uapi_op)op;
}

/* The operation, and how many words it took: "dirty start" is a command of two. */
static int take_operation(char **words, int n, struct question *q)
{
	char *both = n > 1 ? mem_printf("%s %s", words[0], words[1]) : NULL;

	q->n_ops = both ? uapi_op_find(both, q->ops) : 0;
	free(both);
	if (q->n_ops)
		return 2;
	q->n_ops = n ? uapi_op_find(words[0], q->ops) : 0;
	return q->n_ops ? 1 : 0;
}

/* The operation comes first, but "EBUSY bind" can only mean one thing. */
static int parse(const struct cli *cli, struct question *q)
{
	char **words = cli->args;
	int n = cli->n_args, used;

	*q = (struct question) { .err = ANY_ERRNO };
	used = take_operation(words, n, q);
	if (!used && n) {
		if (!parse_errno(words[0], &q->err))
			return unknown_word(words[0]);
		used = 1 + take_operation(words + 1, n - 1, q);
		if (used < n)
			return err_input(words[used], "iommuctl explain",
					 "'%s' is no command or ioctl", words[used]);
	} else if (used < n && !parse_errno(words[used++], &q->err)) {
		return err_input(words[used - 1], "iommuctl explain", "'%s' is no errno",
				 words[used - 1]);
	}
	if (used < n)
		return err_usage("unexpected word '%s'", words[used]);
	if (!q->n_ops)
		everything(q);
	return STATUS_OK;
}

/* --- the document ----------------------------------------------------------------------------- */

static json_object *errno_name(int err)
{
	if (err == REFUSAL_ANY)
		return doc_str("any");
	if (!err)
		return doc_str("success");
	return err_name(err) ? doc_str(err_name(err)) : doc_printf("%d", err);
}

static json_object *circumstances(const struct refusal *row)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < REFUSAL_CONDITIONS; i++)
		if (row->when[i] != IF_ALWAYS)
			doc_push(list, doc_str(refusal_if_text(row->when[i])));
	return list;
}

static json_object *answer_doc(enum uapi_op op, const struct refusal *row)
{
	char *cause = refusal_generic(op, row->cause), *next = refusal_generic(op, row->next);
	json_object *obj = doc_object();

	doc_add(obj, "id", doc_str(row->id));
	doc_add(obj, "errno", errno_name(row->err));
	doc_add(obj, "number", row->err == REFUSAL_ANY ? NULL : doc_int(row->err));
	doc_add(obj, "circumstances", circumstances(row));
	doc_add(obj, "cause", doc_str(cause));
	doc_add(obj, "next", doc_str(next));
	free(cause);
	free(next);
	return obj;
}

static bool errno_fits(const struct question *q, const struct refusal *row)
{
	return q->err == ANY_ERRNO || row->err == q->err || (row->err == REFUSAL_ANY && q->err);
}

/* True when a row of the operation itself answers this errno whatever the circumstances. */
static bool answered(enum uapi_op op, int err)
{
	for (const struct refusal *row = refusals; row->id; row++)
		if (row->op == (int)op && row->err == err && row->when[0] == IF_ALWAYS)
			return true;
	return false;
}

/*
 * Rows of the operation, then those of any operation: all of them when one
 * errno of one operation is asked for; that an ioctl may be missing and memory
 * short needs no repeating in every list.
 */
static json_object *answers_doc(const struct question *q, enum uapi_op op)
{
	json_object *list = doc_list();

	for (const struct refusal *row = refusals; row->id; row++)
		if (row->op == (int)op && errno_fits(q, row))
			doc_push(list, answer_doc(op, row));
	for (const struct refusal *row = refusals; row->id; row++)
		if (!q->general && op < OP_N_IOCTLS && q->err > 0 && row->op == REFUSAL_ANY &&
		    row->err == q->err && !answered(op, row->err))
			doc_push(list, answer_doc(op, row));
	return list;
}

static json_object *operation_doc(enum uapi_op op, json_object *answers)
{
	json_object *obj = doc_object();
	const struct uapi_ioctl *ioctl = op < OP_N_IOCTLS ? &uapi_ioctls[op] : NULL;

	doc_add(obj, "operation", doc_str(uapi_op_name(op)));
	doc_add(obj, "command", doc_str(uapi_op_command(op)));
	doc_add(obj, "number", ioctl ? doc_hex(ioctl->cmd, 16) : NULL);
	doc_add(obj, "size", ioctl ? doc_uint(ioctl->size) : NULL);
	doc_add(obj, "since", ioctl ? doc_str(ioctl->since) : NULL);
	doc_add(obj, "answers", answers);
	return obj;
}

static json_object *general_doc(const struct question *q)
{
	json_object *list = doc_list(), *obj = doc_object();

	for (const struct refusal *row = refusals; row->id; row++)
		if (row->op == REFUSAL_ANY && errno_fits(q, row))
			doc_push(list, answer_doc(OP_COUNT, row));
	doc_add(obj, "operation", doc_str("any"));
	doc_add(obj, "command", NULL);
	doc_add(obj, "number", NULL);
	doc_add(obj, "size", NULL);
	doc_add(obj, "since", NULL);
	doc_add(obj, "answers", list);
	return obj;
}

static void push(json_object *list, json_object *operation, bool even_empty)
{
	if (even_empty || doc_len(doc_get(operation, "answers")))
		doc_push(list, operation);
	else
		json_object_put(operation);
}

static json_object *build(const struct question *q)
{
	json_object *doc = doc_new("explain"), *list = doc_list();

	for (size_t i = 0; i < q->n_ops; i++)
		push(list, operation_doc(q->ops[i], answers_doc(q, q->ops[i])),
		     !q->general && q->err == ANY_ERRNO);
	if (q->general)
		push(list, general_doc(q), false);
	doc_add(doc, "operations", list);
	return doc;
}

/* --- text ------------------------------------------------------------------------------------- */

static void paragraph(struct out *o, const char *label, const char *text)
{
	size_t indent = strlen(label) + 2;

	if (!text)
		return;
	out_printf(o, "  %s", label);
	/* Wrapped for eyes only: scripts get a line each. */
	if (o->width)
		out_wrap(o, indent, text);
	else
		out_str(o, text);
	out_str(o, "\n");
}

static void answer_view(struct out *o, json_object *answer)
{
	json_object *when = doc_get(answer, "circumstances"), *number = doc_get(answer, "number");

	out_styled(o, OUT_BOLD, doc_get_str(answer, "errno", ""));
	if (number && json_object_get_int(number))
		out_printf(o, " (%d, %s)", json_object_get_int(number),
			   strerror(json_object_get_int(number)));
	for (size_t i = 0; i < doc_len(when); i++)
		out_printf(o, "%s%s", i ? ", and " : ", when ",
			   json_object_get_string(doc_at(when, i)));
	out_str(o, "\n");
	paragraph(o, "cause: ", doc_get_str(answer, "cause", NULL));
	paragraph(o, "try:   ", doc_get_str(answer, "next", NULL));
}

static void operation_view(struct out *o, json_object *operation)
{
	const char *command = doc_get_str(operation, "command", NULL);
	const char *number = doc_get_str(operation, "number", NULL);
	json_object *answers = doc_get(operation, "answers");

	out_styled(o, OUT_TITLE, doc_get_str(operation, "operation", ""));
	if (command)
		out_printf(o, ", command %s", command);
	if (number)
		out_printf(o, ", ioctl %s, since Linux %s", number,
			   doc_get_str(operation, "since", ""));
	out_str(o, "\n");
	if (!doc_len(answers))
		out_str(o, "nothing special is known of its answers\n");
	for (size_t i = 0; i < doc_len(answers); i++)
		answer_view(o, doc_at(answers, i));
}

static void finding_view(struct out *o, json_object *finding)
{
	const char *fix = doc_get_str(finding, "fix", NULL);

	out_styled(o, OUT_TITLE, doc_get_str(finding, "id", ""));
	out_printf(o, ", %s\n", doc_get_str(finding, "status", ""));
	paragraph(o, "about: ", doc_get_str(finding, "about", NULL));
	/* With what was found in it, it is another one each time. */
	if (fix && strchr(fix, '{'))
		fix = "it depends on what was found: iommuctl check says it";
	paragraph(o, "try:   ", fix);
}

static void view(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "operations"), *findings = doc_get(doc, "findings");

	for (size_t i = 0; i < doc_len(findings); i++)
		finding_view(o, doc_at(findings, i));

	for (size_t i = 0; i < doc_len(list); i++) {
		if (i)
			out_str(o, "\n");
		operation_view(o, doc_at(list, i));
	}
}

static int nothing_known(const struct cli *cli, const struct question *q)
{
	if (q->general)
		err_report(0, NULL, "no operation of iommufd or VFIO is known to answer it",
			   "iommuctl explain lists all that is known", "nothing is known of '%s'",
			   cli->args[0]);
	else
		err_report(0, NULL, "the kernel is not known to answer this operation so",
			   "dmesg; iommuctl explain lists all that is known",
			   "nothing is known of '%s' with '%s'", uapi_op_name(q->ops[0]),
			   err_name(q->err) ? err_name(q->err) : "this number");
	return STATUS_FAILED;
}

/* What check says in brackets, as its list of findings has it: NULL when @word is none of it. */
static json_object *finding_doc(const char *word)
{
	json_object *list = check_list_findings(),
		    *found = json_object_get(doc_find(list, "id", word));

	json_object_put(list);
	return found;
}

static int explain_finding(struct cli *cli, json_object *finding)
{
	json_object *doc = doc_new("explain"), *list = doc_list();

	doc_push(list, finding);
	doc_add(doc, "operations", doc_list());
	doc_add(doc, "findings", list);
	return cli_emit(cli, doc, view, STATUS_OK);
}

static int run(struct cli *cli, void *data)
{
	json_object *finding = cli->n_args == 1 ? finding_doc(cli->args[0]) : NULL, *doc;
	struct question q;
	int status;

	(void)data;
	if (finding)
		return explain_finding(cli, finding);
	status = parse(cli, &q);
	if (status)
		return status;
	doc = build(&q);
	if (!doc_len(doc_get(doc, "operations"))) {
		status = nothing_known(cli, &q);
		if (!cli->json) {
			json_object_put(doc);
			return status;
		}
	}
	return cli_emit(cli, doc, view, status);
}

const struct command command_explain = {
	.name = "explain",
	.section = "Look",
	.summary = "say what an answer of the kernel means, and what to do",
	.args = "[COMMAND|IOCTL|ERRNO|FINDING] [ERRNO]",
	.doc = "Explains what a command's ioctl, or an ioctl by its name or number, answers and "
	       "why: the cause and the next step for each errno. Without an operand, everything "
	       "that is known; with an errno alone, everything that can answer it. The errno 0, or "
	       "'success', is for answers that hide something. A FINDING is what check puts in "
	       "brackets.",
	.examples = { "iommuctl explain bind EINVAL  # why a device cannot be bound",
		      "iommuctl explain IOMMU_HWPT_ALLOC 95  # numbers are accepted",
		      "iommuctl explain EBUSY  # everything that can be busy" },
	.max_args = 3,
	.run = run,
};
