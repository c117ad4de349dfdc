/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of an IOMMU's hardware, as a document. */
#include "config.h"
#include "host/hwinfo_doc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shell.h"
#include "decode/payload.h"
#include "host/arena.h"
#include "host/hostfs.h"
#include "host/usable.h"
#include "render/doc.h"
#include "render/diagram.h"
#include "render/registers.h"
#include "uapi/refusal.h"
#include "uapi/uapi.h"

enum { LABEL = 24, DATA_MAX = 1024 * 1024 };

/* --- the kernel's answer ------------------------------------------------------------------- */

static json_object *hex_doc(const uint8_t *data, size_t len)
{
	char *text = mem_alloc(len * 2 + 1);
	json_object *doc;

	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", data[i]);
	text[2 * len] = '\0';
	doc = doc_str(text);
	free(text);
	return doc;
}

static json_object *names_doc(const struct host_hw_info *info)
{
	json_object *list = doc_list();

	for (const struct uapi_name *n = uapi_hw_capabilities.names; n->name; n++)
		if (info->capabilities & n->value)
			doc_push(list, doc_str(n->name));
	return list;
}

/* A buffer can be longer than what the kernel had to put in. */
static void parse(const struct host_hw_info *info, struct payload *payload)
{
	uint32_t len = info->data_have < info->data_len ? info->data_have : info->data_len;

	hwinfo_payload(info->data_type, info->data, len, payload);
}

json_object *hw_info_doc(const struct host_hw_info *info)
{
	struct payload payload;
	json_object *obj;

	if (!info)
		return NULL;
	parse(info, &payload);
	obj = doc_object();
	doc_add(obj, "data_type", doc_uint(info->data_type));
	doc_add(obj, "type", doc_str(hwinfo_type_name(info->data_type)));
	doc_add(obj, "data_len", doc_uint(info->data_len));
	doc_add(obj, "data", hex_doc(info->data, info->data_have));
	doc_add(obj, "flags", payload.has_flags ? doc_hex(payload.flags, 32) : NULL);
	doc_add(obj, "capabilities",
		info->has_capabilities ? doc_hex(info->capabilities, 64) : NULL);
	doc_add(obj, "capability_names", names_doc(info));
	doc_add(obj, "max_pasid_log2", info->has_max_pasid ? doc_uint(info->max_pasid_log2) : NULL);
	return obj;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes from hex digits into the arena; false when they are none. */
static bool load_bytes(struct snapshot *snap, const char *text, struct host_hw_info *info)
{
	size_t len = text ? strlen(text) : 1;

	if (len % 2 || len / 2 > DATA_MAX)
		return false;
	info->data = arena_alloc(snap->arena, len / 2);
	info->data_have = (uint32_t)(len / 2);
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		info->data[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool hw_info_load(struct snapshot *snap, struct host_device *dev, json_object *obj)
{
	int64_t type = doc_get_int(obj, "data_type", -1), len = doc_get_int(obj, "data_len", -1);
	int64_t pasid = doc_get_int(obj, "max_pasid_log2", -1);
	struct host_hw_info info = { 0 };

	if (type < 0 || type > UINT32_MAX || len < 0 || len > UINT32_MAX ||
	    !load_bytes(snap, doc_get_str(obj, "data", NULL), &info))
		return false;
	info.data_type = (uint32_t)type;
	info.data_len = (uint32_t)len;
	info.has_capabilities = doc_get_hex(obj, "capabilities", &info.capabilities);
	info.has_max_pasid = pasid >= 0 && pasid <= UINT8_MAX;
	info.max_pasid_log2 = info.has_max_pasid ? (uint8_t)pasid : 0;
	dev->hw_info = arena_alloc(snap->arena, sizeof(info));
	*dev->hw_info = info;
	return true;
}

/* --- registers from both sources -------------------------------------------------------------- */

/* What sysfs has and the kernel's answer has not goes in; where both have it they should agree. */
static json_object *merge(struct reg_set *regs, const struct host_iommu *iommu)
{
	json_object *list = doc_list();
	const struct arch *arch = regs->arch;

	if (!iommu || !arch || iommu->regs.arch != arch)
		return list;
	for (size_t i = 0; i < arch->n_regs; i++) {
		uint64_t theirs = iommu->regs.value[i];
		json_object *obj;

		if (!(iommu->regs.known & 1u << i))
			continue;
		if (!(regs->known & 1u << i)) {
			reg_set_put(regs, arch->regs[i].name, theirs);
			continue;
		}
		if (regs->value[i] == theirs)
			continue;
		obj = doc_object();
		doc_add(obj, "register", doc_str(arch->regs[i].name));
		doc_add(obj, "iommufd", doc_hex(regs->value[i], arch->regs[i].bits));
		doc_add(obj, "sysfs", doc_hex(theirs, arch->regs[i].bits));
		doc_push(list, obj);
	}
	return list;
}

static void warn_of(json_object *warnings, json_object *disagreements)
{
	for (size_t i = 0; i < doc_len(disagreements); i++) {
		json_object *d = doc_at(disagreements, i);

		doc_push(warnings,
			 doc_printf("%s: iommufd says %s, sysfs says %s",
				    doc_get_str(d, "register", ""), doc_get_str(d, "iommufd", ""),
				    doc_get_str(d, "sysfs", "")));
	}
}

/* A bridge of any kind, a host or ISA bridge too: none of them is an example that a user knows.
 * Numbers of devices are not collected for this one question. */
static bool is_of_bridge_class(const struct snapshot *snap, const struct host_device *dev)
{
	enum { CLASS_BRIDGE = 0x06 };
	char path[320], alias[128];

	if (dev->has_ids || !snap->fs || !device_is_pci(dev))
		return dev->class_code >> 16 == CLASS_BRIDGE;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%.255s/modalias", dev->name);
	return hostfs_read(snap->fs, path, alias, sizeof(alias)) > 0 && strstr(alias, "bc06");
}

/* A device to name as an example: one that VFIO has, else an endpoint. */
static const struct host_device *example_behind(const struct snapshot *snap,
						const struct host_iommu *iommu)
{
	const struct host_device *endpoint = NULL;

	for (size_t i = 0; iommu && i < snap->n_devices; i++) {
		const struct host_device *dev = &snap->devices[i];

		if (device_iommu(snap, dev) != iommu)
			continue;
		if (dev->cdev)
			return dev;
		if (!endpoint && !is_of_bridge_class(snap, dev))
			endpoint = dev;
	}
	return endpoint;
}

/* --- what to do to learn the rest ------------------------------------------------------------- */

/* The kernel answered that it has none. */
static json_object *no_registers_doc(void)
{
	struct refusal_text text;
	json_object *hint = NULL;

	if (refusal_by_id("hw-info.none", NULL, &text))
		hint = doc_printf("%s; %s", text.cause, text.next);
	refusal_text_free(&text);
	return hint;
}

static json_object *give_to_vfio_doc(const char *have, const char *name)
{
	char *word = shell_word(name);
	json_object *hint =
		doc_printf("%s; for the rest, give %s to VFIO while the host can do without "
			   "it: driverctl set-override %s vfio-pci",
			   have, name, word);

	free(word);
	return hint;
}

static json_object *hint_doc(const struct snapshot *snap, const struct host_iommu *iommu,
			     const struct host_device *dev)
{
	bool any = iommu && iommu->regs.known;
	const char *have = any ? "sysfs has registers only" : "sysfs has no registers of it";

	if (dev && dev->hw_info)
		return dev->hw_info->data_type == HWINFO_NONE ? no_registers_doc() : NULL;
	if (!dev)
		dev = example_behind(snap, iommu);
	if (dev && dev->hw_info_why)
		return doc_str(dev->hw_info_why);
	if (dev && device_on_vfio(dev) && snap->source != SNAPSHOT_LIVE)
		return doc_printf("%s; the rest is in a report that root makes on the machine",
				  have);
	if (dev && device_on_vfio(dev))
		return doc_printf("%s: the kernel was not asked about %s", have, dev->name);
	if (dev)
		return give_to_vfio_doc(have, dev->name);
	return doc_printf("%s, and no device behind it could be asked about", have);
}

/* --- entries ---------------------------------------------------------------------------------- */

static void copy_members(json_object *to, json_object *from)
{
	json_object_object_foreach(from, key, value) doc_add_copy(to, key, json_object_get(value));
}

/* The field document: of the kernel's answer where there is one that has registers. */
static json_object *fields_of(const struct host_device *dev, const struct host_iommu *iommu,
			      const char **source, json_object **disagreements)
{
	const struct host_hw_info *info = dev ? dev->hw_info : NULL;
	struct payload payload;
	json_object *fields;

	*disagreements = NULL;
	*source = NULL;
	if (info)
		parse(info, &payload);
	if (info && info->data_type != HWINFO_NONE) {
		*source = fact_source_name(FACT_IOMMUFD);
		*disagreements = merge(&payload.regs, iommu);
		fields = payload_doc(&payload);
		warn_of(doc_get(fields, "warnings"), *disagreements);
		return fields;
	}
	if (iommu && iommu->regs.known)
		*source = fact_source_name(iommu->regs_from);
	else if (info)
		*source = fact_source_name(FACT_IOMMUFD);
	fields = registers_doc(iommu ? &iommu->regs : &(struct reg_set) { 0 });
	doc_add(fields, "type",
		doc_str(iommu && iommu->regs.arch ? iommu->driver_type
			: info                    ? "none"
						  : "unknown"));
	return fields;
}

static json_object *entry_doc(const struct snapshot *snap, const char *name,
			      const struct host_iommu *iommu, const struct host_device *dev,
			      int group)
{
	const struct host_hw_info *info = dev ? dev->hw_info : NULL;
	json_object *obj = doc_object(), *fields, *disagreements;
	const char *source;

	fields = fields_of(dev, iommu, &source, &disagreements);
	doc_add(obj, "name", doc_str(name));
	doc_add(obj, "device", dev ? doc_str(dev->name) : NULL);
	doc_add(obj, "iommu", iommu ? doc_str(iommu->name) : NULL);
	doc_add(obj, "group", group >= 0 ? doc_int(group) : NULL);
	doc_add(obj, "source", doc_str(source));
	doc_add(obj, "address", iommu && iommu->has_address ? doc_hex(iommu->address, 64) : NULL);
	doc_add(obj, "domains_supported",
		iommu && iommu->domains_supported >= 0 ? doc_int(iommu->domains_supported) : NULL);
	copy_members(obj, fields);
	json_object_put(fields);
	doc_add(obj, "hw_info", hw_info_doc(info));
	doc_add(obj, "disagreements", disagreements ? disagreements : doc_list());
	doc_add(obj, "hint", hint_doc(snap, iommu, dev));
	return obj;
}

json_object *hwinfo_device_doc(const struct snapshot *snap, const struct host_device *dev)
{
	return entry_doc(snap, dev->name, device_iommu(snap, dev), dev, dev->group);
}

json_object *hwinfo_iommu_doc(const struct snapshot *snap, const struct host_iommu *iommu)
{
	for (size_t i = 0; i < snap->n_devices; i++)
		if (snap->devices[i].hw_info && device_iommu(snap, &snap->devices[i]) == iommu)
			return entry_doc(snap, iommu->name, iommu, &snap->devices[i], -1);
	return entry_doc(snap, iommu->name, iommu, NULL, -1);
}

bool hwinfo_is_known(json_object *entry)
{
	return doc_get(entry, "hw_info") || json_object_object_length(doc_get(entry, "registers"));
}

/* --- text ------------------------------------------------------------------------------------- */

static void line(struct out *o, const char *label, const char *text)
{
	out_cell(o, label, LABEL);
	out_str(o, "  ");
	if (o->width)
		out_wrap(o, LABEL + 2, text);
	else
		out_str(o, text);
	out_str(o, "\n");
}

static void source_line(struct out *o, json_object *entry)
{
	const char *source = doc_get_str(entry, "source", NULL);
	const char *device = doc_get_str(entry, "device", NULL);
	const char *name = doc_get_str(entry, "name", "");

	out_cell(o, "source", LABEL);
	if (!source)
		out_str(o, "  none\n");
	else if (!strcmp(source, "iommufd") && device && strcmp(device, name))
		out_printf(o, "  iommufd, through %s\n", device);
	else
		out_printf(o, "  %s\n", source);
}

/* What the kernel lets user space use, which can be less than the registers say. */
static void usable_lines(struct out *o, json_object *info)
{
	bool known = doc_get(info, "capabilities") != NULL;
	json_object *names = doc_get(info, "capability_names");
	int64_t pasid = doc_get_int(info, "max_pasid_log2", -1);
	const char *older = "unknown: the kernel is older than the question";

	line(o, "dirty tracking usable",
	     !known                                 ? older
	     : doc_has_str(names, "dirty-tracking") ? "yes"
						    : "no");
	out_cell(o, "PASID bits usable", LABEL);
	if (pasid > 0)
		out_printf(o, "  %" PRId64 "\n", pasid);
	else
		out_printf(o, "  %s\n", pasid ? older : "none");
	/* Clear says nothing on kernels that do not know the bit. */
	if (doc_has_str(names, "ats-not-supported"))
		line(o, "ATS usable", "no");
	if (!o->verbose)
		return;
	if (known) {
		line(o, "PASID execute", doc_has_str(names, "pasid-exec") ? "yes" : "no");
		line(o, "PASID privileged", doc_has_str(names, "pasid-priv") ? "yes" : "no");
		line(o, "capability word", doc_get_str(info, "capabilities", ""));
	}
	out_cell(o, "data", LABEL);
	out_printf(o, "  type %" PRId64 ", %" PRId64 " bytes\n", doc_get_int(info, "data_type", 0),
		   doc_get_int(info, "data_len", 0));
}

static void place_lines(struct out *o, json_object *entry)
{
	const char *name = doc_get_str(entry, "name", "");
	const char *iommu = doc_get_str(entry, "iommu", NULL);
	json_object *group = doc_get(entry, "group"),
		    *domains = doc_get(entry, "domains_supported");

	if (!iommu && !doc_get(entry, "hw_info"))
		line(o, "IOMMU", "none");
	else if (iommu && strcmp(iommu, name))
		line(o, "IOMMU", iommu);
	if (group)
		line(o, "group", json_object_get_string(group));
	source_line(o, entry);
	if (doc_get(entry, "address"))
		line(o, "register base", doc_get_str(entry, "address", ""));
	if (domains && o->verbose)
		line(o, "domains supported", json_object_get_string(domains));
}

void hwinfo_entry_diagram(struct out *o, json_object *entry)
{
	out_styled(o, OUT_TITLE, doc_get_str(entry, "name", ""));
	out_str(o, "\n");
	place_lines(o, entry);
	line(o, "type", doc_get_str(entry, "type", "unknown"));
	if (!json_object_object_length(doc_get(entry, "registers")))
		line(o, "registers", "unknown");
	if (doc_get(entry, "hint"))
		line(o, "hint", doc_get_str(entry, "hint", ""));
	diagram_view(o, entry);
}

void hwinfo_entry_alike_view(struct out *o, json_object *entry, const char *other)
{
	out_styled(o, OUT_TITLE, doc_get_str(entry, "name", ""));
	out_str(o, "\n");
	place_lines(o, entry);
	line(o, "same as", other);
	if (doc_get(entry, "hint"))
		line(o, "hint", doc_get_str(entry, "hint", ""));
}

void hwinfo_entry_view(struct out *o, json_object *entry)
{
	json_object *info = doc_get(entry, "hw_info");

	out_styled(o, OUT_TITLE, doc_get_str(entry, "name", ""));
	out_str(o, "\n");
	place_lines(o, entry);
	if (hwinfo_is_known(entry))
		registers_view(o, entry);
	else
		line(o, "type", doc_get_str(entry, "type", "unknown"));
	if (info)
		usable_lines(o, info);
	if (doc_get(entry, "hint"))
		line(o, "hint", doc_get_str(entry, "hint", ""));
}
