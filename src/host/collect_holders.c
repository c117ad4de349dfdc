/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds iommufd and VFIO files, as facts of a report. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/facts.h"
#include "render/doc.h"
#include "uapi/holders.h"

static json_object *holder_doc(const struct holder *h)
{
	json_object *obj = doc_object();

	doc_add(obj, "pid", doc_int(h->pid));
	doc_add(obj, "uid", doc_uint(h->uid));
	doc_add(obj, "command", doc_str(h->command));
	doc_add(obj, "kind", doc_str(holder_kind_name(h->kind)));
	doc_add(obj, "device", doc_str(h->device));
	doc_add(obj, "cdev", doc_str(h->cdev));
	doc_add(obj, "group", h->group < 0 ? NULL : doc_int(h->group));
	return obj;
}

json_object *facts_holders(struct snapshot *snap)
{
	json_object *obj = doc_object(), *list = doc_list();
	struct holders h;

	holders_collect(&h);
	for (size_t i = 0; i < h.n; i++)
		doc_push(list, holder_doc(&h.list[i]));
	doc_add(obj, "list", list);
	doc_add(obj, "unseen", doc_uint(h.unseen));
	if (h.errnum)
		facts_unread(snap, "the list of processes", "/proc", h.errnum, NULL);
	if (h.unseen) {
		char *what = mem_printf("open files of %zu processes", h.unseen);

		facts_unread(snap, what, "/proc/*/fd", EACCES, "root, or CAP_SYS_PTRACE");
		free(what);
	}
	holders_free(&h);
	return obj;
}
