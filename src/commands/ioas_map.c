/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioas-map: memory or a file becomes visible at an IOVA. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "commands/operation.h"
#include "commands/table.h"

enum { KEY_FLAGS = 'f', KEY_IOVA = 0x100, KEY_FILE, KEY_OFFSET, KEY_ADDRESS };

struct opts {
	bool has_flags, has_iova, by_address;
	uint32_t flags;
	uint64_t iova, offset;
	const char *file;
};

struct job {
	const struct opts *opts;
	uint32_t ioas, flags;
	uint64_t length, iova;
	int fd;
	void *memory; /* mapped here, for mapping by address */
	bool by_address;
};

static error_t option(struct cli *cli, void *opts, int key, char *arg)
{
	struct opts *o = opts;

	(void)cli;
	switch (key) {
	case KEY_FLAGS:
		o->has_flags = true;
		return operand_flags(&uapi_map_flags, arg, &o->flags) ? EINVAL : 0;
	case KEY_IOVA:
		o->has_iova = true;
		return option_number(arg, "IOVA", UINT64_MAX, &o->iova);
	case KEY_FILE:
		o->file = arg;
		return 0;
	case KEY_OFFSET:
		return operand_size(arg, "offset", &o->offset) ? EINVAL : 0;
	case KEY_ADDRESS:
		o->by_address = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- the memory ----------------------------------------------------------------------------- */

static int open_memory(struct job *job)
{
	const struct opts *o = job->opts;
	struct stat st;

	if (!o->file) {
		job->fd = memfd_create("iommuctl", MFD_CLOEXEC);
		if (job->fd >= 0 && !ftruncate(job->fd, (off_t)job->length))
			return STATUS_OK;
		err_plain(errno, "cannot get %" PRIu64 " bytes of memory", job->length);
		return STATUS_FAILED;
	}
	job->fd = open(o->file, (job->flags & UAPI_MAP_WRITEABLE ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (job->fd < 0 || fstat(job->fd, &st)) {
		err_input(o->file, NULL, "cannot open '%s': %s", o->file, strerror(errno));
		return STATUS_TROUBLE;
	}
	if (!job->length && st.st_size > (off_t)o->offset)
		job->length = (uint64_t)st.st_size - o->offset;
	return STATUS_OK;
}

static int map_memory(struct job *job)
{
	int prot = PROT_READ | (job->flags & UAPI_MAP_WRITEABLE ? PROT_WRITE : 0);

	job->memory = mmap(NULL, job->length, prot, MAP_SHARED, job->fd,
			   (off_t)(job->opts->file ? job->opts->offset : 0));
	if (job->memory != MAP_FAILED)
		return STATUS_OK;
	job->memory = NULL;
	err_plain(errno, "cannot map %" PRIu64 " bytes into this process", job->length);
	return STATUS_FAILED;
}

/* --- the calls ------------------------------------------------------------------------------- */

static int call_map(struct operation *op, struct job *job)
{
	struct uapi_ioas_map_file file = {
		.flags = job->flags,
		.ioas_id = job->ioas,
		.fd = job->fd,
		.start = job->opts->offset,
		.length = job->length,
		.iova = job->iova,
	};
	struct uapi_ioas_map address = {
		.flags = job->flags,
		.ioas_id = job->ioas,
		.user_va = (uintptr_t)job->memory,
		.length = job->length,
		.iova = job->iova,
	};
	int err;

	err = job->by_address ? call_ioas_map(op->ctx.iommufd, &address)
			      : call_ioas_map_file(op->ctx.iommufd, &file);
	job->iova = job->by_address ? address.iova : file.iova;
	return err;
}

static void write_down(struct operation *op, const struct job *job)
{
	const struct opts *o = job->opts;
	struct ledger_entry e = {
		.type = LEDGER_MAPPING,
		.id = job->ioas,
		.key = job->iova,
		.kind = o->file ? (job->by_address ? SOURCE_FILE_ADDRESS : SOURCE_FILE)
				: (job->by_address ? SOURCE_ADDRESS : SOURCE_MEMFD),
		.v = job->length,
		.w = job->flags,
		.text = o->file,
		.fd = -1,
	};

	if (!o->file) {
		e.fd = fcntl(job->fd, F_DUPFD_CLOEXEC, 0);
		e.flags = e.fd >= 0 ? LEDGER_HAS_FD : 0;
	}
	doc_add(op->doc, "mapping", show_mapping(context_put(&op->ctx, &e)));
	op->bare = "mapping.iova";
}

static void warn(struct operation *op, const struct job *job)
{
	const struct refusal_ctx what = { .id = job->ioas };
	bool pinned = context_pins(&op->ctx, job->ioas);

	if (!pinned && !context_has_strangers(&op->ctx))
		context_warn(&op->ctx, job->by_address ? "map.lazy" : "map-file.lazy", &what);
	if (job->by_address && op->ctx.kind == CONTEXT_SESSION)
		context_warn_words(
			&op->ctx, "map.address-in-session",
			"leave --by-address out (Linux 6.13 maps the file itself)",
			"mapped by address: this command's address space ends with it, and what is "
			"not pinned by then cannot be pinned later (EFAULT at the next attach)");
}

static int map(struct operation *op, struct job *job)
{
	const struct refusal_ctx what = {
		.id = job->ioas, .flags = job->flags, .iova = job->iova, .length = job->length
	};
	const enum uapi_op call = job->by_address ? OP_IOAS_MAP : OP_IOAS_MAP_FILE;
	int err, status = job->by_address && job->length ? map_memory(job) : STATUS_OK;

	if (status != STATUS_OK)
		return status;
	if (!context_intend(&op->ctx, call, job->ioas, 0, 0, 0))
		return STATUS_FAILED;
	err = call_map(op, job);
	if (err)
		return context_refused(&op->ctx, call, err, &what,
				       "cannot map %" PRIu64 " bytes in IOAS %" PRIu32, job->length,
				       job->ioas);
	write_down(op, job);
	if (!context_commit(&op->ctx))
		return STATUS_FAILED;
	warn(op, job);
	return STATUS_OK;
}

static int act(struct operation *op, void *opts)
{
	struct job job = { .opts = opts, .fd = -1 };
	const struct opts *o = opts;
	int status;

	if (operand_id(op->cli->args[0], "an IOAS", &job.ioas))
		return STATUS_TROUBLE;
	if (op->cli->n_args > 1 && operand_size(op->cli->args[1], "length", &job.length))
		return STATUS_TROUBLE;
	if (op->cli->n_args < 2 && !o->file)
		return err_usage("how much? A LENGTH, or --file");
	if (job.length > INT64_MAX && !o->file)
		return err_usage("'%s' is more than there can be", op->cli->args[1]);
	job.flags = o->has_flags ? o->flags : UAPI_MAP_READABLE | UAPI_MAP_WRITEABLE;
	if (o->has_iova)
		job.flags |= UAPI_MAP_FIXED_IOVA;
	job.iova = o->iova;
	/* Before 6.13 only addresses can be mapped. */
	job.by_address = o->by_address ||
			 (!o->file && call_op_exists(op->ctx.iommufd, OP_IOAS_MAP_FILE) == 0);
	status = open_memory(&job);
	if (status == STATUS_OK)
		status = map(op, &job);
	if (job.memory)
		munmap(job.memory, job.length);
	if (job.fd >= 0)
		close(job.fd);
	return status;
}

static void view(struct out *o, json_object *doc)
{
	json_object *m = doc_get(doc, "mapping");
	char size[32];

	out_printf(o, "%s at %s in IOAS %" PRId64 " (%s%s, %s)\n",
		   show_size((uint64_t)doc_get_int(m, "length", 0), size),
		   doc_get_str(m, "iova", "?"), doc_get_int(m, "ioas", 0),
		   doc_get_bool(m, "readable", false) ? "readable" : "not readable",
		   doc_get_bool(m, "writeable", false) ? ", writeable" : "",
		   doc_get_str(m, "source", "?"));
}

static int run(struct cli *cli, void *opts)
{
	return operation_run(cli, opts, act, view);
}

static const struct argp_option options[] = {
	{ "iova", KEY_IOVA, "ADDRESS", 0, "at this address (else the kernel chooses)", 0 },
	{ "file", KEY_FILE, "FILE", 0, "a file of shared memory (/dev/shm, hugetlbfs) or a dma-buf",
	  0 },
	{ "offset", KEY_OFFSET, "BYTES", 0, "from this place of the file", 0 },
	{ "by-address", KEY_ADDRESS, NULL, 0, "map by user address (IOAS_MAP)", 0 },
	{ "flags", KEY_FLAGS, "FLAGS", 0, "readable, writeable (both when not given), or a number",
	  0 },
	{ 0 }
};

const struct command command_ioas_map = {
	.name = "ioas-map",
	.section = "IO address spaces",
	.summary = "map memory or a file in an IOAS",
	.args = "IOAS [LENGTH]",
	.doc = "Maps LENGTH bytes of fresh memory, or a file, and prints the IOVA. The file itself "
	       "is "
	       "mapped where the kernel can (Linux 6.13), so that the memory outlives this command "
	       "in a session; --by-address uses the older way.",
	.examples = { "iommuctl ioas-map 1 2M  # fresh memory, the kernel chooses the IOVA",
		      "iommuctl ioas-map 1 --file=/dev/shm/guest --iova=0x100000000" },
	.min_args = 1,
	.max_args = 2,
	.uses = USES_SESSION,
	.options = options,
	.option = option,
	.opts_size = sizeof(struct opts),
	.run = run,
};
