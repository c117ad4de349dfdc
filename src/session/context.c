/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The context: opening it, changing things in it, devices, and what refusals may ask of it. */
#include "config.h"
#include "session/context.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/collect.h"
#include "host/resolve.h"
#include "session/launch.h"
#include "session/repair.h"
#include "session/show.h"
#include "uapi/calls.h"

/* --- what refusals may ask of the ledger --------------------------------------------------- */

static enum uapi_object object_type(const struct ledger_entry *e)
{
	static const enum uapi_object types[LEDGER_TYPES] = {
		[LEDGER_DEVICE] = OBJECT_DEVICE,   [LEDGER_IOAS] = OBJECT_IOAS,
		[LEDGER_HWPT] = OBJECT_HWPT,       [LEDGER_FAULT] = OBJECT_FAULT_QUEUE,
		[LEDGER_VIOMMU] = OBJECT_VIOMMU,   [LEDGER_VDEVICE] = OBJECT_VDEVICE,
		[LEDGER_VEVENTQ] = OBJECT_VEVENTQ, [LEDGER_HW_QUEUE] = OBJECT_HW_QUEUE,
	};

	if (!e)
		return OBJECT_NONE;
	if (e->type == LEDGER_HWPT && (e->flags & LEDGER_AUTO))
		return OBJECT_HWPT_AUTO;
	if (e->type == LEDGER_HWPT && (e->flags & LEDGER_NESTED))
		return OBJECT_HWPT_NESTED;
	if (e->type == LEDGER_DEVICE && (e->flags & LEDGER_EMULATED))
		return OBJECT_ACCESS;
	return types[e->type];
}

static enum uapi_object refusal_type(void *arg, uint32_t id)
{
	const struct iommu_context *ctx = arg;

	return object_type(ledger_object(&ctx->ledger, id));
}

static char *joined(char *text, char *more)
{
	char *both = mem_printf("%s%s%s", text ? text : "", text ? ", " : "", more);

	free(text);
	free(more);
	return both;
}

/* Does the entry @e keep the object @o from being destroyed? */
static bool holds(const struct ledger_entry *e, const struct ledger_entry *o)
{
	switch (e->type) {
	case LEDGER_HWPT:
		return e->parent == o->id || (o->type == LEDGER_FAULT && e->other == o->id);
	case LEDGER_VIOMMU:
	case LEDGER_VEVENTQ:
		return e->parent == o->id;
	case LEDGER_HW_QUEUE:
		return e->parent == o->id || (o->type == LEDGER_HW_QUEUE &&
					      e->parent == o->parent && e->other > o->other);
	case LEDGER_VDEVICE:
		return !(e->flags & LEDGER_TOMBSTONE) && (e->parent == o->id || e->other == o->id);
	case LEDGER_ATTACHMENT:
		return e->parent == o->id;
	default:
		return false;
	}
}

static char *holder_text(const struct iommu_context *ctx, const struct ledger_entry *e)
{
	char *name = show_name(&ctx->ledger, e->id), *text;

	if (e->type != LEDGER_ATTACHMENT)
		return name;
	if (e->key == LEDGER_RID)
		text = mem_printf("%s is attached", name);
	else
		text = mem_printf("PASID %" PRIu64 " of %s is attached", e->key, name);
	free(name);
	return text;
}

static char *refusal_holders(void *arg, uint32_t id)
{
	const struct iommu_context *ctx = arg;
	const struct ledger_entry *o = ledger_object(&ctx->ledger, id);
	char *text = NULL;

	for (size_t i = 0; o && i < ctx->ledger.count; i++)
		if (holds(&ctx->ledger.entries[i], o))
			text = joined(text, holder_text(ctx, &ctx->ledger.entries[i]));
	if (o && (o->flags & LEDGER_HAS_FD) && o->type != LEDGER_DEVICE)
		text = joined(text, mem_strdup("its descriptor is open"));
	return text;
}

static char *refusal_mappings(void *arg, uint32_t ioas, uint64_t iova, uint64_t length)
{
	const struct iommu_context *ctx = arg;
	uint64_t last = length ? iova + length - 1 : UINT64_MAX;
	char *text = NULL;

	if (!length)
		iova = 0;
	ledger_each_of(&ctx->ledger, LEDGER_MAPPING, ioas, e)
	{
		if (e->key > last || e->key + e->v - 1 < iova)
			continue;
		text = joined(text,
			      mem_printf("0x%" PRIx64 "-0x%" PRIx64, e->key, e->key + e->v - 1));
	}
	return text;
}

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
	ctx->refusals = (struct refusal_ledger) {
		.arg = ctx,
		.type = refusal_type,
		.holders = refusal_holders,
		.mappings = refusal_mappings,
	};
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
	if (vasprintf(&text, fmt, ap) < 0)
		text = mem_strdup(fmt);
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
	if (vasprintf(&text, fmt, ap) < 0)
		text = mem_strdup(fmt);
	va_end(ap);
	add_warning(ctx, id, text, next);
	free(text);
}

/* --- descriptors ------------------------------------------------------------------------------ */

int context_fd(struct iommu_context *ctx, struct ledger_entry *e)
{
	if (e->fd < 0 && (e->flags & LEDGER_HAS_FD) && ctx->kind == CONTEXT_SESSION)
		e->fd = session_fetch(&ctx->session, e);
	else if (e->fd < 0)
		err_report(0, NULL, "it is held by another process, or was closed", NULL,
			   "there is no descriptor of %s %" PRIu32, ledger_type_title(e->type),
			   e->id);
	return e->fd;
}

int context_device_fd(struct iommu_context *ctx, const struct context_device *d)
{
	struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_DEVICE, d->id, 0);

	if (d->dev.fd >= 0)
		return d->dev.fd;
	if (e)
		return context_fd(ctx, e);
	err_report(0, NULL,
		   "the object was made by another process, which has the device's descriptor",
		   "bind the device in a session: iommuctl bind DEVICE",
		   "device %" PRIu32 " cannot be attached or detached from here", d->id);
	return -1;
}

/* --- devices ---------------------------------------------------------------------------------- */

void context_device_free(struct context_device *d)
{
	/* Otherwise the descriptor is the ledger's. */
	if (!d->borrowed)
		d->dev.fd = -1;
	device_close(&d->dev);
	memset(d, 0, sizeof(*d));
	d->dev.fd = -1;
}

static bool is_number(const char *word, uint32_t *id)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(word, &end, 10);
	*id = (uint32_t)n;
	return *word >= '0' && *word <= '9' && !*end && !errno && n <= UINT32_MAX;
}

/* The name, the bus and the cdev of a DEVICE entry: "pci 0000:01:00.0 vfio0". */
static void name_device(struct context_device *d, const struct ledger_entry *e)
{
	char *name = show_device_name(e), *bus = show_device_bus(e);

	device_init(&d->dev, bus, name);
	free(name);
	free(bus);
	d->dev.dev_id = d->id = e->id;
	d->known = true;
}

static struct ledger_entry *find_device(const struct iommu_context *ctx, const char *word)
{
	struct ledger_entry *found = NULL;

	ledger_each(&ctx->ledger, LEDGER_DEVICE, e)
	{
		char *name = show_device_name(e), *cdev = show_device_cdev(e);

		if (!strcmp(name, word) || (cdev && !strcmp(cdev, word)))
			found = e;
		free(name);
		free(cdev);
	}
	return found;
}

/* What the user calls it, through the list of what the machine has. */
static int resolve_name(const char *word, char **bus, char **name)
{
	const struct host_device *dev;
	struct snapshot *snap;
	int status = snapshot_collect(NULL, 0, &snap);

	if (status != STATUS_OK)
		return status;
	status = resolve_device(snap, word, &dev);
	if (status == STATUS_OK) {
		*bus = mem_strdup(dev->bus);
		*name = mem_strdup(dev->name);
	}
	snapshot_free(snap);
	return status;
}

static int refuse_device(struct iommu_context *ctx, struct context_device *d, enum uapi_op op,
			 int err, const uint8_t *token)
{
	const struct refusal_ctx what = { .device = &d->dev, .token = token };

	if (op != OP_VFIO_BIND)
		return context_refused(ctx, op, err, &what, "cannot open the VFIO device of %s",
				       d->dev.name);
	return context_refused(ctx, op, err, &what, "cannot bind %s", d->dev.name);
}

static int open_and_bind(struct iommu_context *ctx, struct context_device *d, const uint8_t *token)
{
	enum uapi_op op;
	int err = device_open(&d->dev, &op);

	if (err)
		return refuse_device(ctx, d, op, err, token);
	err = device_bind(&d->dev, ctx->iommufd, token);
	if (err)
		return refuse_device(ctx, d, OP_VFIO_BIND, err, token);
	d->id = d->dev.dev_id;
	return STATUS_OK;
}

/* The descriptor goes over to the ledger. */
static void enter_device(struct iommu_context *ctx, struct context_device *d)
{
	bool emulated = d->dev.bus && !strcmp(d->dev.bus, "mdev");
	char *text = mem_printf("%s %s %s", d->dev.bus ? d->dev.bus : "-", d->dev.name,
				d->dev.cdev ? d->dev.cdev : "-");
	const struct ledger_entry e = {
		.type = LEDGER_DEVICE,
		.flags = (uint8_t)(LEDGER_HAS_FD | (emulated ? LEDGER_EMULATED : 0)),
		.id = d->id,
		.kind = (uint32_t)devfact_group(d->dev.bus, d->dev.name),
		.text = text,
		.fd = d->dev.fd,
	};

	context_put(ctx, &e);
	d->dev.fd = -1;
	d->known = true;
	free(text);
}

int context_bind(struct iommu_context *ctx, const char *word, const uint8_t *token,
		 struct context_device *d)
{
	char *bus, *name;
	int status;

	memset(d, 0, sizeof(*d));
	d->dev.fd = -1;
	status = resolve_name(word, &bus, &name);
	if (status != STATUS_OK)
		return status;
	if (find_device(ctx, name)) {
		status = err_input(name, "iommuctl session show", "%s is bound already", name);
	} else {
		device_init(&d->dev, bus, name);
		if (context_intend(ctx, OP_VFIO_BIND, 0, 0, 0, 0))
			status = open_and_bind(ctx, d, token);
		else
			status = STATUS_FAILED;
		if (status == STATUS_OK)
			enter_device(ctx, d);
		if (status == STATUS_OK && !context_commit(ctx))
			status = STATUS_FAILED;
	}
	free(bus);
	free(name);
	if (status != STATUS_OK)
		device_close(&d->dev);
	return status;
}

static void device_by_id(struct iommu_context *ctx, uint32_t id, struct context_device *d)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_DEVICE, id, 0);

	if (e) {
		name_device(d, e);
		return;
	}
	/* Of another process: all that is known is its number. */
	d->id = d->dev.dev_id = id;
	d->dev.name = mem_printf("%" PRIu32, id);
}

/* A device of the ledger, or NULL; *status tells whether that is an error. */
static struct ledger_entry *look_up(struct iommu_context *ctx, const char *word, char **bus,
				    char **name, int *status)
{
	struct ledger_entry *e = find_device(ctx, word);

	*bus = *name = NULL;
	*status = STATUS_OK;
	if (e)
		return e;
	*status = resolve_name(word, bus, name);
	return *status == STATUS_OK ? find_device(ctx, *name) : NULL;
}

static int say_unbound(const struct iommu_context *ctx, const char *name)
{
	char *next = mem_printf("iommuctl bind %s", name);
	int status =
		err_input(name, next, "%s is not bound in session '%s'", name, ctx->session.name);

	free(next);
	return status;
}

static int get_device(struct iommu_context *ctx, const char *word, bool borrow,
		      struct context_device *d)
{
	struct ledger_entry *e;
	char *bus, *name;
	uint32_t id;
	int status;

	memset(d, 0, sizeof(*d));
	d->dev.fd = -1;
	if (is_number(word, &id)) {
		device_by_id(ctx, id, d);
		return STATUS_OK;
	}
	e = look_up(ctx, word, &bus, &name, &status);
	if (e) {
		name_device(d, e);
	} else if (status == STATUS_OK && borrow) {
		device_init(&d->dev, bus, name);
		d->borrowed = true;
		status = open_and_bind(ctx, d, NULL);
	} else if (status == STATUS_OK && ctx->kind == CONTEXT_SESSION) {
		status = say_unbound(ctx, name);
	} else if (status == STATUS_OK) {
		status = context_bind(ctx, name, NULL, d);
	}
	free(bus);
	free(name);
	if (status != STATUS_OK)
		context_device_free(d);
	return status;
}

int context_device(struct iommu_context *ctx, const char *word, struct context_device *d)
{
	return get_device(ctx, word, false, d);
}

int context_device_borrowed(struct iommu_context *ctx, const char *word, struct context_device *d)
{
	return get_device(ctx, word, true, d);
}

/* --- attachments in the ledger ---------------------------------------------------------------- */

struct ledger_entry *context_attachment(const struct iommu_context *ctx, uint32_t device,
					uint64_t key)
{
	return ledger_find(&ctx->ledger, LEDGER_ATTACHMENT, device, key);
}

static bool is_attached_to(const struct iommu_context *ctx, uint32_t hwpt)
{
	ledger_each(&ctx->ledger, LEDGER_ATTACHMENT, e) if (e->parent == hwpt) return true;
	return false;
}

/* A table that the kernel made for an attachment goes with the last one. */
static void drop_if_automatic(struct iommu_context *ctx, uint32_t hwpt)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0);

	if (e && (e->flags & LEDGER_AUTO) && !is_attached_to(ctx, hwpt))
		context_remove(ctx, LEDGER_HWPT, hwpt, 0, 0);
}

static void set_attachment(struct iommu_context *ctx, uint32_t device, uint64_t key, uint32_t pt,
			   uint32_t hwpt)
{
	const struct ledger_entry e = {
		.type = LEDGER_ATTACHMENT,
		.id = device,
		.key = key,
		.parent = hwpt,
		.other = pt,
		.fd = -1,
	};

	context_put(ctx, &e);
}

size_t context_siblings(const struct iommu_context *ctx, uint32_t device, uint32_t **ids)
{
	const struct ledger_entry *self = ledger_find(&ctx->ledger, LEDGER_DEVICE, device, 0);
	size_t n = 0;

	*ids = NULL;
	if (!self || self->kind == UINT32_MAX)
		return 0;
	ledger_each(&ctx->ledger, LEDGER_DEVICE, e)
	{
		if (e->id == device || e->kind != self->kind ||
		    !context_attachment(ctx, e->id, LEDGER_RID))
			continue;
		*ids = mem_grow(*ids, n, sizeof(**ids));
		(*ids)[n++] = e->id;
	}
	return n;
}

void context_attached(struct iommu_context *ctx, uint32_t device, uint64_t key, uint32_t pt,
		      uint32_t hwpt)
{
	const struct ledger_entry *old = context_attachment(ctx, device, key);
	uint32_t left = old ? old->parent : 0, *siblings = NULL;
	size_t n = key == LEDGER_RID && old ? context_siblings(ctx, device, &siblings) : 0;

	/* An id that nobody has asked for was made by the kernel. */
	if (hwpt != pt && !ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0)) {
		const struct ledger_entry e = {
			.type = LEDGER_HWPT,
			.flags = LEDGER_AUTO,
			.id = hwpt,
			.parent = pt,
			.fd = -1,
		};

		context_put(ctx, &e);
	}
	set_attachment(ctx, device, key, pt, hwpt);
	/* All attached members of a group change over together. */
	for (size_t i = 0; i < n; i++)
		set_attachment(ctx, siblings[i], LEDGER_RID, pt, hwpt);
	free(siblings);
	if (left && left != hwpt)
		drop_if_automatic(ctx, left);
}

void context_detached(struct iommu_context *ctx, uint32_t device, uint64_t key)
{
	const struct ledger_entry *old = context_attachment(ctx, device, key);
	uint32_t left = old ? old->parent : 0;

	if (!old)
		return;
	context_remove(ctx, LEDGER_ATTACHMENT, device, key, key);
	drop_if_automatic(ctx, left);
}

void context_unbound(struct iommu_context *ctx, uint32_t device)
{
	uint32_t *vdevices = NULL;
	size_t n = 0;

	for (;;) {
		size_t i = ledger_first(&ctx->ledger, LEDGER_ATTACHMENT, device);
		const struct ledger_entry *e = &ctx->ledger.entries[i];

		if (i == ctx->ledger.count || e->type != LEDGER_ATTACHMENT || e->id != device)
			break;
		context_detached(ctx, device, e->key);
	}
	ledger_each(&ctx->ledger, LEDGER_VDEVICE, e)
	{
		if (e->other != device || (e->flags & LEDGER_TOMBSTONE))
			continue;
		vdevices = mem_grow(vdevices, n, sizeof(*vdevices));
		vdevices[n++] = e->id;
	}
	/* The id of a vDEVICE whose device went first stays burnt until the context ends. */
	for (size_t i = 0; i < n; i++) {
		struct ledger_entry e = *ledger_find(&ctx->ledger, LEDGER_VDEVICE, vdevices[i], 0);

		e.flags |= LEDGER_TOMBSTONE;
		e.text = NULL;
		context_put(ctx, &e);
	}
	free(vdevices);
	context_remove(ctx, LEDGER_DEVICE, device, 0, 0);
}

void context_destroyed(struct iommu_context *ctx, uint32_t id)
{
	const struct ledger_entry *e = ledger_object(&ctx->ledger, id);

	if (!e)
		return;
	if (e->type == LEDGER_IOAS)
		context_remove(ctx, LEDGER_MAPPING, id, 0, UINT64_MAX);
	context_remove(ctx, e->type, id, 0, 0);
}

void context_tracking(struct iommu_context *ctx, uint32_t hwpt, bool on)
{
	const struct ledger_entry *e = ledger_find(&ctx->ledger, LEDGER_HWPT, hwpt, 0);
	struct ledger_entry copy;

	if (!e)
		return;
	copy = *e;
	copy.flags = (uint8_t)(on ? copy.flags | LEDGER_TRACKING : copy.flags & ~LEDGER_TRACKING);
	copy.text = NULL;
	context_put(ctx, &copy);
}

uint32_t context_next_id(const struct iommu_context *ctx)
{
	size_t queues = ledger_first(&ctx->ledger, LEDGER_HW_QUEUE, 0);

	/* Strangers have ids that are not in the ledger, and so has the access object that comes
	 * with a hardware queue. */
	if (context_has_strangers(ctx) ||
	    (queues < ctx->ledger.count && ctx->ledger.entries[queues].type == LEDGER_HW_QUEUE))
		return 0;
	return ledger_next_id(&ctx->ledger);
}

bool context_pins(const struct iommu_context *ctx, uint32_t ioas)
{
	ledger_each(&ctx->ledger, LEDGER_HWPT, e) if (e->parent == ioas) return true;
	return is_attached_to(ctx, ioas);
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
