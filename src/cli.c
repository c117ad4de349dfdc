/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: global options, parsing, dispatch.
 *
 * argp parses; its own messages are kept quiet so that every error is worded by
 * err.c, in one line, with the offending word, and is in the JSON document too.
 */
#include "config.h"
#include "cli_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sandbox.h"

enum {
	KEY_HELP = 'h',
	KEY_JSON = 'J',
	KEY_QUIET = 'q',
	KEY_SESSION = 'S',
	KEY_VERBOSE = 'v',
	KEY_VERSION = 'V',
	KEY_JSON_LINES = 0x1000, /* above what commands use for theirs */
	KEY_COLOR,
	KEY_NO_PAGER,
	KEY_SYSROOT,
	KEY_FROM,
	KEY_IOMMUFD,
};

const struct argp_option cli_global_options[] = {
	{ "json", KEY_JSON, NULL, 0, "print one JSON document", 0 },
	{ "json-lines", KEY_JSON_LINES, NULL, 0, "print one JSON object per line", 0 },
	{ "verbose", KEY_VERBOSE, NULL, 0, "show everything", 0 },
	{ "quiet", KEY_QUIET, NULL, 0, "print less: a bare value, or only the exit status", 0 },
	{ "from", KEY_FROM, "FILE", 0, "read the machine from a saved report", 0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "read the machine from a copied tree below DIR", 0 },
	{ "session", KEY_SESSION, "NAME", 0, "use a session (also IOMMUCTL_SESSION)", 0 },
	{ "iommufd", KEY_IOMMUFD, "FD", 0, "use an iommufd that the caller has open", 0 },
	{ "color", KEY_COLOR, "WHEN", 0, "colour: auto, always or never", 0 },
	{ "no-pager", KEY_NO_PAGER, NULL, 0, "never start a pager", 0 },
	{ "help", KEY_HELP, NULL, 0, "say how to use it", 0 },
	{ "version", KEY_VERSION, NULL, 0, "say which version this is", 0 },
	{ 0 }
};

/* One parse: of the words before the command, or of the command's own. */
struct parse {
	struct cli *cli;
	const struct command *cmd; /* NULL before the command is known */
	void *opts;
	int first_word; /* index of the command's name, 0 when there is none */
	bool help, version;
	bool failed; /* and said so */
};

static error_t set_color(struct cli *cli, const char *when)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(when, names[i]))
			continue;
		cli->color = (enum color_when)i;
		return 0;
	}
	err_usage("'%s' is not a value of --color: auto, always or never", when);
	return EINVAL;
}

static error_t global_option(struct parse *p, int key, char *arg)
{
	struct cli *cli = p->cli;

	switch (key) {
	case KEY_JSON:
		cli->json = true;
		return 0;
	case KEY_JSON_LINES:
		cli->json_lines = true;
		return 0;
	case KEY_VERBOSE:
		cli->verbose = true;
		return 0;
	case KEY_QUIET:
		cli->quiet = true;
		return 0;
	case KEY_FROM:
		cli->from = arg;
		return 0;
	case KEY_SYSROOT:
		cli->sysroot = arg;
		return 0;
	case KEY_SESSION:
		cli->session = arg;
		return 0;
	case KEY_IOMMUFD:
		cli->iommufd = arg;
		return 0;
	case KEY_COLOR:
		return set_color(cli, arg);
	case KEY_NO_PAGER:
		cli->no_pager = true;
		return 0;
	case KEY_HELP:
		p->help = true;
		return 0;
	case KEY_VERSION:
		p->version = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t take_operand(struct parse *p, char *arg, struct argp_state *state)
{
	struct cli *cli = p->cli;

	if (!p->cmd) {
		/* The command's name: everything behind it is parsed with the command's own
		 * options. */
		p->first_word = state->next - 1;
		state->next = state->argc;
		return 0;
	}
	if (p->cmd->max_args >= 0 && cli->n_args >= p->cmd->max_args) {
		p->failed = true;
		err_usage("unexpected word '%s'", arg);
		return EINVAL;
	}
	if (state->quoted && state->next > state->quoted && cli->n_before < 0)
		cli->n_before = cli->n_args;
	cli->args = mem_grow(cli->args, (size_t)cli->n_args, sizeof(*cli->args));
	cli->args[cli->n_args++] = arg;
	return 0;
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	error_t err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = p;
		return 0;
	case ARGP_KEY_ARG:
		return take_operand(p, arg, state);
	case ARGP_KEY_ERROR:
		if (!p->failed)
			cli_blame(p->cmd, state->next, state->argc, state->argv);
		p->failed = true;
		return 0;
	default:
		break;
	}
	if (!p->cmd || !p->cmd->option)
		return ARGP_ERR_UNKNOWN;
	err = p->cmd->option(p->cli, p->opts, key, arg);
	p->failed |= err && err != ARGP_ERR_UNKNOWN;
	return err;
}

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	error_t err = global_option(p, key, arg);

	p->failed |= err && err != ARGP_ERR_UNKNOWN;
	return err;
}

static const struct argp global_argp = { .options = cli_global_options, .parser = parse_global };

static int run_argp(struct parse *p, int argc, char **argv, unsigned int flags)
{
	const struct argp_child children[] = { { &global_argp, 0, NULL, 0 }, { 0 } };
	const struct argp argp = {
		.options = p->cmd ? p->cmd->options : NULL,
		.parser = parse_key,
		.children = children,
	};

	return argp_parse(&argp, argc, argv, flags | ARGP_NO_HELP | ARGP_NO_ERRS | ARGP_NO_EXIT,
			  NULL, p)
		       ? STATUS_TROUBLE
		       : STATUS_OK;
}

/* --- dispatch ------------------------------------------------------------------------ */

static int check_use(const struct cli *cli, const struct command *cmd)
{
	const struct {
		bool given;
		unsigned int need;
		const char *name;
	} options[] = {
		{ cli->from, USES_SNAPSHOT, "--from" },
		{ cli->sysroot, USES_SNAPSHOT, "--sysroot" },
		{ cli->session && cli->session != getenv("IOMMUCTL_SESSION"), USES_SESSION,
		  "--session" },
		{ cli->iommufd, USES_SESSION | USES_IOMMUFD, "--iommufd" },
		{ cli->json_lines, USES_LINES, "--json-lines" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].given && !(cmd->uses & options[i].need))
			return err_usage("%s has no meaning for '%s'%s", options[i].name, cmd->name,
					 options[i].need == USES_LINES
						 ? ": it prints one document, with --json"
						 : "");
	if (cli->from && cli->sysroot)
		return err_usage("--from and --sysroot exclude each other");
	if (cli->n_args < cmd->min_args)
		return err_usage("an operand is missing: %s", cmd->args);
	return STATUS_OK;
}

static int run_command(struct cli *cli, const struct command *cmd, int argc, char **argv, bool help)
{
	struct parse p = { .cli = cli, .cmd = cmd, .help = help };
	int status;

	cli->command = cmd;
	err_set_command(cmd->name);
	p.opts = mem_zalloc(cmd->opts_size);
	/* In order, words before "--" stay before it. */
	status = run_argp(&p, argc, argv, cmd->uses & USES_DASHES ? ARGP_IN_ORDER : 0);
	if (p.help)
		status = cli_show_help(cli, cmd->name);
	else if (p.version)
		status = cli_show_version(cli);
	else if (status == STATUS_OK)
		status = check_use(cli, cmd);
	if (status == STATUS_OK && !p.help && !p.version) {
		if (cli->from || cli->sysroot)
			cli_confine(cli, SANDBOX_READ | (cli->sysroot ? SANDBOX_TREE : 0));
		status = cmd->run(cli, p.opts);
	}
	free(p.opts);
	return status;
}

/* "session" and what follows: its second word may come after global options. */
static int dispatch_group(struct cli *cli, int argc, char **argv, bool help)
{
	struct parse p = { .cli = cli, .help = help };
	const struct command *cmd;
	char *words[2] = { argv[0] };
	int status, used = 0;

	err_set_command(argv[0]);
	status = run_argp(&p, argc, argv, ARGP_IN_ORDER);
	if (status != STATUS_OK)
		return status;
	if (!p.first_word && p.version)
		return cli_show_version(cli);
	if (!p.first_word && p.help)
		return cli_show_help(cli, argv[0]);
	words[1] = argv[p.first_word];
	cmd = p.first_word ? command_find(words, 2, &used) : NULL;
	if (!cmd)
		return cli_unknown_second_word(argv[0], p.first_word ? words[1] : NULL);
	return run_command(cli, cmd, argc - p.first_word, argv + p.first_word, p.help);
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	struct parse p = { .cli = cli };
	const struct command *cmd;
	int status = run_argp(&p, argc, argv, ARGP_IN_ORDER), words = 0;

	if (status != STATUS_OK)
		return status;
	if (p.version)
		return cli_show_version(cli);
	if (!p.first_word || !*argv[p.first_word]) {
		if (p.help)
			return cli_show_help(cli, NULL);
		return err_usage("which command?");
	}
	/* argp skips the first word it is given: the last word of the command's name. */
	argc -= p.first_word;
	argv += p.first_word;
	if (cli_is_group(argv[0]))
		return dispatch_group(cli, argc, argv, p.help);
	cmd = command_find(argv, argc, &words);
	if (!cmd)
		return cli_unknown_command(argv, argc);
	return run_command(cli, cmd, argc, argv, p.help);
}

/* A program that was started without its standard streams must not write into a file it opens. */
static void hold_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int cli_main(int argc, char **argv)
{
	struct cli cli = { .session = getenv("IOMMUCTL_SESSION"), .n_before = -1 };
	int status;

	hold_standard_streams();
	/* A closed pipe is a failed write, told by the exit status, not a death. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 1)
		return STATUS_TROUBLE;
	status = dispatch(&cli, argc, argv);
	if ((cli.json || cli.json_lines) && !cli.emitted && err_count())
		status =
			cli_emit(&cli, doc_new(cli.command ? cli.command->name : ""), NULL, status);
	free(cli.args);
	err_reset();
	return status;
}
