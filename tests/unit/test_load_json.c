/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading JSON from strangers: what is taken, what is refused, and where. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "host/strict_json.h"
#include "render/doc.h"
#include "unit.h"

static struct strict_json_error error;

static json_object *parse(const char *text)
{
	return strict_json_parse(text, strlen(text), NULL, NULL, &error);
}

/* Taken, and written the same way by json-c. */
static void takes(const char *text, const char *want)
{
	json_object *obj = parse(text);

	if (!obj)
		unit_fail("refused: %s: %s", text, error.what);
	else
		unit_str(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_NOSLASHESCAPE), want);
	json_object_put(obj);
}

static void refuses(const char *text, size_t line, size_t column, const char *what)
{
	json_object *obj = parse(text);

	if (obj) {
		unit_fail("taken: %s", text);
		json_object_put(obj);
		return;
	}
	if (!strstr(error.what, what))
		unit_fail("'%s' is not in '%s' (%s)", what, error.what, text);
	if (error.line != line || error.column != column)
		unit_fail("%zu:%zu is not %zu:%zu (%s)", error.line, error.column, line, column,
			  text);
}

static void test_taken(void)
{
	takes("{}", "{}");
	takes(" {\"a\" : [ ] , \"b\":{ }}\r\n\t", "{\"a\":[],\"b\":{}}");
	takes("{\"a\":[1,-1,0,null,true,false]}", "{\"a\":[1,-1,0,null,true,false]}");
	takes("{\"a\":18446744073709551615,\"b\":-9223372036854775808}",
	      "{\"a\":18446744073709551615,\"b\":-9223372036854775808}");
	takes("{\"a\":1.5,\"b\":25e-1}", "{\"a\":1.5,\"b\":2.5}");
	takes("{\"k\\u0041\":\"\\u00e9\\ud83d\\ude00\\n\\\\/\"}", "{\"kA\":\"é😀\\n\\\\/\"}");
	takes("{\"é\":\"日本\"}", "{\"é\":\"日本\"}");
}

static void test_not_json(void)
{
	refuses("", 1, 1, "the text ends before anything came");
	refuses("  \n ", 2, 2, "the text ends");
	refuses("[]", 1, 1, "no JSON object");
	refuses("hello", 1, 1, "no JSON object");
	refuses("{\"a\":1}x", 1, 8, "behind the end");
	refuses("{\"a\":1,}", 1, 8, "a comma before '}'");
	refuses("{\"a\":[1,]}", 1, 9, "a comma before ']'");
	refuses("{'a':1}", 1, 2, "a key in quotes");
	refuses("{\"a\":1 // no\n}", 1, 8, "a comma or '}' is missing");
	refuses("{\"a\":NaN}", 1, 6, "no JSON value");
	refuses("{\"a\":nul}", 1, 6, "no JSON value");
	refuses("{\"a\" 1}", 1, 6, "a colon is missing behind \"a\"");
	refuses("{\n\"a\": 01}", 2, 6, "leading zeros");
	refuses("{\"a\":-}", 1, 7, "needs digits");
	refuses("{\"a\":1.}", 1, 8, "digits must follow the point");
	refuses("{\"a\":1e}", 1, 8, "digits must follow the exponent");
	refuses("{\"a\":\"\t\"}", 1, 7, "a control character");
	refuses("{\"a\":\"\\x\"}", 1, 7, "an unknown escape");
	refuses("{\"a\":\"\\u12g4\"}", 1, 9, "four hex digits");
	refuses("{\"a\":\"\\u0000\"}", 1, 13, "a NUL");
	refuses("{\"a\":\"\\ud800x\"}", 1, 13, "half of a surrogate pair");
	refuses("{\"a\":\"\\ud800\\u00", 1, 17, "the text ends in a string");
	refuses("{\"a\":\"\\ud800\\u0041 \"}", 1, 13, "half of a surrogate pair");
	refuses("{\"a\":\"\\udc00\"}", 1, 9, "half of a surrogate pair");
}

/* What json-c's own parser lets pass. */
static void test_traps(void)
{
	refuses("{\"a\":1,\n \"b\":2,\n \"a\":3}", 3, 2, "the key \"a\" is there twice");
	refuses("{\"a\":1,\"\\u0061\":2}", 1, 8, "there twice");
	refuses("{\"a\":18446744073709551616}", 1, 6, "18446744073709551616 is out of range");
	refuses("{\"a\":-9223372036854775809}", 1, 6, "out of range");
	refuses("{\"a\":1111111111111111111111111111111111111}", 1, 6, "… is out of range");
	refuses("{\"a\":1e999}", 1, 6, "out of range");
	refuses("{\"a\":\"\xff\"}", 1, 7, "not UTF-8");
	refuses("{\"a\":\"\xed\xa0\x80\"}", 1, 7, "not UTF-8");
	refuses("{\"\xc0\x80\":1}", 1, 3, "not UTF-8");
}

static void test_depth(void)
{
	char deep[400] = "{\"a\":";
	size_t n = strlen(deep);

	memset(deep + n, '[', 63);
	memset(deep + n + 63, ']', 63);
	strcpy(deep + n + 126, "}");
	takes(deep, deep);
	memset(deep + n, '[', 300);
	refuses(deep, 1, 69, "nested deeper than 64");
}

/* Every beginning of a document is refused as cut short, at its end. */
static void test_cut(void)
{
	static const char whole[] =
		"{\"schema\":\"iommuctl/1\",\"n\":[12,-3,1.5e2,null,true,false],\n"
		" \"o\":{\"k\\u00e9\\\"\":\"\\ud83d\\ude00é\"}}";

	takes(whole, "{\"schema\":\"iommuctl/1\",\"n\":[12,-3,150.0,null,true,false],"
		     "\"o\":{\"ké\\\"\":\"😀é\"}}");
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *cut = mem_strndup(whole, len);
		json_object *obj = strict_json_parse(cut, len, NULL, NULL, &error);

		if (obj)
			unit_fail("taken: %s", cut);
		else if (error.offset > len)
			unit_fail("byte %zu of %zu: %s", error.offset, len, error.what);
		json_object_put(obj);
		free(cut);
	}
}

struct seen {
	int devices, others;
	size_t last;
};

static bool element(void *ctx, const char *key, json_object *value, size_t offset)
{
	struct seen *seen = ctx;

	seen->last = offset;
	if (strcmp(key, "devices")) {
		seen->others++;
		return false;
	}
	seen->devices += (int)doc_get_int(value, "n", 100);
	return true;
}

static void test_elements(void)
{
	static const char text[] = "{\"devices\":[{\"n\":1,\"devices\":[7,8]},{\"n\":2}],"
				   "\"groups\":[1,2,3],\"x\":{\"devices\":[{\"n\":9}]}}";
	struct seen seen = { 0 };
	json_object *tree = strict_json_parse(text, strlen(text), element, &seen, &error);

	unit_int(seen.devices, 3);
	unit_int(seen.others, 3);
	unit_int(text[seen.last], '3');
	unit_int(doc_len(doc_get(tree, "devices")), 0);
	unit_int(doc_len(doc_get(tree, "groups")), 3);
	json_object_put(tree);
}

int main(void)
{
	unit_run(test_taken);
	unit_run(test_not_json);
	unit_run(test_traps);
	unit_run(test_depth);
	unit_run(test_cut);
	unit_run(test_elements);
	return unit_done();
}
