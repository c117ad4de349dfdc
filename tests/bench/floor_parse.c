/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floor_parse FILE: what json-c alone needs to read a file and make a tree of it, not even freed.
 */
#include <json-c/json.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	json_object *tree = argc == 2 ? json_object_from_file(argv[1]) : NULL;

	if (!tree) {
		fprintf(stderr, "usage: floor_parse FILE (of JSON)\n");
		return 2;
	}
	return 0; /* the tree ends with the program */
}
