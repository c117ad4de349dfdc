/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of a context: what an operand means, binding, descriptors. */
#include "config.h"
#include "session/context.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/collect.h"
#include "host/resolve.h"
#include "session/show.h"

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
