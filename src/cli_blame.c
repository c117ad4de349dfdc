/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with an option that getopt refused. */
#include "config.h"
#include "cli_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool option_is(const struct argp_option *opt)
{
	return opt->name || opt->key || opt->doc || opt->group;
}

static size_t count_matches(const struct argp_option *opts, const char *name, size_t len,
			    const struct argp_option **hit, struct out *names)
{
	size_t n = 0;

	for (const struct argp_option *o = opts; o && option_is(o); o++) {
		if (!o->name || strncmp(o->name, name, len))
			continue;
		*hit = o;
		if (!o->name[len])
			return 1;
		out_printf(names, "%s--%s", names->len ? ", " : "", o->name);
		n++;
	}
	return n;
}

static const char *nearest_option(const struct command *cmd, const char *word)
{
	const char *names[64];
	size_t n = 0;

	for (const struct argp_option *o = cmd ? cmd->options : NULL; o && option_is(o); o++)
		if (o->name && n < ARRAY_SIZE(names))
			names[n++] = o->name;
	for (const struct argp_option *o = cli_global_options; option_is(o); o++)
		if (n < ARRAY_SIZE(names))
			names[n++] = o->name;
	return cli_nearest(word, names, n);
}

static bool blame_long(const struct command *cmd, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	const struct argp_option *hit = NULL;
	struct out names = { 0 };
	size_t n = count_matches(cmd ? cmd->options : NULL, word + 2, len, &hit, &names) +
		   count_matches(cli_global_options, word + 2, len, &hit, &names);
	const char *near;
	bool blamed = true;

	out_raw(&names, "", 1);
	if (n > 1) {
		err_usage("option '%.*s' can mean more than one: %s", (int)len + 2, word,
			  names.data);
	} else if (n == 1 && hit->arg && !word[2 + len]) {
		err_usage("option '--%s' needs a value (%s)", hit->name, hit->arg);
	} else if (n == 1 && !hit->arg && word[2 + len]) {
		err_usage("option '--%s' takes no value", hit->name);
	} else if (n == 0) {
		char *name = mem_strndup(word + 2, len);

		near = nearest_option(cmd, name);
		err_usage("unknown option '--%s'%s%s%s", name, near ? " (did you mean --" : "",
			  near ? near : "", near ? "?)" : "");
		free(name);
	} else {
		blamed = false;
	}
	out_free(&names);
	return blamed;
}

const struct argp_option *option_of_key(const struct argp_option *opts, int key)
{
	for (const struct argp_option *o = opts; o && option_is(o); o++)
		if (o->key == key)
			return o;
	return NULL;
}

static bool blame_short(const struct command *cmd, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct argp_option *o = option_of_key(cmd ? cmd->options : NULL, *c);

		if (!o)
			o = option_of_key(cli_global_options, *c);
		if (!o) {
			err_usage("unknown option '-%c'", *c);
			return true;
		}
		if (o->arg && !c[1]) {
			err_usage("option '-%c' needs a value (%s)", *c, o->arg);
			return true;
		}
		if (o->arg)
			return false;
	}
	return false;
}

static bool blame(const struct command *cmd, const char *word)
{
	if (!word || word[0] != '-' || !word[1])
		return false;
	return word[1] == '-' ? blame_long(cmd, word) : blame_short(cmd, word);
}

void cli_blame(const struct command *cmd, int next, int argc, char **argv)
{
	/* getopt has moved behind the word, except inside a group of letters. */
	if (next > 0 && next <= argc && blame(cmd, argv[next - 1]))
		return;
	if (next < argc && blame(cmd, argv[next]))
		return;
	err_usage("the options are wrong");
}
