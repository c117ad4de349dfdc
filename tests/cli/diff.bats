#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# diff: what counts and what does not, in which order, with which exit status.

load ../lib/common

# A machine with two VT-d units and three devices, as `list --json` prints it.
setup() {
  cd "$BATS_TEST_TMPDIR" || return
  jq -n '
    def reg(v): {value: v};
    def unit(n): {name: n, type: "intel-vtd", source: "sysfs",
      registers: {VER: reg("0x00000050"), CAP: reg("0x09ed008c40780466"), ECAP: reg("0x0003ee9e86f050df")}};
    def dev(n; g; d): {name: n, bus: "pci", vendor: "0x8086", device: "0x1521", class: "0x020000", driver: d,
      iommu: "dmar0", group: g, cdev: null};
    {schema: "iommuctl/1", command: "report",
     report: {created: "2026-11-24T10:00:00Z", private_data: "removed"},
     source: {kernel: "6.12.1", machine: "x86_64"}, state: "present",
     iommus: [unit("dmar0"), unit("dmar1")],
     groups: [{id: 1, type: "DMA-FQ", reserved: []}, {id: 2, type: "DMA-FQ", reserved: []}],
     devices: [dev("0000:01:00.0"; 1; "igb"), dev("0000:01:00.1"; 1; "igb"), dev("0000:02:00.0"; 2; "vfio-pci")],
     kernel: {command_line: ["iommu=pt"], config: {source: "/proc/config.gz", options: {CONFIG_IOMMUFD: "y"}},
              modules: [{name: "vfio_iommu_type1", parameters: {allow_unsafe_interrupts: "N"}}]},
     pci: [{device: "0000:02:00.0", config: "full", port: "endpoint", ats: {enabled: true}, pasid: {enabled: true, bits: 20}}],
     acpi: {tables: [{signature: "DMAR", platform_opt_in: true}], reserved_memory: []}}' >a.json
}

change() { jq "$1" a.json >b.json; }

@test "-q answers by the exit status alone, and pipes are machines as files are" {
  local one=$srcdir/data/captures/vtd-guest.json other=$srcdir/data/captures/smmuv3-guest.json
  run_split iommuctl diff -q "$one" "$one"
  assert_equal "$status$output$stderr" 0
  run_split iommuctl diff -q "$one" "$other"
  assert_equal "$status$output$stderr" 1
  run_split iommuctl diff <(cat "$one") <(cat "$other")
  assert_equal "$status" 1
  [[ "$output" == *"different architectures"* ]]
}

@test "a file that is not there is told from a device, and a second operand that is missing is said" {
  refuses 2 "cannot read 'old.json.xz': No such file" iommuctl diff old.json.xz new.json.xz
  refuses 2 "cannot read 'folder/old': No such file" iommuctl diff folder/old folder/new
  refuses 2 "'01:00.0' is no saved machine, and a second device" iommuctl diff --from "$srcdir/data/captures/vtd-guest.json" 01:00.0
}

@test "a machine is the same as itself, whatever the order, the time and the numbers of its groups" {
  run_split iommuctl diff a.json a.json
  assert_equal "$status" 0
  [[ "$output" == *"no difference"* ]]
  change '.devices |= reverse | .iommus |= reverse | .report.created = "2030-01-01T00:00:00Z"
    | (.groups[], .devices[]) |= (if .id then .id += 40 else .group += 40 end)'
  run_split iommuctl diff a.json b.json
  assert_equal "$status" 0
  assert_equal "$(iommuctl diff --json a.json b.json | jq -c '[.same, .differences, .migration.verdict]')" '[true,[],"nothing-lost"]'
}

@test "features that are lost come first, once for all units that lost them, with the verdict" {
  change '.iommus[].registers.CAP.value = "0x08ed008c40780466" | .devices[2].driver = "igb"
    | .kernel.config.options.CONFIG_INTEL_IOMMU_SVM = "y"'
  run_split iommuctl diff --json a.json b.json
  assert_equal "$status" 1
  jq . <<<"$output" >d
  assert_equal "$(jq -c '[.differences[].weight] | unique_by({lost: 0, gained: 1, less: 2, more: 3, neutral: 4}[.])' d)" \
    "$(jq -c '[.differences[].weight] | reduce .[] as $w ([]; if index([$w]) then . else . + [$w] end)' d)"
  assert_equal "$(jq -c '.differences[] | select(.item == "CAP.FS1GP") | [.kind, .weight, .where]' d)" \
    '["register","lost",["dmar0","dmar1"]]'
  assert_equal "$(jq -c '.differences[] | select(.item == "driver") | [.weight, .where, .a, .b]' d)" \
    '["neutral",["0000:02:00.0"],"vfio-pci","igb"]'
  assert_equal "$(jq -r '.differences[] | select(.kind == "config") | .weight' d)" gained
}

@test "the verdict names what a guest would lose" {
  # Without scalable mode and nesting.
  change '.iommus[].registers.ECAP.value = "0x0000000000f050da"'
  run_split iommuctl diff --json a.json b.json
  assert_equal "$status" 1
  assert_equal "$(jq -r .migration.verdict <<<"$output")" features-lost
  jq -e '.migration.lost | map(.capability) | contains(["nested_translation"]) and (contains(["pasid_bits"]) | not)' <<<"$output" >/dev/null
  run iommuctl diff a.json b.json
  assert_output --partial "would lose them"
}

@test "machines of two architectures, and one without an IOMMU" {
  change '.iommus = [{name: "ivhd0", type: "amd-vi", source: "sysfs", registers: {EFR: {value: "0x058f77ef22294ade"}}}]'
  assert_equal "$(iommuctl diff --json a.json b.json | jq -r .migration.verdict)" other-architecture
  change '.iommus = []'
  assert_equal "$(iommuctl diff --json a.json b.json | jq -r .migration.verdict)" no-iommu
}

@test "groups, PCI capabilities, kernel, parameters and firmware are compared" {
  change '.devices[1].group = 2 | del(.pci[0].pasid) | .source.kernel = "7.3.4" | .kernel.command_line = ["intel_iommu=off"]
    | .kernel.modules[0].parameters.allow_unsafe_interrupts = "Y" | .acpi.tables[0].platform_opt_in = false
    | .acpi.reserved_memory = [{start: "0x1000", end: "0x1fff"}]'
  iommuctl diff --json a.json b.json >d || true
  item() { jq -c ".differences[] | select(.item == \"$1\") | [.weight, .a, .b]" d; }
  assert_equal "$(jq -c '[.differences[] | select(.item == "isolation") | [.where[0], .weight, .a, .b]]' d)" \
    '[["0000:02:00.0","less","alone","with 0000:01:00.1"],["0000:01:00.0","more","with 0000:01:00.1","alone"],["0000:01:00.1","neutral","with 0000:01:00.0","with 0000:02:00.0"]]'
  assert_equal "$(item pasid)" '["lost","enabled true, bits 20",null]'
  assert_equal "$(item 'kernel release')" '["neutral","6.12.1","7.3.4"]'
  assert_equal "$(item intel_iommu=off)" '["neutral",null,"given"]'
  assert_equal "$(item vfio_iommu_type1.allow_unsafe_interrupts)" '["neutral","N","Y"]'
  assert_equal "$(item DMAR.platform_opt_in)" '["neutral","true","false"]'
  assert_equal "$(item 'memory that the firmware reserves')" '["neutral",null,"0x1000-0x1fff"]'
}

@test "two units of one machine, with the kernel's word for what is inconsistent" {
  change '.iommus[1].registers.CAP.value = "0x09ed000c40780466"'
  run_split iommuctl diff --from b.json dmar0 dmar1
  assert_equal "$status" 1
  [[ "$output" == *'IOMMU feature pgsel_inv inconsistent'* ]]
  run_split iommuctl diff --from b.json dmar0 dmar0
  assert_equal "$status" 0
}

@test "two devices of one machine" {
  run_split iommuctl diff --json --from a.json 01:00.0 0000:02:00.0
  assert_equal "$status" 1
  assert_equal "$(jq -c '[.a.name, .b.name, (.differences | map(.item))]' <<<"$output")" \
    '["0000:01:00.0","0000:02:00.0",["isolation","driver"]]'
}

@test "a saved machine and this one" {
  run_split iommuctl diff --json a.json
  assert_equal "$status" 1
  assert_equal "$(jq -r '.b.what' <<<"$output")" "this machine"
}

@test "what cannot be compared is named" {
  refuses 2 "'nothing'" iommuctl diff --from a.json nothing dmar0
  refuses 2 "'nothing'" iommuctl diff a.json nothing
  refuses 2 "one is a device, one an IOMMU" iommuctl diff --from a.json dmar0 0000:01:00.0
  refuses 2 "--from and --sysroot" iommuctl diff --from a.json a.json a.json
  refuses 2 "an operand is missing" iommuctl diff
  head -c 100 a.json >cut
  refuses 2 "cut short" iommuctl diff a.json cut
}

@test "options of the kernel: those that decide something are lost, the others are listed by name" {
  for side in a b; do
    on=$([ $side = a ] && echo y || echo n)
    printf '%s' '{"schema": "iommuctl/1", "command": "report", "source": {"kernel": "6.12", "machine": "x86_64"}, "devices": [],
      "kernel": {"config": {"options": {"CONFIG_IOMMUFD": "'$on'", "CONFIG_ARM_SMMU_V3": "'$on'", "CONFIG_IOMMU_DEBUGFS": "'$on'"}}}}' >$side
  done
  run -1 iommuctl diff a b
  assert_output --partial 'Lost (A has it, B has not)
  CONFIG_IOMMUFD: y, then n

Kernel configuration
  on in A:    ARM_SMMU_V3, IOMMU_DEBUGFS
'
}

@test "another device in the same place is one difference" {
  for side in a b; do
    printf '%s' '{"schema": "iommuctl/1", "command": "report", "devices": [{"name": "0000:00:03.0", "bus": "pci", "class": "0x020000",
      "vendor": "0x8086", "device": "'$([ $side = a ] && echo 0x10d3 || echo 0x10c9)'", "driver": "drv-'$side'"}]}' >$side
  done
  run -1 iommuctl diff a b
  assert_line '  0000:00:03.0: another device: 8086:10d3, then 8086:10c9'
  refute_output --partial driver
}
