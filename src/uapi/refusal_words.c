/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words in a row of the refusals: what {device}, {holders} and the others stand for. */
#include "config.h"
#include "uapi/refusal_facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "base/mem.h"

static char *word_device(struct refusal_facts *f)
{
	return rfact_device(f) ? mem_strdup(rfact_device(f)->name) : NULL;
}

static char *word_cdev(struct refusal_facts *f)
{
	return rfact_device(f) && rfact_device(f)->cdev ? mem_strdup(rfact_device(f)->cdev) : NULL;
}

static char *word_driver(struct refusal_facts *f)
{
	return rfact_of_device(f, devfact_driver);
}

static char *word_group(struct refusal_facts *f)
{
	int group = rfact_group(f);

	return group >= 0 ? mem_printf("%d", group) : NULL;
}

static char *word_siblings(struct refusal_facts *f)
{
	char *text = NULL;
	size_t n;
	const struct device_member *members = rfact_members(f, &n);

	for (size_t i = 0; i < n; i++) {
		const struct device_member *m = &members[i];

		if (!rfact_device(f) || strcmp(m->name, rfact_device(f)->name))
			text = mem_join(text, ", ",
					m->driver ? mem_printf("%s on %s", m->name, m->driver)
						  : mem_printf("%s without a driver", m->name));
	}
	return text;
}

static char *holder_text(const struct holder *h)
{
	return mem_printf("%s (pid %d)", h->command, h->pid);
}

/* Processes among those that @next finds, each once. */
static char *holder_list(struct refusal_facts *f, const char *device, const char *cdev, int group)
{
	const struct holders *h = rfact_holders(f);
	char *text = NULL;
	int last_pid = -1;

	for (size_t i = 0;; i++) {
		i = group >= 0 ? holders_of_group(h, group, i)
			       : holders_of_device(h, device, cdev, i);
		if (i >= h->n)
			break;
		if (h->list[i].pid != last_pid)
			text = mem_join(text, ", ", holder_text(&h->list[i]));
		last_pid = h->list[i].pid;
	}
	return text;
}

static char *word_holders(struct refusal_facts *f)
{
	return rfact_device(f) ? holder_list(f, rfact_device(f)->name, rfact_device(f)->cdev, -1)
			       : NULL;
}

static char *word_sibling_holders(struct refusal_facts *f)
{
	char *text = NULL;
	size_t n;
	const struct device_member *members = rfact_members(f, &n);

	for (size_t i = 0; i < n; i++) {
		char *one;

		if (rfact_device(f) && !strcmp(members[i].name, rfact_device(f)->name))
			continue;
		one = holder_list(f, members[i].name, NULL, -1);
		if (one)
			text = mem_join(text, ", ", one);
	}
	return text;
}

static char *word_group_holders(struct refusal_facts *f)
{
	int group = rfact_group(f);

	return group >= 0 ? holder_list(f, NULL, NULL, group) : NULL;
}

static char *word_reserved(struct refusal_facts *f)
{
	int group = rfact_group(f);

	return group >= 0 ? devfact_reserved(group) : NULL;
}

static char *id_text(uint32_t id)
{
	return id ? mem_printf("%" PRIu32, id) : NULL;
}

static char *word_id(struct refusal_facts *f)
{
	return id_text(f->ctx->id);
}

static char *word_pt(struct refusal_facts *f)
{
	return id_text(f->ctx->pt_id);
}

static char *word_fault(struct refusal_facts *f)
{
	return id_text(f->ctx->fault_id);
}

static char *word_pasid(struct refusal_facts *f)
{
	return f->ctx->has_pasid ? mem_printf("%" PRIu32, f->ctx->pasid) : NULL;
}

static char *word_type(struct refusal_facts *f)
{
	static const struct {
		enum uapi_op op;
		const struct uapi_names *names;
	} sets[] = {
		{ OP_HWPT_ALLOC, &uapi_hwpt_data_types },
		{ OP_GET_HW_INFO, &uapi_hw_info_types },
		{ OP_HWPT_INVALIDATE, &uapi_invalidate_types },
		{ OP_VIOMMU_ALLOC, &uapi_viommu_types },
		{ OP_VEVENTQ_ALLOC, &uapi_veventq_types },
		{ OP_HW_QUEUE_ALLOC, &uapi_hw_queue_types },
	};

	if (!f->ctx->has_type)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (sets[i].op == f->op)
			return uapi_names_text(sets[i].names, f->ctx->type);
	return mem_printf("%" PRIu32, f->ctx->type);
}

static char *word_held_by(struct refusal_facts *f)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	return ledger && ledger->holders ? ledger->holders(ledger->arg, f->ctx->id) : NULL;
}

static char *word_mappings(struct refusal_facts *f)
{
	const struct refusal_ledger *ledger = f->ctx->ledger;

	if (!ledger || !ledger->mappings)
		return NULL;
	return ledger->mappings(ledger->arg, f->ctx->id, f->ctx->iova, f->ctx->length);
}

static char *word_memlock(struct refusal_facts *f)
{
	struct rlimit limit;

	(void)f;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return NULL;
	return mem_printf("RLIMIT_MEMLOCK is %" PRIu64 " KiB for all that this user has pinned, "
			  "of which this process has %" PRIu64 " KiB",
			  (uint64_t)limit.rlim_cur / 1024, rfact_own_status("VmPin:", 10));
}

static char *word_since(struct refusal_facts *f)
{
	return f->op < OP_N_IOCTLS ? mem_strdup(uapi_ioctls[f->op].since) : NULL;
}

static char *word_op(struct refusal_facts *f)
{
	return mem_strdup(uapi_op_name(f->op));
}

static char *word_kernel(struct refusal_facts *f)
{
	struct utsname u;

	(void)f;
	return uname(&u) ? NULL : mem_printf("this is Linux %s", u.release);
}

static char *word_unsafe_interrupts(struct refusal_facts *f)
{
	(void)f;
	return devfact_module_parameter("iommufd", "allow_unsafe_interrupts");
}

static char *word_nest_missing(struct refusal_facts *f)
{
	char *text = NULL;
	const char *name;
	size_t at = 0;

	while ((name = rfact_nest_missing(f, &at)))
		text = mem_join(text, ", ", mem_printf("%s is 0", name));
	return text;
}

static char *word_ste_bad(struct refusal_facts *f)
{
	uint64_t bad[2];

	rfact_ste_bad(f, bad);
	return mem_printf("ste0 0x%" PRIx64 ", ste1 0x%" PRIx64, bad[0], bad[1]);
}

static char *word_done(struct refusal_facts *f)
{
	return mem_printf("%" PRIu32, f->ctx->done);
}

static const struct {
	const char *name;
	char *(*find)(struct refusal_facts *f); /* to be freed; NULL: not known */
	const char *unknown;                    /* when it is not known */
	const char *generic;                    /* in explain */
} words[] = {
	{ "device", word_device, "the device", "DEVICE" },
	{ "cdev", word_cdev, "vfioN", "vfioN" },
	{ "driver", word_driver, "another driver", "DRIVER" },
	{ "group", word_group, "G", "GROUP" },
	{ "siblings", word_siblings, "other members", "other members" },
	{ "holders", word_holders, "another process", "another process" },
	{ "sibling-holders", word_sibling_holders, "another process", "another process" },
	{ "group-holders", word_group_holders, "another process", "another process" },
	{ "reserved", word_reserved, "its reserved regions", "its reserved regions" },
	{ "id", word_id, "such object", "ID" },
	{ "pt", word_pt, "the table", "TABLE" },
	{ "fault", word_fault, "with that id", "QUEUE" },
	{ "pasid", word_pasid, "PASID", "PASID" },
	{ "type", word_type, "this type", "TYPE" },
	{ "held-by", word_held_by, "the kernel does not say by what", "other objects" },
	{ "mappings", word_mappings, "iommuctl session show lists them", "other mappings" },
	{ "memlock", word_memlock, "RLIMIT_MEMLOCK", "RLIMIT_MEMLOCK" },
	{ "since", word_since, "a newer version", "a newer version" },
	{ "op", word_op, "this", "this" },
	{ "kernel", word_kernel, "uname -r", "uname -r" },
	{ "unsafe-interrupts", word_unsafe_interrupts, "not set", "N" },
	{ "nest-missing", word_nest_missing, "a bit is missing", "a bit is missing" },
	{ "ste-bad", word_ste_bad, "bits of other stages", "BITS" },
	{ "done", word_done, "0", "N" },
};

static char *word_for(struct refusal_facts *f, bool generic, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char *text;

		if (strlen(words[i].name) != len || strncmp(words[i].name, name, len))
			continue;
		/* The operation itself is known in explain too. */
		if (generic && words[i].find != word_op && words[i].find != word_since)
			return mem_strdup(words[i].generic);
		text = words[i].find(f);
		return text ? text : mem_strdup(words[i].unknown);
	}
	return mem_strndup(name, len);
}

char *refusal_expand(struct refusal_facts *f, bool generic, const char *template_text)
{
	char *text = mem_strdup("");

	while (*template_text) {
		size_t plain = strcspn(template_text, "{");
		const char *end = strchr(template_text + plain, '}');

		text = mem_join(text, "", mem_strndup(template_text, plain));
		template_text += plain;
		if (!*template_text || !end)
			break;
		text = mem_join(
			text, "",
			word_for(f, generic, template_text + 1, (size_t)(end - template_text) - 1));
		template_text = end + 1;
	}
	return text;
}

char *refusal_generic(enum uapi_op op, const char *template_text)
{
	static const struct refusal_ctx nothing;
	struct refusal_facts f = { .op = op, .ctx = &nothing };

	return refusal_expand(&f, true, template_text);
}
