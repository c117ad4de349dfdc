#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# check: goals judged on saved machines, one change at a time, and on copied trees.

load ../lib/common

# judge BASE FILTER ARGS...: check ARGS on the machine BASE after the jq FILTER; the document in $output.
judge() {
  local base=$1 filter=$2
  shift 2
  local machine="$srcdir/tests/cli/data/check-$base.json"
  if [ "$filter" != . ]; then
    jq "$filter" "$machine" >"$BATS_TEST_TMPDIR/machine.json"
    machine="$BATS_TEST_TMPDIR/machine.json"
  fi
  run_split iommuctl check --json --from "$machine" "$@"
  summarize
}

# What the helpers below look at, of $output: each jq takes longer than the command.
summarize() {
  [ "$output" != "${summarized-}" ] || return 0
  summary=$'\n'$(jq -r '(.findings[]? | "finding \(.id) \(.goal)"), (.goals[]? | "goal \(.goal) \(.status)")' <<<"$output")$'\n' ||
    fail "no JSON: $output $stderr"
  summarized=$output
}

# found ID [GOAL]: the finding is there; its reason, fix and evidence in one line each.
found() {
  summarize
  [[ $summary == *$'\n'"finding $1 ${2:+$2$'\n'}"* ]] || fail "no finding $1 in: $summary"
}

absent() {
  summarize
  [[ $summary != *$'\n'"finding $1 "* ]] || fail "finding $1 is there"
}

value() { jq -r --arg id "$1" "[.findings[] | select(.id == \$id)][0] | $2" <<<"$output"; }
goal_status() {
  summarize
  [[ $summary =~ $'\ngoal '"$1 "([a-z]*) ]] && echo "${BASH_REMATCH[1]}"
}

no_iommu='.iommus = [] | .groups = [] | .devices |= map(.group = null | .iommu = null | .driver = null | .cdev = null)'

# --- the frame ---------------------------------------------------------------------------------

@test "a machine that can do it all: exit 0, every goal in its order, each finding whole" {
  judge vtd .
  assert_equal "$status" 0
  assert_equal "$(jq -r '[.goals[].goal] | join(" ")' <<<"$output")" \
    "passthrough nested dirty-tracking pasid page-requests interrupt-remapping iommufd isolation"
  assert_equal "$(jq -r '.iommu' <<<"$output")" on
  assert_equal "$(jq '[.findings[] | select((keys | sort) != ["evidence", "fix", "goal", "id", "reason", "status", "subject"])] | length' <<<"$output")" 0
  assert_equal "$(jq '[.findings[] | select(.reason | test("[{}]"))] | length' <<<"$output")" 0
  assert_equal "$(jq '[.findings[] | select(.status != "pass" and .fix == null)] | length' <<<"$output")" 0
}

@test "a goal that fails exits 1, one that cannot be told 2, a warning alone 0" {
  judge vtd '.iommus[0].registers.ECAP.value = "0x0003fffea2f050df"' nested
  assert_equal "$status $(goal_status nested)" "1 fail"
  judge vtd 'del(.iommus[0].registers)' nested
  assert_equal "$status $(goal_status nested)" "2 unknown"
  judge vtd . isolation
  assert_equal "$status $(goal_status isolation)" "0 warn"
  judge vtd 'del(.iommus[0].registers) | .interrupts.remapped = false' nested interrupt-remapping
  assert_equal "$status" 1
}

@test "only the goals that are named are judged" {
  judge vtd . pasid iommufd
  assert_equal "$(jq -r '[.goals[].goal] | join(" ")' <<<"$output")" "pasid iommufd"
  assert_equal "$(jq -r '[.findings[].goal] | unique | join(" ")' <<<"$output")" "iommufd pasid"
}

@test "-q prints one line a goal, with what decided it" {
  jq '.iommus[0].registers.ECAP.value = "0x0003fffea2f050df"' "$srcdir/tests/cli/data/check-vtd.json" >"$BATS_TEST_TMPDIR/m.json"
  run_split iommuctl check -q --from "$BATS_TEST_TMPDIR/m.json" nested pasid
  assert_equal "$status" 1
  assert_equal "$output" $'nested fail nested.no-hardware\npasid pass'
}

@test "the text says no, why and what to do, and with -v where it was seen" {
  jq '.kernel.command_line = ["intremap=off"] | .interrupts = {"remapped": false, "controllers": ["IO-APIC", "PCI-MSIX"]}' \
    "$srcdir/tests/cli/data/check-vtd.json" >"$BATS_TEST_TMPDIR/m.json"
  run_split iommuctl check --from "$BATS_TEST_TMPDIR/m.json" interrupt-remapping
  assert_equal "$status" 1
  [[ "$output" == *"interrupt-remapping: no"* ]]
  [[ "$output" == *"[interrupt-remapping.kernel-disabled]"* ]]
  [[ "$output" == *"fix: remove intremap=off from the kernel command line"* ]]
  [[ "$output" != *"seen in:"* ]]
  run_split iommuctl check -v --from "$BATS_TEST_TMPDIR/m.json" interrupt-remapping
  [[ "$output" == *"seen in: command line, /proc/cmdline: intremap=off"* ]]
}

@test "wrong words: a mistyped goal, no such device, no such VMM, a VMM for another goal" {
  local from="$srcdir/tests/cli/data/check-vtd.json"
  refuses 2 "'nestd' is no goal (did you mean 'nested'?)" iommuctl check --from "$from" nestd
  refuses 2 "0000:99:00.0" iommuctl check --from "$from" 0000:99:00.0
  refuses 2 "'xen'" iommuctl check --from "$from" --for=xen
  refuses 2 "--for is about goal nested" iommuctl check --from "$from" --for=qemu pasid
}

@test "--list-findings names every finding once, and every finding that comes out is listed" {
  run_split iommuctl check --list-findings --json
  assert_equal "$status" 0
  local known=$output
  assert_equal "$(jq '.known_findings | length > 90' <<<"$known")" true
  assert_equal "$(jq '[.known_findings[].id] | length - (unique | length)' <<<"$known")" 0
  assert_equal "$(jq '[.known_findings[] | select((.about // "") == "" or (.id | test("^[a-z-]+[.][a-z-]+$") | not))] | length' <<<"$known")" 0
  judge vtd .
  assert_equal "$(jq -n --argjson k "$known" --argjson d "$output" '[$d.findings[].id] - [$k.known_findings[].id]')" "[]"
}

@test "the reference page has every finding" {
  local page="$builddir/man/iommuctl-findings.7"
  [ -f "$page" ] || page="$srcdir/man/iommuctl-findings.7"
  run_split iommuctl check --list-findings --json
  assert_equal "$(sed -n 's/^\.It \([a-z.-]*\) Pq .*/\1/p' "$page" | sort)" "$(jq -r '.known_findings[].id' <<<"$output" | sort)"
}

# --- is it on: four answers, each with its own fix -----------------------------------------------

@test "on but passthrough: the groups are identity" {
  judge vtd '.groups |= map(.type = "identity") | .kernel.command_line += ["iommu=pt"]' isolation
  assert_equal "$status" 0
  assert_equal "$(jq -r .iommu <<<"$output")" identity
  found iommu.identity
  [[ "$(value iommu.identity .fix)" == "remove iommu=pt"* ]]
  found parameter.weakens-isolation
}

@test "the effective state counts, not the command line: iommu=pt with translated groups is on" {
  judge vtd '.kernel.command_line += ["iommu=pt"]' isolation
  assert_equal "$(jq -r .iommu <<<"$output")" on
  absent iommu.identity
}

@test "disabled by the kernel: by a parameter, by its default, by its configuration" {
  judge vtd "$no_iommu"' | .kernel.command_line = ["intel_iommu=on", "intel_iommu=off"]' passthrough
  assert_equal "$status $(jq -r .iommu <<<"$output")" "1 kernel-disabled"
  [[ "$(value iommu.kernel-disabled .fix)" == "remove intel_iommu=off from the kernel command line"* ]]
  judge vtd "$no_iommu"' | .kernel.command_line = []' passthrough
  [[ "$(value iommu.kernel-disabled .fix)" == "add intel_iommu=on to the kernel command line"* ]]
  judge vtd "$no_iommu"' | .kernel.config.options.CONFIG_INTEL_IOMMU = "n"' passthrough
  found iommu.kernel-unsupported
  [[ "$(value iommu.kernel-unsupported .reason)" == *"CONFIG_INTEL_IOMMU"* ]]
}

@test "disabled in firmware: the processor has vmx and no table describes an IOMMU" {
  judge vtd "$no_iommu"' | .acpi.tables = []' passthrough
  assert_equal "$status $(jq -r .iommu <<<"$output")" "1 firmware-disabled"
  [[ "$(value iommu.firmware-disabled .fix)" == *"firmware's setup"* ]]
  judge vtd "$no_iommu"' | .acpi.tables[0].structures = []' passthrough
  assert_equal "$(jq -r .iommu <<<"$output")" firmware-disabled
}

@test "an AMD IOMMU function that no table speaks of was switched off in firmware" {
  judge vtd "$no_iommu"' | .acpi.tables = [] | .processor.virtualization = "none" | .devices[0].class = "0x080600"' passthrough
  assert_equal "$(jq -r .iommu <<<"$output")" firmware-disabled
}

@test "absent: a virtual machine without one" {
  judge vtd "$no_iommu"' | .acpi.tables = [] | .processor.hypervisor = true' passthrough
  assert_equal "$status $(jq -r .iommu <<<"$output")" "1 absent"
  [[ "$(value iommu.absent .fix)" == *"-device intel-iommu"* ]]
}

@test "not known: no tables, no processor" {
  judge vtd "$no_iommu"' | del(.acpi) | del(.processor)' nested
  assert_equal "$status $(jq -r .iommu <<<"$output")" "2 null"
}

@test "a table that only root may read still says that firmware describes an IOMMU" {
  judge vtd "$no_iommu"' | .acpi.tables = [] | .unread = [{"what": "ACPI table DMAR", "path": "sys/firmware/acpi/tables/DMAR", "errno": "EACCES"}] | .kernel.command_line = ["intel_iommu=off"]' passthrough
  assert_equal "$(jq -r .iommu <<<"$output")" kernel-disabled
}

@test "what holds for many IOMMUs is said once, with their names; -v has each" {
  local report=$BATS_TEST_TMPDIR/many.json
  jq '.iommus += [range(1; 12) as $i | .iommus[0] | .name = "dmar\($i)"]' "$srcdir/data/captures/vtd-guest.json" >"$report"
  run iommuctl check pasid --from "$report"
  assert_equal "$(grep -c 'knows no PASIDs' <<<"$output")" 1
  assert_line "           same of dmar1, dmar2, dmar3, dmar4, dmar5, dmar6 and 5 more"
  assert_equal "$(grep -c 'fix:' <<<"$output")" 1
  run iommuctl check pasid -v --from "$report"
  assert_equal "$(grep -c 'knows no PASIDs' <<<"$output")" 12
  refute_output --partial "same of"
  assert_equal "$(iommuctl check pasid --json --from "$report" | jq '[.findings[] | select(.status == "fail")] | length')" 12
  # One whose register differs speaks for itself.
  jq '.iommus[3].registers.ECAP.value = "0x0000490080f00fce"' "$report" >"$report.other"
  run iommuctl check pasid --from "$report.other"
  assert_line --partial "dmar5, dmar6, dmar7 and 4 more"
}

@test "a word that is neither goal nor device is told the goals" {
  local capture=$srcdir/data/captures/vtd-guest.json
  refuses 2 "did you mean 'passthrough'" iommuctl check --from "$capture" pasthrough
  refuses 2 "did you mean 'dirty-tracking'" iommuctl check --from "$capture" dirty
  refuses 2 "no goal: passthrough, nested" iommuctl check --from "$capture" sva
  refuses 2 "no device '99:00.0'" iommuctl check --from "$capture" 99:00.0
}

# --- parameters -------------------------------------------------------------------------------------

@test "parameters without effect are named: amd_iommu=on, intel_iommu=pt, the other vendor's" {
  judge vtd '.kernel.command_line = ["amd_iommu=on", "intel_iommu=on,pt"]' passthrough
  assert_equal "$status" 0
  assert_equal "$(jq -r '[.findings[] | select(.id == "parameter.no-effect") | .evidence.value] | join(" ")' <<<"$output")" \
    "amd_iommu=on intel_iommu=pt"
  local other='.acpi.tables[0].signature = "IVRS" | .kernel.command_line = ["intel_iommu=on,sm_on"]'
  judge vtd "$other"' | .iommus[0] |= (.type = "amd-vi" | .registers = {})' passthrough
  assert_equal "$(value parameter.no-effect .evidence.value)" "intel_iommu=on,sm_on"
  # A copy without the table, or with an empty one, of a machine that has such units proves nothing.
  judge vtd "$other" passthrough
  assert_equal "$(value parameter.no-effect .evidence.value)" null
  "$builddir/tests/lib/mktree" "$BATS_TEST_TMPDIR/machine" <"$srcdir/tests/captures/sysfs/qemu-vtd-6.12.tree"
  run iommuctl check passthrough --sysroot "$BATS_TEST_TMPDIR/machine"
  refute_output --partial parameter.no-effect
  # Nor is this machine the one where a module is to be loaded.
  assert_output --partial "check on the machine itself: iommuctl check iommufd"
  refute_output --partial modprobe
  assert_equal "$(iommuctl report --sysroot "$BATS_TEST_TMPDIR/machine" | jq -r '.unread[] | select(.what == "ACPI table DMAR") | .path')" \
    /sys/firmware/acpi/tables/DMAR
}

@test "parameters that weaken isolation are named, and a later word wins" {
  judge vtd '.kernel.command_line = ["iommu.strict=0", "pci=noaer,disable_acs_redir=pci:8086:1"]' isolation
  assert_equal "$(jq -r '[.findings[] | select(.id == "parameter.weakens-isolation") | .evidence.value] | join(" ")' <<<"$output")" \
    "iommu.strict=0 pci=disable_acs_redir=pci:8086:1"
  judge vtd '.kernel.command_line = ["pcie_acs_override=downstream"]' isolation
  assert_equal "$status" 1
  found isolation.acs-override
}

# --- interrupts ------------------------------------------------------------------------------------

@test "interrupt remapping: each place where it can be off" {
  local off='.interrupts = {"remapped": false, "controllers": ["IO-APIC", "PCI-MSIX"]}'
  judge vtd "$off | .kernel.command_line += [\"intremap=off\"]" interrupt-remapping
  found interrupt-remapping.kernel-disabled
  judge vtd "$off | .kernel.config.options.CONFIG_IRQ_REMAP = \"n\"" interrupt-remapping
  found interrupt-remapping.kernel-unsupported
  judge vtd "$off | .iommus[0].registers.ECAP.value = \"0x0003fffea6f050d7\"" interrupt-remapping
  found interrupt-remapping.absent
  judge vtd "$off | .acpi.tables[0].interrupt_remapping = false" interrupt-remapping
  found interrupt-remapping.firmware-disabled
  judge vtd "$off" interrupt-remapping
  found interrupt-remapping.off
  judge vtd '.interrupts = null' interrupt-remapping
  assert_equal "$status" 2
  found interrupt-remapping.unknown
}

@test "unsafe interrupts let a device be passed on, with a warning, and are no isolation" {
  judge vtd '.interrupts.remapped = false | .kernel.modules[0].parameters.allow_unsafe_interrupts = "Y"' passthrough isolation
  found interrupt-remapping.unsafe-allowed passthrough
  assert_equal "$(goal_status passthrough)" warn
  assert_equal "$(goal_status isolation)" fail
}

# --- iommufd and permissions --------------------------------------------------------------------------

@test "iommufd: missing in the kernel, not loaded, no node, no permission" {
  local gone='.nodes[0] = {"path": "/dev/iommu", "exists": false}'
  judge vtd "$gone | .kernel.config.options.CONFIG_IOMMUFD = \"n\"" iommufd
  found iommufd.kernel-missing
  judge vtd "$gone" iommufd
  found iommufd.not-loaded
  [[ "$(value iommufd.not-loaded .fix)" == "sudo modprobe iommufd"* ]]
  judge vtd "$gone | .kernel.config.options.CONFIG_IOMMUFD = \"y\"" iommufd
  found iommufd.node-missing
  judge vtd "$gone | .kernel.config = null" iommufd
  assert_equal "$status" 2
  found iommufd.unknown
  judge vtd '.nodes[0].usable = false' iommufd
  assert_equal "$status" 1
  found iommufd.no-access
}

@test "VFIO: a kernel without cdevs, without vfio-pci; locked memory" {
  local none='.devices |= map(.driver = null | .cdev = null)'
  judge vtd "$none | .kernel.config.options.CONFIG_VFIO_DEVICE_CDEV = \"n\"" iommufd
  found vfio.cdev-missing
  judge vtd "$none | .vfio_drivers = [] | .kernel.config.options.CONFIG_VFIO_PCI = \"n\"" iommufd
  found vfio.driver-missing
  judge vtd "$none | .vfio_drivers = []" iommufd
  found vfio.driver-not-loaded
  assert_equal "$status" 0
  judge vtd '.limits.capabilities = []' iommufd
  assert_equal "$status" 0
  [[ "$(value limits.memlock-low .reason)" == *"8 MiB"* ]]
}

# --- devices --------------------------------------------------------------------------------------------

@test "a device on its own driver: a warning with the command that changes it" {
  judge vtd . passthrough 0000:02:00.0
  assert_equal "$status" 0
  assert_equal "$(value device.host-driver .fix)" "sudo driverctl set-override 0000:02:00.0 vfio-pci"
}

@test "a short name of the device will do, and naming it twice is naming it once" {
  judge vtd . passthrough 02:00.0 0000:02:00.0
  assert_equal "$(jq '[.findings[] | select(.id == "device.host-driver")] | length' <<<"$output")" 1
}

@test "what giving it away costs: the only network, a mounted disk, swap, the display, its group" {
  judge vtd '.uses = [{"device": "0000:02:00.0", "use": "mount", "what": "the host'"'"'s root file system", "source": "proc", "where": "/proc/self/mountinfo"},
                      {"device": "0000:02:00.0", "use": "swap", "what": "swap space", "source": "proc", "where": "/proc/swaps"},
                      {"device": "0000:01:00.0", "use": "only-network", "what": "eth0", "source": "proc", "where": "/proc/net/route"},
                      {"device": "0000:03:00.0", "use": "display", "what": "console", "source": "sysfs", "where": "boot_vga"}]' \
    passthrough 0000:01:00.0 0000:02:00.0 0000:03:00.0 0000:00:1f.3
  found cost.only-network
  [[ "$(value cost.mounted .reason)" == "0000:02:00.0 holds the host's root file system" ]]
  found cost.swap
  found cost.display
  [[ "$(value cost.group-members .reason)" == *"0000:00:1f.0 (lpc_ich), 0000:00:1f.2 (ahci)"* ]]
  [[ "$(value cost.group-members .fix)" == *"for d in 0000:00:1f.0 0000:00:1f.2; do sudo driverctl"* ]]
}

@test "a name in a report cannot end the shell word of a fix" {
  judge vtd '(.devices[] | select(.name == "0000:00:1f.0")).name = "a;touch hit" | (.devices[] | select(.name == "0000:00:1f.2")).name = "b'"'"'s"' \
    passthrough 0000:00:1f.3 "a;touch hit"
  [[ "$(value cost.group-members .fix)" == "for d in 'b'\\''s' 'a;touch hit'; do sudo driverctl"* ]] || fail "$(value cost.group-members .fix)"
  [[ "$(value device.host-driver .fix)" == *"set-override 0000:00:1f.3 vfio-pci" ]] || fail "$(value device.host-driver .fix)"
  assert_equal "$(jq -r '.findings[] | select(.id == "device.host-driver" and .subject == "a;touch hit") | .fix' <<<"$output")" \
    "sudo driverctl set-override 'a;touch hit' vfio-pci"
}

@test "a group that the host uses part of cannot be opened" {
  judge vtd '(.devices[] | select(.name == "0000:01:00.1")) |= (.driver = "igb" | .cdev = null)' passthrough
  assert_equal "$status" 1
  [[ "$(value group.not-viable .reason)" == *"0000:01:00.1 (igb)"* ]]
  judge vtd '(.devices[] | select(.name == "0000:01:00.1")) |= (.driver = null | .cdev = null)
             | .unread = [{"what": "a place", "path": "/sys/bus/pci/devices/0000:01:00.1/driver", "errno": "EIO", "why": "Input/output error"}]' passthrough
  assert_equal "$status" 2
  found group.viable-unknown
  absent group.viable
}

@test "reserved memory stands in the way, unless the kernel relaxes it" {
  judge vtd . passthrough 0000:00:1f.2
  assert_equal "$status" 1
  [[ "$(value device.reserved-memory .reason)" == *"0x6c000000-0x707fffff"* ]]
  judge vtd . passthrough 0000:03:00.0
  assert_equal "$status" 0
  found device.reserved-relaxable
  judge vtd '.groups[5].reserved = null' passthrough 0000:03:00.0
  assert_equal "$status" 2
}

@test "bridges, devices without a group, without a node, without permission" {
  judge vtd . passthrough 0000:00:01.0
  found device.bridge
  judge vtd '.devices[9].group = null | .devices[9].iommu = null' passthrough 0000:03:00.0
  found device.no-group
  judge vtd '.devices[9].group = null | .devices[9].iommu = null
             | .unread = [{"what": "1 place", "path": "/sys/kernel/iommu_groups/9/devices", "errno": "EACCES", "why": "Permission denied"}]' passthrough 0000:03:00.0
  assert_equal "$status" 2
  found device.group-unknown
  absent device.no-group
  judge vtd '(.devices[] | select(.name == "0000:01:00.0")).cdev = null' passthrough 0000:01:00.0
  found device.no-cdev
  judge vtd '(.devices[] | select(.name == "0000:01:00.0")).cdev = null | .unread = [{"what": "a place", "path": "/sys/class/vfio-dev/vfio1/dev", "errno": "EIO", "why": "Input/output error"}]' passthrough 0000:01:00.0
  found device.cdev-unknown
  absent device.no-cdev
  judge vtd '(.devices[] | select(.name == "0000:01:00.0")) |= (.cdev = null | .driver = null) | .unread = [{"what": "a place", "path": "/sys/bus/pci/drivers/vfio-pci", "errno": "EIO", "why": "Input/output error"}]' passthrough 0000:01:00.0
  found device.driver-unknown
  absent device.no-driver
  judge vtd '.nodes = [.nodes[0]] | .unread = [{"what": "nodes", "path": "/dev/vfio/devices", "errno": "ENOMEM", "why": "Cannot allocate memory"}]' passthrough 0000:01:00.0
  found device.access-unknown
  judge vtd '.nodes[1].usable = false' passthrough 0000:01:00.0
  [[ "$(value device.no-access .reason)" == *"/dev/vfio/devices/vfio0"* ]]
  judge vtd '(.devices[] | select(.name == "0000:01:00.0")).cdev = "noiommu-vfio0"' passthrough 0000:01:00.0
  found device.no-iommu
}

@test "a device that a process has open: which one" {
  judge vtd '.holders = {list: [{pid: 4242, uid: 0, command: "qemu-system-x86", kind: "cdev", device: "0000:01:00.0", cdev: "vfio0", group: null}], unseen: 0}' \
    passthrough 0000:01:00.0
  [[ "$(value device.held .reason)" == *"qemu-system-x86 (pid 4242)"*"0000:01:00.0"* ]]
  judge vtd '.holders = {list: [{pid: 4242, uid: 0, command: "qemu-system-x86", kind: "cdev", device: "0000:09:00.0", cdev: "vfio9", group: null}], unseen: 0}' \
    passthrough 0000:01:00.0
  absent device.held
}

# --- what the hardware can do -------------------------------------------------------------------------------

@test "VT-d: the missing bit is named, and scalable mode must be on" {
  judge vtd '.iommus[0].registers.ECAP.value = "0x0003fffea2f050df"' nested
  assert_equal "$(value nested.no-hardware .evidence.value)" "ECAP.NEST is 0"
  judge vtd '.translation[0].RTADDR_TTM = 0' nested dirty-tracking pasid page-requests
  found nested.scalable-mode-off
  found dirty-tracking.scalable-mode-off
  found pasid.scalable-mode-off
  assert_equal "$(goal_status page-requests)" pass
  judge vtd '.translation = null | .kernel.command_line = ["intel_iommu=on,sm_off"]' nested
  [[ "$(value nested.scalable-mode-off .fix)" == "remove sm_off"* ]]
  judge vtd '.translation = null | .kernel.command_line = ["intel_iommu=on"]' nested
  [[ "$(value nested.scalable-mode-off .fix)" == "add intel_iommu=on,sm_on"* ]]
}

@test "AMD-Vi: hardware that could, and no kernel that does" {
  local amd='.iommus[0] = {"name": "ivhd0", "type": "amd-vi", "source": "sysfs", "registers": {"EFR": {"value": "0x25bf732fa2295afe"}, "EFR2": {"value": "0x000000000000001d"}}} | .devices |= map(.iommu = "ivhd0") | .acpi.tables[0].signature = "IVRS"'
  judge vtd "$amd" nested dirty-tracking pasid page-requests
  assert_equal "$(goal_status nested) $(goal_status dirty-tracking) $(goal_status pasid) $(goal_status page-requests)" "fail pass pass pass"
  found nested.kernel-missing
  judge vtd "$amd | .kernel.config.options.CONFIG_AMD_IOMMU_IOMMUFD = \"n\"" nested
  found nested.kernel-config
}

@test "SMMUv3: stages, coherency, errata, registers that are not known" {
  judge smmuv3 . nested
  assert_equal "$status" 0
  judge smmuv3 '.iommus[0].registers.IDR3.value = "0x0000043c"' nested
  assert_equal "$(value nested.no-coherency .status)" fail
  judge smmuv3 '.iommus[0].registers.IDR3.value = "0x0000043c" | .acpi.tables[0].structures[1].canwbs = true' nested
  assert_equal "$status" 0
  judge smmuv3 '.iommus[0].registers.IDR3.value = "0x0000043c" | .acpi = null | .unread = [{"what": "ACPI table IORT", "path": "sys/firmware/acpi/tables/IORT"}]' nested
  assert_equal "$status" 2
  judge smmuv3 '.iommus[0].registers.IIDR.value = "0x4832043b" | .iommus[0].registers.IDR3.value = "0x0000053c"' nested
  absent nested.erratum
  judge smmuv3 '.iommus[0].registers.IIDR.value = "0x4831043b"' nested
  found nested.erratum
  judge smmuv3 'del(.iommus[0].registers)' nested
  found nested.unknown
  judge smmuv3 '.iommus[0].registers.IDR0.value = "0x080ee6bf"' page-requests
  found page-requests.stall
}

@test "where no IOMMU is listed, what it can do is unknown, not yes" {
  judge vtd '.iommus = [] | .devices[].iommu = null' nested dirty-tracking pasid page-requests
  assert_equal "$status" 2
  assert_equal "$(goal_status nested) $(goal_status dirty-tracking) $(goal_status pasid) $(goal_status page-requests)" "unknown unknown unknown unknown"
  found iommu.unlisted
}

@test "a device that is named must have the capability itself" {
  judge vtd . pasid page-requests 0000:01:00.0
  assert_equal "$status" 0
  judge vtd . pasid page-requests 0000:01:00.1
  assert_equal "$status" 1
  found pasid.no-device
  found page-requests.no-device
  judge vtd '(.pci[] | select(.device == "0000:01:00.1")).config = "header"' pasid 0000:01:00.1
  assert_equal "$status" 2
  [[ "$(value pasid.device-unknown .reason)" == *"readable for root only"* ]]
  judge vtd '.kernel.command_line = ["pci=noats"]' page-requests
  found page-requests.ats-off
}

# --- isolation --------------------------------------------------------------------------------------------------

@test "why a group is large: functions without ACS, a port without ACS, controls that are off, conventional PCI" {
  judge vtd . isolation 0000:01:00.0
  [[ "$(value isolation.group-shared .reason)" == *"0000:01:00 is one device of 2 functions that have no ACS between them"* ]]
  judge vtd . isolation 0000:02:00.0
  [[ "$(value isolation.group-shared .reason)" == *"0000:00:02.0 above them has no ACS"* ]]
  judge vtd '(.pci[] | select(.device == "0000:00:02.0")).acs = {"capable": [], "enabled": ["source-validation", "request-redirect", "completion-redirect"]}' isolation 0000:02:00.0
  [[ "$(value isolation.group-shared .reason)" == *"has ACS without upstream-forwarding"* ]]
  judge vtd '(.pci[] | select(.device == "0000:00:02.0")).port = "pcie-to-pci"' isolation 0000:02:00.0
  [[ "$(value isolation.group-shared .reason)" == *"conventional PCI"* ]]
  judge vtd '.pci = null' isolation 0000:02:00.0
  [[ "$(value isolation.group-shared .fix)" == "run it as root"* ]]
}

@test "lazy invalidation is a warning, strict is not" {
  judge vtd '.groups[0].type = "DMA-FQ"' isolation
  found isolation.lazy
  absent isolation.strict
  judge vtd '.groups[0].type = null | .unread = [{"what": "a place", "path": "/sys/kernel/iommu_groups/0/type", "errno": "EIO"}]' isolation
  absent isolation.strict
  absent isolation.groups-unknown
  # Groups that could not be read are not absent, and a group without its members is not isolated.
  judge vtd '.groups = [] | .unread = [{"what": "a place", "path": "/sys/kernel/iommu_groups", "errno": "EACCES", "why": "Permission denied"}]' isolation
  assert_equal "$status" 2
  found isolation.groups-unknown
  absent isolation.no-groups
  judge vtd '.groups[0].devices = [] | .unread = [{"what": "a place", "path": "/sys/kernel/iommu_groups/0/devices", "errno": "EACCES", "why": "Permission denied"}]' isolation
  assert_equal "$status" 2
  found isolation.groups-unknown
  judge vtd "$no_iommu"' | .unread = [{"what": "a place", "path": "/sys/class/iommu", "errno": "EACCES", "why": "Permission denied"}]' nested
  assert_equal "$status" 2
  found iommu.unknown
  judge vtd . isolation
  found isolation.strict
}

@test "firmware tables: ranges, scopes of devices that are not there, damage, bugs in the log" {
  judge vtd '.acpi.tables[0].problems = [{"offset": 100, "id": "reserved-range", "text": "RMRR 0x2000-0x1fff is not a range of whole pages"},
                                         {"offset": 148, "id": "scope-device-missing", "text": "no device 00:05.0"},
                                         {"offset": 160, "id": "structure-length", "text": "a structure of 2 bytes"}]
             | .log.records = [{"kind": "firmware_bug", "meaning": "the firmware reports a wrong address"}]' isolation
  found firmware.reserved-range
  assert_equal "$(value firmware.device-scope .evidence.where)" "DMAR, byte 148"
  found firmware.table-damaged
  found firmware.bug
  absent firmware.tables
  judge vtd '.acpi.tables = [] | .unread = [{"what": "ACPI table DMAR", "path": "/sys/firmware/acpi/tables/DMAR", "errno": "EIO", "why": "Input/output error"}]' isolation
  found facts.unread
  judge vtd '.acpi.tables = [] | .unread = [{"what": "ACPI table DMAR", "path": "/sys/firmware/acpi/tables/DMAR", "errno": "EACCES", "why": "Permission denied", "needs": "root"}] | .limits.uid = 1000' isolation
  absent facts.unread
  judge vtd '.unread = [range(6) | {"what": "a place", "path": "/sys/\(.)", "errno": "EIO", "why": "Input/output error"}]' pasid
  assert_equal "$(value facts.unread .reason)" "could not be read: /sys/0 (Input/output error), /sys/1 (Input/output error), /sys/2 (Input/output error), /sys/3 (Input/output error) and 2 more"
}

# --- the rules of VMMs -------------------------------------------------------------------------------------------------

@test "--for=qemu: the rules hold, and the largest guest configuration is printed as options" {
  judge smmuv3 . --for=qemu 0000:01:00.0
  assert_equal "$status" 0
  assert_equal "$(jq -c '.configurations[0].options' <<<"$output")" '{"ssidsize":20,"ril":true,"ats":true,"oas":48}'
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"-device arm-smmuv3,id=smmuv3.1,primary-bus=pcie.1,accel=on,ssidsize=20,ril=on,ats=on,oas=48"* ]]
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"-device vfio-pci,host=0000:01:00.0,bus=rp1,iommufd=iommufd0"* ]]
  run_split iommuctl check --from "$srcdir/tests/cli/data/check-smmuv3.json" --for=qemu
  [[ "$output" == *"Largest guest configuration (qemu, smmu3.0x0000000009050000):"* ]]
}

@test "a smaller host makes a smaller guest, and one that is too small makes none" {
  judge smmuv3 '.iommus[0].registers.IDR1.value = "0x0e739810" | .iommus[0].registers.IDR3.value = "0x0000013c" | .iommus[0].registers.IDR5.value = "0x00400074"' --for=qemu
  assert_equal "$(jq -c '.configurations[0].options' <<<"$output")" '{"ssidsize":0,"ril":false,"ats":true,"oas":44}'
  judge smmuv3 '.iommus[0].registers.IDR5.value = "0x00400055"' --for=qemu
  assert_equal "$status" 1
  [[ "$(value consumer.incompatible .reason)" == *"IDR5.GRAN16K is 0"* ]]
  assert_equal "$(jq -c '.configurations' <<<"$output")" "[]"
}

@test "--for=libvirt prints XML, for VT-d too; cloud-hypervisor takes what the host has" {
  judge smmuv3 . --for=libvirt
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"<driver pciBus='1' accel='on' ssidsize='20' ril='on' ats='on' oas='48'/>"* ]]
  judge vtd '.iommus[0].registers.CAP.value = "0x08ed008c40780466"' --for=libvirt 0000:01:00.0
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"<driver intremap='on' scalable_mode='on' fsts='on' aw_bits='48'/>"* ]]
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"intel-iommu.fs1gp=off"* ]]
  judge smmuv3 '.iommus[0].registers.IDR5.value = "0x00400045"' --for=cloud-hypervisor
  assert_equal "$status" 0
  [[ "$(jq -r '.configurations[0].text' <<<"$output")" == *"--device path=/sys/bus/pci/devices/0000:01:00.0/,iommu=smmuv3"* ]]
  judge smmuv3 '.iommus[0].registers.IDR5.value = "0x00400025"' --for=cloud-hypervisor
  assert_equal "$status" 1
  judge vtd . --for=cloud-hypervisor
  found consumer.no-iommu
}

# --- copied trees ----------------------------------------------------------------------------------------------------------

# A copied tree with one VT-d unit, a NIC that is up, and an NVMe disk with the root file system.
tree() {
  local t="$BATS_TEST_TMPDIR/tree" d
  mkdir -p "$t"/sys/{class/{iommu/dmar0/intel-iommu,net,block},bus/pci/{devices,drivers/vfio-pci},dev/block,kernel/iommu_groups/1/devices} \
    "$t"/proc/{self,net,sys/kernel} "$t"/sys/devices/pci0000:00/0000:00:02.0/0000:02:00.0/nvme/nvme0/nvme0n1 \
    "$t"/sys/devices/pci0000:00/0000:00:03.0/net/eth0 "$t"/sys/devices/virtual/block/dm-0/slaves
  for d in 0000:00:02.0 0000:00:02.0/0000:02:00.0 0000:00:03.0; do
    echo "pci:v00008086d00001234sv00000000sd00000000bc02sc00i00" >"$t/sys/devices/pci0000:00/$d/modalias"
    ln -s "../../../devices/pci0000:00/$d" "$t/sys/bus/pci/devices/${d##*/}"
    ln -s "../../../../devices/pci0000:00/$d" "$t/sys/kernel/iommu_groups/1/devices/${d##*/}"
  done
  ln -s ../../devices/pci0000:00/0000:00:03.0/net/eth0 "$t/sys/class/net/eth0"
  echo up >"$t/sys/devices/pci0000:00/0000:00:03.0/net/eth0/operstate"
  ln -s ../../devices/pci0000:00/0000:00:02.0/0000:02:00.0/nvme/nvme0/nvme0n1 "$t/sys/class/block/nvme0n1"
  ln -s ../../devices/pci0000:00/0000:00:02.0/0000:02:00.0/nvme/nvme0/nvme0n1 "$t/sys/dev/block/259:0"
  ln -s ../../devices/virtual/block/dm-0 "$t/sys/class/block/dm-0"
  ln -s ../../devices/virtual/block/dm-0 "$t/sys/dev/block/254:0"
  ln -s ../../../pci0000:00/0000:00:02.0/0000:02:00.0/nvme/nvme0/nvme0n1 "$t/sys/devices/virtual/block/dm-0/slaves/nvme0n1"
  echo DMA >"$t/sys/kernel/iommu_groups/1/type"
  echo 9ed008c40780466 >"$t/sys/class/iommu/dmar0/intel-iommu/cap"
  echo 3fffea6f050df >"$t/sys/class/iommu/dmar0/intel-iommu/ecap"
  echo 6:0 >"$t/sys/class/iommu/dmar0/intel-iommu/version"
  printf 'processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse\n' >"$t/proc/cpuinfo"
  printf '           CPU0       CPU1\n   0:         79          0  IR-IO-APIC   2-edge      timer\n  25:          0         12  IR-PCI-MSIX-0000:02:00.0    0-edge      nvme0q0\n NMI:          0          0   Non-maskable interrupts\n' >"$t/proc/interrupts"
  printf '22 1 254:0 / / rw shared:1 - ext4 /dev/mapper/root rw\n23 22 0:5 / /proc rw - proc proc rw\n' >"$t/proc/self/mountinfo"
  printf 'Iface\tDestination\tGateway\neth0\t00000000\t0101A8C0\n' >"$t/proc/net/route"
  : >"$t/proc/swaps"
  echo 6.1.0 >"$t/proc/sys/kernel/osrelease"
  echo x86_64 >"$t/proc/sys/kernel/arch"
}

@test "--sysroot: interrupts, uses and topology are read from a copied tree" {
  tree
  run_split iommuctl check --json --sysroot "$BATS_TEST_TMPDIR/tree" passthrough interrupt-remapping 0000:02:00.0 0000:00:03.0
  assert_equal "$(value interrupt-remapping.on .evidence.value)" "IR-IO-APIC, IR-PCI-MSIX"
  assert_equal "$(value cost.mounted .reason)" "0000:02:00.0 holds the host's root file system"
  assert_equal "$(value cost.only-network .reason)" \
    "0000:00:03.0 carries the host's only way to the network (eth0): it would be cut off"
  found iommufd.unknown
}

@test "names that hold a MAC address and mount points of people stay out" {
  tree
  local t="$BATS_TEST_TMPDIR/tree"
  mv "$t/sys/devices/pci0000:00/0000:00:03.0/net/eth0" "$t/sys/devices/pci0000:00/0000:00:03.0/net/enx525400123456"
  rm "$t/sys/class/net/eth0"
  ln -s ../../devices/pci0000:00/0000:00:03.0/net/enx525400123456 "$t/sys/class/net/enx525400123456"
  echo '24 22 259:0 / /home/alice rw - ext4 /dev/nvme0n1 rw' >>"$t/proc/self/mountinfo"
  run_split iommuctl check --json --sysroot "$t" passthrough 0000:02:00.0 0000:00:03.0
  [[ "$output" != *525400123456* ]]
  [[ "$output" != *alice* ]]
  found cost.only-network
}
