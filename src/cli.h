/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: global options, the metadata of commands, output.
 *
 * Every command is one struct command in its own file under commands/ and one
 * row of commands/table.c. The metadata is the single source of --help,
 * completions and the synopsis of the manual pages.
 */
#ifndef IOMMUCTL_CLI_H
#define IOMMUCTL_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/out.h"
#include "render/doc.h"

/* Global options that only some commands have a use for; others refuse them. */
enum {
	USES_SNAPSHOT = 1 << 0, /* --from, --sysroot */
	USES_SESSION = 1 << 1,  /* -S, --iommufd */
	USES_LINES = 1 << 2,    /* --json-lines */
	USES_DASHES = 1 << 3,   /* "--" separates operands from a command line */
	USES_IOMMUFD = 1 << 4,  /* --iommufd, but no session: the command starts one */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What the command line said, and the one document that is printed. */
struct cli {
	const struct command *command;
	char **args; /* operands of the command */
	int n_args;
	int n_before; /* operands before "--", or -1 without it (USES_DASHES) */

	bool json, json_lines;
	bool quiet, verbose;
	bool no_pager;
	enum color_when color;
	const char *from;    /* --from FILE or NULL */
	const char *sysroot; /* --sysroot DIR or NULL */
	const char *session; /* -S NAME|PATH, else IOMMUCTL_SESSION, else NULL */
	const char *iommufd; /* --iommufd=FD, else NULL */

	bool emitted; /* a document was printed */
};

struct command {
	const char *name;    /* "hwinfo", "session start": one or two words */
	const char *section; /* heading of the overview */
	const char *summary; /* one line, no full stop */
	const char *
		args; /* operands as in a synopsis, "" for none; upper-case words name their kind */
	const char *doc;         /* a paragraph for --help */
	const char *examples[3]; /* "command line  # what it does", at least two; NULL ends */
	int min_args, max_args;  /* operands; max_args -1 is any number */
	unsigned int uses;
	const struct argp_option *options; /* NULL: none of its own */
	/* Called for each of @options: 0, or ARGP_ERR_UNKNOWN; report with err_usage() and return
	 * EINVAL. */
	error_t (*option)(struct cli *cli, void *opts, int key, char *arg);
	size_t opts_size; /* a zeroed block of this size is passed as @opts */
	/* Does the work and returns an exit status. */
	int (*run)(struct cli *cli, void *opts);
	bool hidden; /* not in the overview, completions and manual */
};

/** Run the program: parse, dispatch, print, check stdout. Returns the exit status. */
int cli_main(int argc, char **argv);

/**
 * cli_emit() - print the document of a command
 * @doc: consumed. "errors" is added
 * @view: its text rendering
 * @status: what the command wants to exit with
 *
 * Returns @status, or STATUS_FAILED when stdout could not be written. JSON is
 * whole or absent.
 */
int cli_emit(struct cli *cli, json_object *doc, doc_view *view, int status);

/** A view of nothing: the exit status says it, or records were shown as they came. */
void cli_view_nothing(struct out *o, json_object *doc);

/** Somebody at a terminal sees nothing for a long time, and must know that this is right: note that
 *  the command waits for @what, and how that ends. */
void cli_say_waiting(const struct cli *cli, const char *what);

/** Prepare @o for stdout: colour, width, verbosity as the user and the terminal want. */
void cli_out_init(const struct cli *cli, struct out *o);

/** Write @o to stdout (through a pager where that is wanted), check it, free it. Returns @status or
 * STATUS_FAILED. */
int cli_out_done(struct cli *cli, struct out *o, int status);

/**
 * cli_confine() - prepare for input from strangers
 * @flags: SANDBOX_READ, SANDBOX_WRITE, SANDBOX_TREE: what the command still does when it has read
 * its input
 *
 * Starts what cannot be started later (a pager that waits), and plans the sandbox (base/sandbox.h).
 */
void cli_confine(struct cli *cli, unsigned int flags);

/** Print @doc as one line of JSON Lines at once. Consumes it. 0, or -1 when stdout failed. */
int cli_emit_line(struct cli *cli, json_object *doc);

/** The command of a name of one or two words, or NULL. @words receives how many were used. */
const struct command *command_find(char **argv, int argc, int *words);

/**
 * cli_help() - print help about the command or group that @words name, or about the program
 *
 * Returns an exit status; refuses words that name nothing.
 */
int cli_help(struct cli *cli, char **words, int n);

/** True for a command of two words, of which @first is the first. */
bool command_in_group(const struct command *cmd, const char *first);

/** The global options, for the metadata dump. */
extern const struct argp_option cli_global_options[];

/** True for a row of options that is not the end of the list. */
bool option_is(const struct argp_option *opt);

/** The option of a letter (or other key), or NULL; @opts may be NULL. */
const struct argp_option *option_of_key(const struct argp_option *opts, int key);

/** "did you mean" for @word among @n candidates: the nearest, else the only one that has it in
 * itself, or NULL. */
const char *cli_nearest(const char *word, const char *const *candidates, size_t n);

#endif
