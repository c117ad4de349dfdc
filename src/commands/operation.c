/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every command that drives iommufd shares. */
#include "config.h"
#include "commands/operation.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timeunit.h"

/* --- the run ------------------------------------------------------------------------------ */

/* The views that cli_emit() takes have the document alone. */
static doc_view *body_view;
static const char *bare_path;

static void view_context(struct out *o, json_object *doc)
{
	json_object *context = doc_get(doc, "context");
	const char *kind = doc_get_str(context, "kind", "");

	if (!doc_get(doc, "object"))
		return;
	if (!strcmp(kind, "session"))
		out_printf(o, "kept by session %s\n", doc_get_str(context, "session", ""));
	else if (!strcmp(kind, "given"))
		out_str(o, "kept as long as the caller has the iommufd open\n");
	else
		out_str(o, "gone when this command exits: to keep it, start a session\n");
}

static void view_all(struct out *o, json_object *doc)
{
	body_view(o, doc);
	view_context(o, doc);
}

static void view_bare(struct out *o, json_object *doc)
{
	json_object *value = bare_path ? doc_path(doc, bare_path, NULL) : NULL;

	if (json_object_is_type(value, json_type_string))
		out_printf(o, "%s\n", json_object_get_string(value));
	else if (value)
		out_printf(o, "%s\n",
			   json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

static int finish(struct operation *op, doc_view *view, int status)
{
	if (op->silent || (status != STATUS_OK && !op->partial)) {
		op->cli->emitted |= op->silent;
		json_object_put(op->doc);
		return status;
	}
	doc_add(op->doc, "context", context_doc(&op->ctx));
	doc_add(op->doc, "warnings", json_object_get(op->ctx.warnings));
	body_view = view;
	bare_path = op->bare;
	return cli_emit(op->cli, op->doc, op->cli->quiet ? view_bare : view_all, status);
}

int operation_run(struct cli *cli, void *opts, int (*act)(struct operation *op, void *opts),
		  doc_view *view)
{
	struct operation op = { .cli = cli };
	int status = context_open(cli, &op.ctx);

	if (status != STATUS_OK)
		return status;
	op.doc = doc_new(cli->command->name);
	status = act(&op, opts);
	status = finish(&op, view, status);
	context_close(&op.ctx);
	return status;
}

/* --- objects ------------------------------------------------------------------------------- */

bool operation_intend_alloc(struct operation *op, enum uapi_op call)
{
	return context_intend(&op->ctx, call, 0, context_next_id(&op->ctx), 0, 0);
}

void operation_describe(struct operation *op, const struct ledger_entry *e)
{
	doc_add(op->doc, "object", show_object(&op->ctx.ledger, e));
	op->bare = "object.id";
}

/* Hand an object that was written down to the session, or destroy it again. */
static int keep_object(struct operation *op, uint8_t type, uint32_t id)
{
	if (context_commit(&op->ctx))
		return STATUS_OK;
	/* It is in the keeper's queue, or everything ends with the keeper. */
	if (op->ctx.session.unanswered)
		return STATUS_FAILED;
	/* Nobody would know of it. Its descriptor has to go first. */
	ledger_remove(&op->ctx.ledger, type, id, 0, 0);
	call_destroy(op->ctx.iommufd, id);
	return STATUS_FAILED;
}

int operation_object(struct operation *op, const struct ledger_entry *e)
{
	const struct ledger_entry *kept = context_put(&op->ctx, e);

	operation_describe(op, kept);
	return keep_object(op, kept->type, kept->id);
}

int operation_make_ioas(struct operation *op, uint32_t *id)
{
	struct uapi_ioas_alloc req = { 0 };
	const struct refusal_ctx what = { 0 };
	struct ledger_entry e = { .type = LEDGER_IOAS, .fd = -1 };
	int err, status;

	*id = 0;
	if (!operation_intend_alloc(op, OP_IOAS_ALLOC))
		return STATUS_FAILED;
	err = call_ioas_alloc(op->ctx.iommufd, &req);
	if (err)
		return context_refused(&op->ctx, OP_IOAS_ALLOC, err, &what,
				       "cannot allocate an IOAS");
	e.id = req.out_ioas_id;
	context_put(&op->ctx, &e);
	status = keep_object(op, e.type, e.id);
	if (status == STATUS_OK)
		*id = e.id;
	return status;
}

void operation_take_back(struct operation *op, uint32_t id)
{
	if (!context_intend(&op->ctx, OP_DESTROY, id, 0, 0, 0))
		return;
	if (call_destroy(op->ctx.iommufd, id)) {
		context_abandon(&op->ctx);
		return;
	}
	context_destroyed(&op->ctx, id);
	context_commit(&op->ctx);
}

void operation_object_view(struct out *o, json_object *doc)
{
	show_object_view(o, doc_get(doc, "object"));
}

void operation_device(json_object *o, const struct context_device *d)
{
	json_object *device = doc_object();

	doc_add(device, "id", doc_uint(d->id));
	doc_add(device, "name", d->dev.bus ? doc_str(d->dev.name) : NULL);
	doc_add(o, "device", device);
}

char *operation_device_title(const struct context_device *d)
{
	if (!d->dev.bus)
		return mem_printf("device %" PRIu32, d->id);
	return mem_strdup(d->dev.name);
}

json_object *operation_text(char *text)
{
	json_object *value = doc_str(text);

	free(text);
	return value;
}

/* --- operands -------------------------------------------------------------------------------- */

static bool parse_number(const char *word, uint64_t *value, const char **end)
{
	int base = word[0] == '0' && (word[1] == 'x' || word[1] == 'X') ? 16 : 10;
	char *stop;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*value = strtoull(word, &stop, base);
	*end = stop;
	return !errno && stop > word + (base == 16 ? 2 : 0);
}

int operand_number(const char *word, const char *what, uint64_t max, uint64_t *value)
{
	const char *end;

	if (parse_number(word, value, &end) && !*end && *value <= max)
		return 0;
	if (max == UINT64_MAX)
		err_usage("'%s' is no %s: a number, decimal or with 0x", word, what);
	else
		err_usage("'%s' is no %s: a number from 0 to %" PRIu64, word, what, max);
	return -EINVAL;
}

int operand_id(const char *word, const char *what, uint32_t *id)
{
	const char *end;
	uint64_t value;

	if (parse_number(word, &value, &end) && !*end && value <= UINT32_MAX) {
		*id = (uint32_t)value;
		return 0;
	}
	err_usage("'%s' is not the id of %s: a number that 'session show' lists", word, what);
	return -EINVAL;
}

int operand_size(const char *word, const char *what, uint64_t *size)
{
	static const char units[] = "KMGT";
	const char *end, *unit;
	unsigned int shift = 0;

	if (parse_number(word, size, &end)) {
		unit = *end ? strchr(units, *end) : NULL;
		if (unit) {
			shift = 10 * (unsigned int)(unit - units + 1);
			end++;
			end += end[0] == 'i' && end[1] == 'B' ? 2 : 0;
		}
		if (!*end && *size <= UINT64_MAX >> shift) {
			*size <<= shift;
			return 0;
		}
	}
	err_usage("'%s' is no %s: bytes, or a number with K, M, G or T", word, what);
	return -EINVAL;
}

int operand_range(const char *word, struct uapi_iova_range *range)
{
	const char *end;

	if (parse_number(word, &range->start, &end) && *end == '-' &&
	    parse_number(end + 1, &range->last, &end) && !*end)
		return 0;
	err_usage("'%s' is no range: START-LAST, both included, such as 0x1000-0xffff", word);
	return -EINVAL;
}

int operand_time(const char *word, int *ms)
{
	char *end;
	double seconds;
	unsigned int unit;

	errno = 0;
	seconds = strtod(word, &end);
	unit = timeunit_seconds(end);
	seconds *= unit;
	if (errno || end == word || !unit || !(seconds >= 0 && seconds <= INT_MAX / 1000)) {
		err_usage("'%s' is no time: seconds, such as 10 or 0.5, or 15m, 2h, 1d", word);
		return -EINVAL;
	}
	*ms = (int)(seconds * 1000);
	return 0;
}

int operand_flags(const struct uapi_names *names, const char *word, uint32_t *flags)
{
	uint64_t value;

	if (uapi_names_option(names, word, &value))
		return -EINVAL;
	if (value > UINT32_MAX) {
		err_usage("'%s' has more than 32 bits", word);
		return -EINVAL;
	}
	*flags = (uint32_t)value;
	return 0;
}

error_t option_number(const char *word, const char *what, uint64_t max, uint64_t *value)
{
	return operand_number(word, what, max, value) ? EINVAL : 0;
}
