/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read by cppcheck before each file: what it must know of a library whose headers it does not see.
 */
#define json_object_object_foreach(object, key, value) \
	char *key;                                     \
	struct json_object *value;                     \
	for (key = next_key(object, &value); key; key = next_key(object, &value))
