/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saved machines: what comes back, in which order it may be written, and what is refused. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/load.h"
#include "render/doc.h"
#include "unit.h"

static struct snapshot *load_bytes(const char *text, size_t len)
{
	char path[] = "/tmp/test_load_report.XXXXXX";
	int fd = mkstemp(path);
	struct snapshot *snap = NULL;

	err_reset();
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		unit_fail("cannot write %s", path);
	close(fd);
	if (snapshot_load(path, &snap) != STATUS_OK)
		snap = NULL;
	unlink(path);
	return snap;
}

static struct snapshot *load(const char *text)
{
	return load_bytes(text, strlen(text));
}

static void refuses(const char *text, const char *what)
{
	struct snapshot *snap = load(text);

	if (snap)
		unit_fail("taken: %s", text);
	else if (err_count() != 1 || !strstr(err_get(0)->what, what))
		unit_fail("'%s' is not in '%s'", what, err_count() ? err_get(0)->what : "");
	snapshot_free(snap);
}

#define HEAD "{\"schema\":\"iommuctl/1\",\"command\":\"report\","

static const char whole[] = HEAD
	"\"source\":{\"kernel\":\"7.3.4\",\"machine\":\"x86_64\"},\"state\":\"present\","
	"\"state_evidence\":null,"
	"\"iommus\":[{\"name\":\"dmar0\",\"type\":\"intel-vtd\",\"source\":\"sysfs\",\"registers\":"
	"{\"CAP\":{\"value\":\"0x00d2008c40660462\"}},\"address\":\"0x00000000fed90000\","
	"\"domains_supported\":65536,\"devices\":[\"0000:01:00.0\"]}],"
	"\"groups\":[{\"id\":3,\"type\":\"DMA-FQ\",\"reserved\":[{\"start\":\"0x00000000fee00000\","
	"\"end\":\"0x00000000feefffff\",\"type\":\"msi\"}],\"devices\":[\"0000:01:00.0\"]}],"
	"\"devices\":[{\"name\":\"0000:01:00.0\",\"bus\":\"pci\",\"vendor\":\"0x8086\","
	"\"device\":\"0x10d3\",\"subsystem_vendor\":\"0x8086\",\"subsystem_device\":\"0x0000\","
	"\"class\":\"0x020000\",\"vendor_name\":\"Intel\",\"device_name\":null,\"driver\":\"vfio-"
	"pci\","
	"\"iommu\":\"dmar0\",\"group\":3,\"cdev\":\"vfio0\",\"usable\":true,\"why\":[],"
	"\"hw_info\":{\"data_type\":1,\"data_len\":24,\"data\":\"00ff10\",\"capabilities\":"
	"\"0x0000000000000001\",\"max_pasid_log2\":20}}],"
	"\"kernel\":{\"release\":\"7.3.4\"},\"errors\":[]}";

static void check_whole(struct snapshot *snap)
{
	if (!snap) {
		unit_fail("refused: %s", err_count() ? err_get(0)->what : "");
		return;
	}
	unit_str(snap->kernel, "7.3.4");
	unit_int(snap->state, IOMMU_PRESENT);
	unit_int(snap->n_iommus, 1);
	unit_hex(snap->iommus[0].address, 0xfed90000);
	unit_int(snap->n_groups, 1);
	unit_hex(snap->groups[0].reserved[0].end, 0xfeefffff);
	unit_int(snap->n_devices, 1);
	unit_hex(snap->devices[0].class_code, 0x20000);
	unit_int(snap->devices[0].iommu, 0);
	unit_int(snap->devices[0].group, 3);
	unit_int(snap->devices[0].hw_info->data_have, 3);
	unit_hex(snap->devices[0].hw_info->data[1], 0xff);
	unit_int(snap->devices[0].hw_info->max_pasid_log2, 20);
	unit_str(doc_get_str(doc_get(snap->extra, "kernel"), "release", ""), "7.3.4");
	unit_true(!doc_get(snap->extra, "devices"));
	snapshot_free(snap);
}

static void test_whole(void)
{
	check_whole(load(whole));
}

/* As `jq -S` writes it: devices before iommus, the schema last. */
static void test_sorted(void)
{
	json_object *doc = json_tokener_parse(whole), *sorted = json_object_new_object();
	static const char *const keys[] = { "command", "devices",       "errors", "groups",
					    "iommus",  "kernel",        "schema", "source",
					    "state",   "state_evidence" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_object_add(sorted, keys[i], json_object_get(doc_get(doc, keys[i])));
	check_whole(load(json_object_to_json_string(sorted)));
	json_object_put(doc);
	json_object_put(sorted);
}

static void test_refused(void)
{
	refuses("{}", "no \"schema\"");
	refuses("{\"schema\":\"nvme/1\",\"devices\":[]}", "no \"schema\"");
	refuses("{\"schema\":\"iommuctl/x\",\"devices\":[]}", "no \"schema\"");
	refuses("{\"schema\":\"iommuctl/1\"}", "no list of devices");
	refuses(HEAD "\"devices\":{}}", "no list of devices");
	refuses(HEAD "\"devices\":[7]}", "an element of \"devices\" is no object");
	refuses(HEAD "\n\"devices\":[\n {}]}", "line 3, column 2");
	refuses(HEAD "\"devices\":[{}]}", "has no \"name\"");
	refuses(HEAD "\"devices\":[{\"name\":null}]}",
		"\"name\" of an element of \"devices\" must");
	refuses(HEAD "\"devices\":[{\"name\":\"a\",\"vendor\":\"8086\"}]}",
		"must be a number in hex");
	refuses(HEAD "\"devices\":[{\"name\":\"a\",\"group\":-1}]}", "not negative");
	refuses(HEAD "\"devices\":[],\"groups\":[{\"id\":4294967296}]}", "out of range");
	refuses(HEAD "\"devices\":[],\"groups\":[{\"id\":1,\"reserved\":[{}]}]}", "no \"start\"");
	refuses(HEAD "\"devices\":[{\"name\":\"a\",\"hw_info\":{\"data_type\":1,\"data_len\":1,"
		     "\"data\":\"0\"}}]}",
		"must be bytes in hex");
	refuses(HEAD "\"devices\":[{\"name\":\"a\",\"name\":\"b\"}]}", "there twice");
	refuses(HEAD "\"devices\":[],\"x\":99999999999999999999}", "out of range");
	refuses(HEAD "\"devices\":[{\"name\":\"a\",\"vendor\":\"0x18086\",\"device\":\"0x1\","
		     "\"class\":\"0x1\"}]}",
		"the vendor of a device, 0x18086, is out of range");
}

static void test_newer(void)
{
	struct snapshot *snap = load("{\"schema\":\"iommuctl/2\",\"devices\":[{\"name\":\"a\","
				     "\"group\":\"g\",\"new\":{}},{\"nom\":\"b\"}],\"iommus\":"
				     "[{\"name\":\"x\",\"type\":\"quantum-mmu\"}]}");

	if (!snap) {
		unit_fail("refused: %s", err_get(0)->what);
		return;
	}
	unit_int(snap->n_devices, 1);
	unit_int(snap->devices[0].group, -1);
	unit_str(snap->iommus[0].driver_type, "quantum-mmu");
	unit_true(!snap->iommus[0].regs.arch);
	snapshot_free(snap);
}

/* Every beginning of the file is refused as cut short, in one line with the place. */
static void test_cut(void)
{
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		struct snapshot *snap = load_bytes(whole, len);

		if (snap || err_count() != 1 || !strstr(err_get(0)->what, "cut short"))
			unit_fail("at %zu: %s", len, err_count() ? err_get(0)->what : "taken");
		snapshot_free(snap);
	}
}

int main(void)
{
	err_set_silent(true);
	unit_run(test_whole);
	unit_run(test_sorted);
	unit_run(test_refused);
	unit_run(test_newer);
	unit_run(test_cut);
	return unit_done();
}
