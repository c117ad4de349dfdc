/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode, given a saved machine: its registers and the records of its log. */
#include "config.h"
#include "commands/decode_saved.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/hwinfo_doc.h"
#include "host/load.h"
#include "render/doc.h"

bool decode_is_saved(const char *text, size_t len)
{
	static const char mark[] = "\"iommuctl/";
	size_t i = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (i < len && strchr(" \t\r\n", text[i]) && text[i])
		i++;
	if (i == len || text[i] != '{')
		return false;
	return memmem(text + i, len - i, mark, sizeof(mark) - 1);
}

static json_object *source_doc(const char *name, json_object *line)
{
	json_object *source = doc_object();

	doc_add(source, "file", doc_str(name));
	doc_add(source, "line", json_object_get(line));
	return source;
}

/* What hwinfo would say of it, as a record. */
static json_object *registers_record(const char *name, json_object *entry)
{
	json_object *record = doc_object();

	doc_add(record, "source", source_doc(name, NULL));
	doc_add(record, "kind", doc_str("registers"));
	doc_add(record, "family", doc_str("saved-machine"));
	json_object_object_foreach(entry, key, value)
	{
		if (!strcmp(key, "source"))
			doc_add(record, "through", json_object_get(value));
		else if (strcmp(key, "name") && strcmp(key, "group") && strcmp(key, "hint"))
			doc_add_copy(record, key, json_object_get(value));
	}
	doc_add(record, "meaning",
		doc_str("the capability registers of an IOMMU of the saved machine"));
	doc_add(record, "advice", NULL);
	return record;
}

static json_object *log_record(const char *name, json_object *saved)
{
	json_object *record = doc_object();

	doc_add(record, "source", source_doc(name, doc_get(doc_get(saved, "source"), "line")));
	json_object_object_foreach(saved, key, value)
	{
		if (strcmp(key, "source"))
			doc_add_copy(record, key, json_object_get(value));
	}
	return record;
}

json_object *decode_saved(struct klog_reader *r, const char *name)
{
	struct snapshot *snap;
	json_object *records, *log;

	if (snapshot_load_reader(r, name, &snap) != STATUS_OK)
		return NULL;
	records = doc_list();
	for (size_t i = 0; i < snap->n_iommus; i++) {
		json_object *entry = hwinfo_iommu_doc(snap, &snap->iommus[i]);

		if (hwinfo_is_known(entry))
			doc_push(records, registers_record(name, entry));
		json_object_put(entry);
	}
	log = doc_get(doc_get(snap->extra, "log"), "records");
	for (size_t i = 0; i < doc_len(log); i++)
		if (json_object_is_type(doc_at(log, i), json_type_object))
			doc_push(records, log_record(name, doc_at(log, i)));
	snapshot_free(snap);
	return records;
}

/* --- text ------------------------------------------------------------------------------------ */

static void registers_text(struct out *o, json_object *record)
{
	json_object *entry = doc_object();

	doc_add(entry, "name", json_object_get(doc_get(record, "iommu")));
	json_object_object_foreach(record, key, value)
	{
		if (strcmp(key, "source"))
			doc_add(entry, strcmp(key, "through") ? key : "source",
				json_object_get(value));
	}
	hwinfo_entry_view(o, entry);
	json_object_put(entry);
	out_str(o, "\n");
}

/* A member that a record may lack, with what stands before and behind it. */
static void put(struct out *o, json_object *record, const char *before, const char *key,
		const char *behind)
{
	const char *s = doc_get_str(record, key, NULL);

	if (s)
		out_printf(o, "%s%s%s", before, s, behind);
}

/* All but place, time and address: what makes two records the same. */
static char *words(json_object *record)
{
	struct out o = { 0 };
	char *text;

	put(&o, record, "", "kind", ": ");
	put(&o, record, "", "iommu", ": ");
	put(&o, record, "", "device", ": ");
	put(&o, record, "stream ", "stream_id", ": ");
	put(&o, record, "", "access", ": ");
	put(&o, record, "", "reason", ": ");
	put(&o, record, "", "meaning", "");
	text = mem_strndup(o.len ? o.data : "", o.len);
	out_free(&o);
	return text;
}

static void log_text(struct out *o, json_object *first, json_object *last, size_t count,
		     const char *text)
{
	int64_t from = doc_get_int(doc_get(first, "source"), "line", 0),
		to = doc_get_int(doc_get(last, "source"), "line", 0);

	if (from && count > 1)
		out_printf(o, "log %" PRId64 "-%" PRId64 ": ", from, to);
	else if (from)
		out_printf(o, "log %" PRId64 ": ", from);
	else
		out_str(o, "log: ");
	out_str(o, text);
	put(o, first, count > 1 ? "; first at " : "; at ", "address", "");
	if (count > 1)
		out_printf(o, " (%zu times)", count);
	out_str(o, "\n");
}

void decode_saved_view(struct out *o, json_object *records, bool fold)
{
	for (size_t i = 0; i < doc_len(records);) {
		json_object *record = doc_at(records, i);
		char *text;
		size_t n = 1;

		if (!strcmp(doc_get_str(record, "family", ""), "saved-machine")) {
			registers_text(o, record);
			i++;
			continue;
		}
		text = words(record);
		for (; fold && i + n < doc_len(records); n++) {
			char *next = words(doc_at(records, i + n));
			bool same = !strcmp(text, next);

			free(next);
			if (!same)
				break;
		}
		log_text(o, record, doc_at(records, i + n - 1), n, text);
		free(text);
		i += n;
	}
}
