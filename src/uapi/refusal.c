/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals: choosing the row that applies, and saying it.
 *
 * refusal_if.c says whether a circumstance holds, refusal_words.c what the
 * {words} of a row stand for; both ask refusal_facts.c.
 */
#include "config.h"
#include "uapi/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "uapi/refusal_facts.h"

static void fill(struct refusal_facts *f, const struct refusal *row, struct refusal_text *text)
{
	text->row = row;
	text->cause = refusal_expand(f, false, row->cause);
	text->next = refusal_expand(f, false, row->next);
}

/* What else is true: its next step comes first. */
static void add(struct refusal_facts *f, const struct refusal *row, struct refusal_text *text)
{
	char *cause = refusal_expand(f, false, row->cause),
	     *next = refusal_expand(f, false, row->next);

	if (!text->row)
		text->row = row;
	text->cause = mem_join(text->cause, "; moreover, ", cause);
	text->next = text->next ? mem_join(next, "; then ", text->next) : next;
}

bool refusal_find(enum uapi_op op, int err, const struct refusal_ctx *ctx,
		  struct refusal_text *text)
{
	struct refusal_facts f;

	*text = (struct refusal_text) { 0 };
	err = err < 0 ? -err : err;
	rfact_init(&f, op, ctx);
	for (const struct refusal *row = refusals; row->id && !text->row; row++)
		if (row->err == err && (row->op == (int)op || (row->op == REFUSAL_ANY && err)) &&
		    refusal_applies(&f, row))
			fill(&f, row, text);
	for (const struct refusal *row = refusals; row->id && err; row++)
		if (row->err == REFUSAL_ANY && row->op == (int)op && refusal_applies(&f, row))
			add(&f, row, text);
	rfact_free(&f);
	return text->row != NULL;
}

bool refusal_by_id(const char *id, const struct refusal_ctx *ctx, struct refusal_text *text)
{
	*text = (struct refusal_text) { 0 };
	for (const struct refusal *row = refusals; row->id; row++) {
		struct refusal_facts f;

		if (strcmp(row->id, id))
			continue;
		rfact_init(&f, row->op == REFUSAL_ANY ? OP_COUNT : (enum uapi_op)row->op, ctx);
		fill(&f, row, text);
		rfact_free(&f);
		return true;
	}
	return false;
}

void refusal_text_free(struct refusal_text *text)
{
	free(text->cause);
	free(text->next);
	*text = (struct refusal_text) { 0 };
}

void refusal_report(enum uapi_op op, int err, const struct refusal_ctx *ctx, const char *fmt, ...)
{
	const char *subject = ctx && ctx->device ? ctx->device->name : NULL;
	struct refusal_text text;
	va_list ap;
	char *what;

	va_start(ap, fmt);
	what = mem_vprintf(fmt, ap);
	va_end(ap);
	refusal_find(op, err, ctx, &text);
	err_report(err < 0 ? -err : err, subject, text.cause, text.next, "%s", what);
	refusal_text_free(&text);
	free(what);
}

void refusal_note(const char *id, const struct refusal_ctx *ctx)
{
	struct refusal_text text;

	if (refusal_by_id(id, ctx, &text))
		err_note("%s; %s", text.cause, text.next);
	refusal_text_free(&text);
}
