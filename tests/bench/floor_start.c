/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floor_start: a program that is linked to what iommuctl is linked to, and prints one document. */
#include <json-c/json.h>
#include <stdio.h>

int main(void)
{
	json_object *doc = json_object_new_object();

	json_object_object_add(doc, "schema", json_object_new_string("iommuctl/1"));
	return puts(json_object_to_json_string(doc)) < 0; /* the tree ends with the program */
}
