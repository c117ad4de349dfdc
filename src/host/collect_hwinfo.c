/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the kernel about the IOMMU behind a device: IOMMU_GET_HW_INFO. */
#include "config.h"
#include "host/collect_hwinfo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "host/arena.h"
#include "uapi/calls.h"
#include "uapi/device.h"
#include "uapi/refusal.h"

enum { FILL = 0xff }; /* what the kernel leaves alone stays visible */

/* One question, from opening to closing. */
struct asking {
	struct snapshot *snap;
	struct host_device *dev;
	const struct hwinfo_request *req;
	bool say;
	struct uapi_device vfio;
	int iommufd;
};

static int refused(struct asking *a, enum uapi_op op, int err, const char *what)
{
	const struct refusal_ctx ctx = {
		.device = &a->vfio,
		.iommufd = a->iommufd > 0 ? a->iommufd : 0,
		.dev_id = a->vfio.dev_id,
		.has_type = a->req->type != NULL,
		.type = a->req->type ? *a->req->type : 0,
	};
	struct refusal_text text;

	refusal_find(op, err, &ctx, &text);
	a->dev->hw_info_why = arena_printf(a->snap->arena, "%s: %s%s%s", what, strerror(-err),
					   text.cause ? ": " : "", text.cause ? text.cause : "");
	if (a->say)
		err_report(-err, a->dev->name, text.cause, text.next, "%s", what);
	refusal_text_free(&text);
	return err;
}

static void keep(struct asking *a, const struct call_hw_info *info)
{
	struct host_hw_info *kept = arena_alloc(a->snap->arena, sizeof(*kept));

	*kept = (struct host_hw_info) {
		.data_type = info->data_type,
		.data_len = info->data_len,
		.data_have = info->data_have,
		.data = arena_alloc(a->snap->arena, info->data_have),
		.capabilities = info->capabilities,
		.has_capabilities = info->has_capabilities,
		.max_pasid_log2 = info->max_pasid_log2,
		.has_max_pasid = info->has_max_pasid,
	};
	if (info->data_have)
		memcpy(kept->data, info->data, info->data_have);
	a->dev->hw_info = kept;
	a->dev->hw_info_why = NULL;
}

static int ask(struct asking *a, uint32_t dev_id)
{
	const struct hwinfo_request *req = a->req;
	struct call_hw_info info;
	int ret;

	if (req->sized)
		ret = call_hw_info_sized(a->iommufd, dev_id, req->type, req->size, FILL, &info);
	else
		ret = call_hw_info(a->iommufd, dev_id, req->type, &info);
	if (ret)
		return refused(a, OP_GET_HW_INFO, ret,
			       arena_printf(a->snap->arena,
					    "cannot get information on the IOMMU behind %s",
					    a->dev->name));
	keep(a, &info);
	call_hw_info_free(&info);
	return 0;
}

static int bind_and_ask(struct asking *a)
{
	struct arena *arena = a->snap->arena;
	enum uapi_op op;
	int ret = call_open_iommufd();

	if (ret < 0)
		return refused(a, OP_OPEN_IOMMU, ret, "cannot open " IOMMUFD_PATH);
	a->iommufd = ret;
	ret = device_open(&a->vfio, &op);
	if (ret)
		return refused(
			a, op, ret,
			arena_printf(arena, "cannot open the VFIO device of %s", a->dev->name));
	ret = device_bind(&a->vfio, a->iommufd, NULL);
	if (ret)
		return refused(a, OP_VFIO_BIND, ret,
			       arena_printf(arena, "cannot bind %s", a->dev->name));
	return ask(a, a->vfio.dev_id);
}

static const struct hwinfo_request everything;

int collect_hw_info(struct snapshot *snap, struct host_device *dev,
		    const struct hwinfo_request *req, bool say)
{
	struct asking a = {
		.snap = snap, .dev = dev, .req = req ? req : &everything, .say = say, .iommufd = -1
	};
	int ret;

	device_init(&a.vfio, dev->bus, dev->name);
	ret = bind_and_ask(&a);
	device_close(&a.vfio);
	if (a.iommufd >= 0)
		close(a.iommufd);
	return ret;
}

int collect_hw_info_bound(struct snapshot *snap, struct host_device *dev, int iommufd,
			  uint32_t dev_id, const struct hwinfo_request *req, bool say)
{
	struct asking a = { .snap = snap,
			    .dev = dev,
			    .req = req ? req : &everything,
			    .say = say,
			    .iommufd = iommufd };
	int ret;

	device_init(&a.vfio, dev->bus, dev->name);
	a.vfio.dev_id = dev_id;
	ret = ask(&a, dev_id);
	device_close(&a.vfio);
	return ret;
}

void collect_hw_infos(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].cdev)
			collect_hw_info(snap, &snap->devices[i], NULL, false);
}
