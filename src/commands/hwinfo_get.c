/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwinfo --get: bare values by their path, and what was meant by a path that is none. */
#include "config.h"
#include "commands/hwinfo_get.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli.h"
#include "decode/capabilities.h"

/* The members of the deepest object on the way that is there, for a wrong path. */
static char *members_at(json_object *entry, const char *path)
{
	char *text = NULL;

	for (const char *dot = strchr(path, '.'); dot; dot = strchr(path, '.')) {
		char *key = mem_strndup(path, (size_t)(dot - path));
		json_object *next = doc_get(entry, key);

		free(key);
		if (!json_object_is_type(next, json_type_object))
			break;
		entry = next;
		path = dot + 1;
	}
	json_object_object_foreach(entry, name, value)
	{
		(void)value;
		text = mem_append(text, ", ", name);
	}
	return text;
}

/* "CAP.ND", "ND" or "CAP", whatever stands before it: where that is in @registers, or NULL. */
static char *place_in_registers(json_object *registers, const char *reg, const char *last)
{
	if (!json_object_is_type(registers, json_type_object))
		return NULL;
	json_object_object_foreach(registers, name, block)
	{
		json_object *fields = doc_get(block, "fields");

		if (!strcasecmp(last, name))
			return mem_printf("registers.%s.value", name);
		if ((reg && strcasecmp(reg, name)) ||
		    !json_object_is_type(fields, json_type_object))
			continue;
		json_object_object_foreach(fields, field, value)
		{
			(void)value;
			if (!strcasecmp(last, field))
				return mem_printf("registers.%s.fields.%s.raw", name, field);
		}
	}
	return NULL;
}

/* The path that was probably meant, or NULL. */
static char *nearest_path(json_object *entry, const char *path)
{
	const char *dot = strrchr(path, '.'), *last = dot ? dot + 1 : path, *near;
	char *front = mem_strndup(path, dot ? (size_t)(dot - path) : 0), *found;
	const char *names[CAP_COUNT], *reg = strrchr(front, '.');

	for (size_t i = 0; i < CAP_COUNT; i++)
		names[i] = capability_info[i].key;
	reg = reg ? reg + 1 : *front ? front : NULL;
	if (reg && (!strcasecmp(reg, "registers") || !strcasecmp(reg, "fields")))
		reg = NULL;
	found = place_in_registers(doc_get(entry, "registers"), reg, last);
	near = !found && (!*front || !strcmp(front, "capabilities"))
		       ? cli_nearest(last, names, CAP_COUNT)
		       : NULL;
	if (near)
		found = mem_printf("capabilities.%s", near);
	free(front);
	return found;
}

static void say_no_value(json_object *entry, const char *path)
{
	char *near = nearest_path(entry, path), *members = members_at(entry, path);

	if (near)
		err_usage("there is no '%s' (did you mean '%s'?)", path, near);
	else
		err_usage("there is no '%s'; there is: %s", path, members ? members : "");
	free(near);
	free(members);
}

json_object *hwinfo_get(json_object *entries, const char *path)
{
	json_object *doc = doc_new("hwinfo"), *values = doc_list();

	doc_add(doc, "values", values);
	for (size_t i = 0; i < doc_len(entries); i++) {
		json_object *entry = doc_at(entries, i), *obj, *value;
		bool found;

		value = doc_path(entry, path, &found);
		if (!found) {
			say_no_value(entry, path);
			json_object_put(doc);
			return NULL;
		}
		obj = doc_object();
		doc_add(obj, "name", json_object_get(doc_get(entry, "name")));
		doc_add(obj, "path", doc_str(path));
		doc_add(obj, "value", json_object_get(value));
		doc_push(values, obj);
	}
	return doc;
}

void hwinfo_values_view(struct out *o, json_object *doc)
{
	json_object *values = doc_get(doc, "values");

	for (size_t i = 0; i < doc_len(values); i++) {
		json_object *value = doc_get(doc_at(values, i), "value");

		if (json_object_is_type(value, json_type_string))
			out_str(o, json_object_get_string(value));
		else
			out_str(o, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
		out_str(o, "\n");
	}
}
