/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What leaves a report, and what must not be mistaken for private. */
#include "config.h"

#include <stdlib.h>

#include "host/redact.h"
#include "render/doc.h"
#include "unit.h"

static struct redact *new_redact(void)
{
	struct redact *r = redact_new();

	redact_add_word(r, REDACT_HOST, "web-7.example.org");
	redact_add_word(r, REDACT_HOST, "web-7");
	redact_add_word(r, REDACT_USER, "alice");
	return r;
}

static void becomes(const char *text, const char *want)
{
	struct redact *r = new_redact();
	char *got = redact_text(r, text);

	unit_str(got ? got : text, want);
	free(got);
	redact_free(r);
}

static void stays(const char *text)
{
	becomes(text, text);
}

static void test_addresses(void)
{
	becomes("eth1: (PCI Express:2.5GT/s:Width x1) 52:54:00:12:34:56",
		"eth1: (PCI Express:2.5GT/s:Width x1) <mac-1>");
	becomes("52-54-00-12-34-56,5254.0012.3456", "<mac-1>,<mac-2>");
	becomes("80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:01:02:03 up", "<mac-1> up");
	becomes("nfs 192.168.1.20:/srv and 10.0.0.1, 10.0.0.1.",
		"nfs <ip-1>:/srv and <ip-2>, <ip-2>.");
	becomes("fe80::5054:ff:fe12:3456%eth0 [2001:db8::1]:22 ::ffff:10.0.0.1",
		"<ip-1>%eth0 [<ip-2>]:22 <ip-3>");
	becomes("fe80::1: no route", "<ip-1>: no route");
	becomes("2001:0db8:0000:0000:0000:0000:0000:0001", "<ip-1>");
	becomes("0:0:0:0:0:ffff:10.0.0.7, fd00::1", "<ip-1>, <ip-2>");
	stays("0000:3b:00.0 10000:e1:00.0 a.b 1.2 3:");
}

static void test_names(void)
{
	becomes("Nov 24 13:00:00 web-7 kernel: DMAR", "Nov 24 13:00:00 <host-1> kernel: DMAR");
	becomes("WEB-7.example.org, web-7: ok", "<host-1>, <host-2>: ok");
	becomes("/home/alice/vm alice's malice", "/home/<user-1>/vm <user-1>'s malice");
	stays("web-70 alice2");
}

static void test_numbers(void)
{
	becomes("root=UUID=0fc63daf-8483-4772-8e79-3d69d8477de4", "root=UUID=<uuid-1>");
	becomes("machine 0123456789abcdef0123456789abcdef", "machine <uuid-1>");
	becomes("nvme: serial=S4EVNX0M, S/N: 12 34", "nvme: serial=<serial-1>, S/N: <serial-2> 34");
	becomes("usb 1-1: SerialNumber: ABC123", "usb 1-1: SerialNumber: <serial-1>");
	becomes("Serial Number: X9", "Serial Number: <serial-1>");
	becomes("eui.0025385b71b1e2f4", "eui.<serial-1>");
}

/* What IOMMU reports are full of. */
static void test_left_alone(void)
{
	stays("0000:3b:00.0 00:1f.6 0000:00:02.0");
	stays("DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0xfeed0000");
	stays("dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c40660462 ecap f050da");
	stays("AMD-Vi: Extended features (0x58f77ef22294ade, 0x0): PPR X2APIC NX GT IA GA PC");
	stays("arm-smmu-v3 arm-smmu-v3.0.auto: event 0x10 received:");
	stays("0x0000000010000010 0x000002100000000a 12:34:56 2026-11-24T13:00:00Z");
	stays("#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)");
	stays("serial8250: ttyS0 at I/O 0x3f8 serial console");
	stays("smmu3.0x0000000009050000");
	stays("pci 0000:00:1f.0: Adding to iommu group 12");
	stays("8086:1521 vfio-pci.ids=10de:1b80,10de:10f0");
}

static void test_common_words(void)
{
	struct redact *r = redact_new();

	redact_add_word(r, REDACT_HOST, "localhost");
	redact_add_word(r, REDACT_USER, "root");
	redact_add_word(r, REDACT_HOST, "DMAR");
	unit_true(!redact_text(r, "localhost root dmar"));
	redact_free(r);
}

static void test_doc(void)
{
	json_object *tree = json_tokener_parse("{\"52:54:00:12:34:56\":[\"52:54:00:12:34:56\",1,"
					       "{\"a\":\"10.1.2.3 52:54:00:12:34:56\"}]}");
	struct redact *r = new_redact();
	json_object *counts;

	redact_doc(r, tree);
	unit_str(json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN),
		 "{\"52:54:00:12:34:56\":[\"<mac-1>\",1,{\"a\":\"<ip-1> <mac-1>\"}]}");
	counts = redact_counts(r);
	unit_str(json_object_to_json_string_ext(counts, JSON_C_TO_STRING_PLAIN),
		 "{\"mac\":1,\"ip\":1,\"uuid\":0,\"serial\":0,\"host\":0,\"user\":0}");
	json_object_put(counts);
	json_object_put(tree);
	redact_free(r);
}

static void test_bytes(void)
{
	/* A machine id goes; bytes of the hardware, which can be as many digits, stay. */
	json_object *tree = json_tokener_parse("{\"id\":\"d7290000000000000000000000000000\","
					       "\"data\":\"d7290000000000000000000000000000\","
					       "\"raw\":\"52:54:00:12:34:56\"}");
	struct redact *r = new_redact();

	redact_doc(r, tree);
	unit_str(json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN),
		 "{\"id\":\"<uuid-1>\",\"data\":\"d7290000000000000000000000000000\","
		 "\"raw\":\"<mac-1>\"}");
	json_object_put(tree);
	redact_free(r);
}

static void test_parameters(void)
{
	unit_true(redact_keep_parameter("intel_iommu=on,sm_on"));
	unit_true(redact_keep_parameter("iommu.strict=1"));
	unit_true(redact_keep_parameter("vfio-pci.ids=8086:1521"));
	unit_true(redact_keep_parameter("nox2apic"));
	unit_true(!redact_keep_parameter("root=UUID=0fc63daf"));
	unit_true(!redact_keep_parameter("iommux=1"));
	unit_true(!redact_keep_parameter("password=hunter2"));
	unit_true(!redact_keep_parameter("ip=10.0.0.1"));
	unit_true(!redact_keep_parameter("BOOTIF=01-52-54-00-12-34-56"));
}

int main(void)
{
	unit_run(test_addresses);
	unit_run(test_names);
	unit_run(test_numbers);
	unit_run(test_left_alone);
	unit_run(test_common_words);
	unit_run(test_doc);
	unit_run(test_bytes);
	unit_run(test_parameters);
	return unit_done();
}
