/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The context: opening it, changing things in it, and saying what was refused. */
#include "config.h"
#include "session/context.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "session/launch.h"
#include "session/repair.h"

/* --- opening -------------------------------------------------------------------------------- */

static int open_session(struct iommu_context *ctx)
{
	struct ledger_entry *e;
	int status = session_connect(ctx->cli->session, &ctx->session);

	if (status != STATUS_OK)
		return status;
	ctx->kind = CONTEXT_SESSION;
	if (!session_turn(&ctx->session, &ctx->ledger))
		return STATUS_TROUBLE;
	e = ledger_find(&ctx->ledger, LEDGER_CONTEXT, 0, 0);
	ctx->iommufd = e ? context_fd(ctx, e) : -1;
	if (ctx->iommufd < 0)
		return STATUS_TROUBLE;
	repair(ctx);
	return STATUS_OK;
}

static int open_given(struct iommu_context *ctx)
{
	ctx->kind = CONTEXT_GIVEN;
	return launch_given_iommufd(ctx->cli->iommufd, &ctx->iommufd);
}

static int open_own(struct iommu_context *ctx)
{
	ctx->kind = CONTEXT_OWN;
	ctx->iommufd = launch_open_iommufd();
	return ctx->iommufd < 0 ? STATUS_TROUBLE : STATUS_OK;
}

int context_open(struct cli *cli, struct iommu_context *ctx)
{
	int status;

	memset(ctx, 0, sizeof(*ctx));
	ctx->cli = cli;
	ctx->iommufd = -1;
	ctx->session.sock = -1;
	ctx->warnings = doc_list();
	ctx->change = mem_zalloc(sizeof(*ctx->change));
	ctx->refusals = context_refusals(ctx);
	status = cli->iommufd                    ? open_given(ctx)
		 : cli->session && *cli->session ? open_session(ctx)
						 : open_own(ctx);
	if (status != STATUS_OK)
		context_close(ctx);
	return status;
}

void context_close(struct iommu_context *ctx)
{
	/* The iommufd of a session is in the ledger; one of the caller stays open. */
	if (ctx->kind == CONTEXT_OWN && ctx->iommufd >= 0)
		close(ctx->iommufd);
	ledger_clear(&ctx->ledger);
	session_done(&ctx->session);
	session_close(&ctx->session);
	json_object_put(ctx->warnings);
	free(ctx->change);
	memset(ctx, 0, sizeof(*ctx));
	ctx->iommufd = -1;
}

bool context_has_strangers(const struct iommu_context *ctx)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_CONTEXT, 0, 0);

	return ctx->kind == CONTEXT_GIVEN || (e && (e->flags & LEDGER_ADOPTED));
}

/* --- changing things -------------------------------------------------------------------------- */

bool context_intend(struct iommu_context *ctx, enum uapi_op op, uint32_t id, uint32_t other,
		    uint64_t v, uint64_t w)
{
	char *text = mem_printf("process %d, %s", (int)getpid(), ctx->cli->command->name);
	const struct ledger_entry e = {
		.type = LEDGER_PENDING,
		.kind = (uint32_t)op,
		.parent = id,
		.other = other,
		.v = v,
		.w = w,
		.text = text,
		.fd = -1,
	};

	ctx->change->len = 0;
	ctx->change->count = 0;
	ctx->change->n_fds = 0;
	if (ctx->kind == CONTEXT_SESSION)
		ctx->intended = session_intend(&ctx->session, &e);
	free(text);
	return ctx->intended || ctx->kind != CONTEXT_SESSION;
}

static bool send_change(struct iommu_context *ctx)
{
	bool ok = ctx->kind != CONTEXT_SESSION || session_commit(&ctx->session, ctx->change);

	ctx->change->len = 0;
	ctx->change->count = 0;
	ctx->change->n_fds = 0;
	ctx->change_lost |= !ok;
	return ok;
}

static void note_change(struct iommu_context *ctx, enum ledger_op op, const struct ledger_entry *e)
{
	if (session_change_add(ctx->change, op, e))
		return;
	/* Full: what does not fit any more follows in a second part. */
	send_change(ctx);
	session_change_add(ctx->change, op, e);
}

struct ledger_entry *context_put(struct iommu_context *ctx, const struct ledger_entry *e)
{
	note_change(ctx, LEDGER_PUT, e);
	return ledger_put(&ctx->ledger, e);
}

void context_remove(struct iommu_context *ctx, uint8_t type, uint32_t id, uint64_t first,
		    uint64_t last)
{
	const struct ledger_entry e = { .type = type, .id = id, .key = first, .v = last, .fd = -1 };

	note_change(ctx, LEDGER_REMOVE, &e);
	ledger_remove(&ctx->ledger, type, id, first, last);
}

void context_drop_fd(struct iommu_context *ctx, const struct ledger_entry *e)
{
	struct ledger_entry *held = ledger_find(&ctx->ledger, e->type, e->id, e->key);

	note_change(ctx, LEDGER_CLOSE, e);
	if (held && held->fd >= 0)
		close(held->fd);
	if (held)
		held->fd = -1;
	if (held)
		held->flags &= (uint8_t)~LEDGER_HAS_FD;
}

bool context_commit(struct iommu_context *ctx)
{
	bool ok = send_change(ctx) && !ctx->change_lost;

	ctx->intended = ctx->change_lost = false;
	return ok;
}

void context_abandon(struct iommu_context *ctx)
{
	if (ctx->intended)
		session_abandon(&ctx->session);
	ctx->intended = false;
}

int context_refused(struct iommu_context *ctx, enum uapi_op op, int err,
		    const struct refusal_ctx *what, const char *fmt, ...)
{
	struct refusal_ctx full = *what;
	va_list ap;
	char *text;

	context_abandon(ctx);
	full.iommufd = ctx->iommufd;
	full.ledger = &ctx->refusals;
	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	refusal_report(op, err, &full, "%s", text);
	free(text);
	/* In a context of one's own there is nothing but what this command made. */
	if (ctx->kind == CONTEXT_OWN && (err == -ENOENT || err == ENOENT))
		refusal_note("lifetime.process", &full);
	return STATUS_FAILED;
}

static void add_warning(struct iommu_context *ctx, const char *id, const char *message,
			const char *next)
{
	json_object *o = doc_object();

	doc_add(o, "id", doc_str(id));
	doc_add(o, "message", doc_str(message));
	doc_add(o, "next", doc_str(next));
	doc_push(ctx->warnings, o);
	err_note("%s%s%s", message, next ? "; try: " : "", next ? next : "");
}

void context_warn(struct iommu_context *ctx, const char *id, const struct refusal_ctx *what)
{
	struct refusal_ctx full = *what;
	struct refusal_text text;

	full.iommufd = ctx->iommufd;
	full.ledger = &ctx->refusals;
	if (refusal_by_id(id, &full, &text))
		add_warning(ctx, id, text.cause, text.next);
	refusal_text_free(&text);
}

void context_warn_words(struct iommu_context *ctx, const char *id, const char *next,
			const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	add_warning(ctx, id, text, next);
	free(text);
}

/* --- the document ----------------------------------------------------------------------------- */

json_object *context_doc(const struct iommu_context *ctx)
{
	static const char *const kinds[] = { "own", "given", "session" };
	json_object *o = doc_object();

	doc_add(o, "kind", doc_str(kinds[ctx->kind]));
	if (ctx->kind == CONTEXT_SESSION)
		doc_add(o, "session", doc_str(ctx->session.name));
	return o;
}
