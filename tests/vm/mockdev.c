/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes iommufd's selftest mock devices and hands them to a command, for guests whose kernel has
 * CONFIG_IOMMUFD_TEST.
 *
 *   mockdev [--devices=N] [--pasid] [--no-dirty] [--] COMMAND [ARGUMENT]...
 *       Opens /dev/iommu, makes an IOAS and N mock devices attached to it (1), and runs COMMAND
 * with the descriptor open and these in its environment: MOCK_IOMMUFD  the descriptor's number, for
 * --iommufd= MOCK_IOAS     the IOAS MOCK_DEV, MOCK_STDEV, MOCK_HWPT      of the first device: the
 * device object, the mock's own handle (destroying it detaches and unbinds), the page table that
 * the kernel made by itself MOCK_DEV_2, MOCK_STDEV_2, ...        of the others
 *
 *   mockdev --iommufd=FD OPERATION ID [VALUE]...
 *       One operation of the mock on a descriptor that was handed down; see the table below for
 * their names. Prints what it returns, if anything.
 *
 * The interface is the kernel's private one for its own tests: kernels are chosen to fit
 * (tests/vm/config).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CMD_IOAS_ALLOC 0x3b81u
#define CMD_TEST       0x3ba0u

struct ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t id;
};

/* The operation's own part begins at offset 16 and differs for each, so it is reached by offset. */
struct test_cmd {
	uint32_t size;
	uint32_t op;
	uint32_t id;
	uint32_t reserved;
	uint8_t part[56];
};
#define PART_AT 16u

enum {
	OP_MOCK_DOMAIN = 2,
	OP_MOCK_DOMAIN_FLAGS = 12,
	OP_DIRTY = 13,

	MOCK_NO_DIRTY = 1u << 0,
	MOCK_PASID = 1u << 2,
};

struct value {
	const char *name;
	uint32_t at;
	uint32_t width;
};

struct operation {
	const char *name;
	uint32_t op;
	struct value in[5];
	struct value out;
};

static const struct operation operations[] = {
	/* clang-format off */
	{ "add-reserved",    1, { { "START", 16, 8 }, { "LENGTH", 24, 8 } }, { 0 } },
	{ "replace",        10, { { "PT", 16, 4 } }, { "pt_id", 16, 4 } },
	{ "dirty",          13, { { "IOVA", 24, 8 }, { "LENGTH", 32, 8 }, { "PAGE-SIZE", 40, 8 } }, { "out_nr_dirty", 56, 8 } },
	{ "check-iotlb",    14, { { "INDEX", 16, 4 }, { "VALUE", 20, 4 } }, { 0 } },
	{ "trigger-iopf",   15, { { "PASID", 20, 4 }, { "GROUP", 24, 4 }, { "PERM", 28, 4 }, { "ADDR", 32, 8 } }, { 0 } },
	{ "check-cache",    16, { { "INDEX", 16, 4 }, { "VALUE", 20, 4 } }, { 0 } },
	{ "trigger-vevent", 17, { { 0 } }, { 0 } },
	{ "pasid-attach",   18, { { "PASID", 16, 4 }, { "PT", 20, 4 } }, { 0 } },
	{ "pasid-replace",  19, { { "PASID", 16, 4 }, { "PT", 20, 4 } }, { 0 } },
	{ "pasid-detach",   20, { { "PASID", 16, 4 } }, { 0 } },
	{ "pasid-check",    21, { { "PASID", 16, 4 }, { "PT", 20, 4 } }, { 0 } },
	/* clang-format on */
};

static void die(const char *what, int error)
{
	if (error)
		fprintf(stderr, "mockdev: %s: %s\n", what, strerror(error));
	else
		fprintf(stderr, "mockdev: %s\n", what);
	exit(error ? 1 : 2);
}

static uint64_t number(const char *text, const char *what)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		die(what, EINVAL);
	return value;
}

static void put(struct test_cmd *cmd, const struct value *at, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	memcpy((uint8_t *)cmd + at->at, at->width == 8 ? (void *)&value : (void *)&narrow,
	       at->width);
}

static uint64_t get(const struct test_cmd *cmd, const struct value *at)
{
	uint64_t value = 0;
	uint32_t narrow = 0;

	if (at->width == 8) {
		memcpy(&value, (const uint8_t *)cmd + at->at, sizeof(value));
		return value;
	}
	memcpy(&narrow, (const uint8_t *)cmd + at->at, sizeof(narrow));
	return narrow;
}

static void set_env(const char *name, uint32_t index, uint64_t value)
{
	char key[64], text[32];

	if (index > 1)
		snprintf(key, sizeof(key), "%s_%" PRIu32, name, index);
	else
		snprintf(key, sizeof(key), "%s", name);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (setenv(key, text, 1) < 0)
		die(key, errno);
}

static void make_device(int fd, uint32_t ioas, uint32_t flags, uint32_t index)
{
	static const struct value stdev = { "stdev_id", 16, 4 };
	static const struct value hwpt = { "hwpt_id", 20, 4 };
	static const struct value dev = { "idev_id", 24, 4 };
	static const struct value dev_flags = { "dev_flags", 28, 4 };
	struct test_cmd cmd = { .size = sizeof(cmd), .op = OP_MOCK_DOMAIN, .id = ioas };

	if (flags) {
		cmd.op = OP_MOCK_DOMAIN_FLAGS;
		put(&cmd, &dev_flags, flags);
	}
	if (ioctl(fd, CMD_TEST, &cmd) < 0)
		die("cannot make a mock device (does the kernel have CONFIG_IOMMUFD_TEST?)", errno);
	set_env("MOCK_STDEV", index, get(&cmd, &stdev));
	set_env("MOCK_HWPT", index, get(&cmd, &hwpt));
	set_env("MOCK_DEV", index, get(&cmd, &dev));
}

static int create(uint32_t devices, uint32_t flags, char **command)
{
	struct ioas_alloc ioas = { .size = sizeof(ioas) };
	/* Not O_CLOEXEC: the descriptor is what the command is given. */
	int fd = open("/dev/iommu", O_RDWR);

	if (fd < 0)
		die("/dev/iommu", errno);
	if (ioctl(fd, CMD_IOAS_ALLOC, &ioas) < 0)
		die("IOMMU_IOAS_ALLOC", errno);
	set_env("MOCK_IOMMUFD", 1, (uint64_t)fd);
	set_env("MOCK_IOAS", 1, ioas.id);
	for (uint32_t i = 1; i <= devices; i++)
		make_device(fd, ioas.id, flags, i);
	execvp(command[0], command);
	die(command[0], errno);
	return 1;
}

/* Which pages the mock is to mark: all of the range. The kernel reads a bitmap with one bit a page.
 */
static void give_bitmap(struct test_cmd *cmd)
{
	static const struct value length = { "length", 32, 8 };
	static const struct value page_size = { "page_size", 40, 8 };
	static const struct value uptr = { "uptr", 48, 8 };
	uint64_t page = get(cmd, &page_size);
	size_t bytes;
	void *bitmap;

	if (!page)
		die("PAGE-SIZE", EINVAL);
	bytes = (size_t)((get(cmd, &length) / page + 63) / 64 * 8);
	bitmap = malloc(bytes);
	if (!bitmap)
		die("bitmap", ENOMEM);
	memset(bitmap, 0xff, bytes);
	put(cmd, &uptr, (uint64_t)(uintptr_t)bitmap);
}

static const struct operation *find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	die(name, EINVAL);
	return NULL;
}

static int operate(int fd, int argc, char **argv)
{
	static const struct value dev_id = { "dev_id", 16, 4 };
	const struct operation *op;
	struct test_cmd cmd = { .size = sizeof(cmd) };
	int n = 0;

	if (argc < 2)
		die("an operation and an id are needed", 0);
	op = find_operation(argv[0]);
	cmd.op = op->op;
	cmd.id = (uint32_t)number(argv[1], "ID");
	/* The two triggers take the device in their own part, not in the id. */
	if (!strncmp(op->name, "trigger-", 8)) {
		put(&cmd, &dev_id, cmd.id);
		cmd.id = 0;
	}
	for (; n < 5 && op->in[n].name; n++) {
		if (n + 2 >= argc)
			die(op->in[n].name, 0);
		put(&cmd, &op->in[n], number(argv[n + 2], op->in[n].name));
	}
	if (argc != n + 2)
		die("too many values", 0);
	if (op->op == OP_DIRTY)
		give_bitmap(&cmd);
	if (ioctl(fd, CMD_TEST, &cmd) < 0)
		die(op->name, errno);
	if (op->out.name)
		printf("%" PRIu64 "\n", get(&cmd, &op->out));
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t devices = 1, flags = 0;
	int fd = -1, i = 1;

	_Static_assert(sizeof(struct test_cmd) == 72, "not the kernel's size");
	_Static_assert(offsetof(struct test_cmd, part) == PART_AT, "not where the kernel has it");

	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strncmp(argv[i], "--devices=", 10))
			devices = (uint32_t)number(argv[i] + 10, argv[i]);
		else if (!strncmp(argv[i], "--iommufd=", 10))
			fd = (int)number(argv[i] + 10, argv[i]);
		else if (!strcmp(argv[i], "--pasid"))
			flags |= MOCK_PASID;
		else if (!strcmp(argv[i], "--no-dirty"))
			flags |= MOCK_NO_DIRTY;
		else
			die(argv[i], EINVAL);
	}
	if (i >= argc)
		die("nothing to do", 0);
	if (fd >= 0)
		return operate(fd, argc - i, argv + i);
	return create(devices, flags, argv + i);
}
