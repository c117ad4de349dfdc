#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# list on captured machines: what is shown, chosen and filtered.

load ../lib/common
load ../lib/trees

@test "a DEVICE of list is also a slot, or a vendor and device number" {
  local from=(--from "$srcdir/data/captures/vtd-guest.json")
  assert_equal "$(iommuctl list -q "${from[@]}" 00:1F | paste -sd' ')" "0000:00:1f.0 0000:00:1f.2 0000:00:1f.3"
  assert_equal "$(iommuctl list -q "${from[@]}" 0000:00:1f 01:00 | wc -l)" 4
  assert_equal "$(iommuctl list -q "${from[@]}" 8086:10D3 | paste -sd' ')" "0000:00:03.0 0000:01:00.0"
  assert_equal "$(iommuctl list -q "${from[@]}" 8086:10d3 --driver=vfio-pci)" "0000:01:00.0"
  refuses 2 "'99:00'" iommuctl list "${from[@]}" 99:00
  refuses 2 "'8086:ffff'" iommuctl list "${from[@]}" 8086:ffff
  refuses 2 "--driver=e1000e" iommuctl list "${from[@]}" e1000e
  refuses 2 "--iommu=dmar0" iommuctl list "${from[@]}" dmar0
}

@test "list: devices with their IOMMU, group, driver and cdev (VT-d, 7.3)" {
  tree qemu-vtd-7.3
  run_split iommuctl list --sysroot "$tree" -o name,iommu,group,driver,cdev,id
  assert_equal "$status" 0
  assert_equal "$stderr" ""
  [[ "$output" == *"
0000:00:03.0                          dmar0      3  e1000e      -      8086:10d3
"* ]]
  [[ "$output" == *"
0000:01:00.0                          dmar0      9  vfio-pci    vfio0  8086:10d3
"* ]]
  # An emulated device is on no IOMMU and on another bus.
  [[ "$output" == *"
83b8f4f2-509f-382f-3c1e-e6bfe0fa1001  -         10  mtty        vfio1  -"* ]]
}

@test "list: names come from pci.ids, for the default table" {
  tree qemu-vtd-7.3
  run_split iommuctl list --sysroot "$tree" 0000:00:03.0 0000:00:01.0
  assert_equal "${output#*$'\n'}" "0000:00:01.0  dmar0      1  -       -     1234:1111  -
0000:00:03.0  dmar0      3  e1000e  -     8086:10d3  Intel Corporation 82574L Gigabit Network Connection"
}

@test "list: the same document on 7.3, 6.12 and without an IOMMU, all keys there" {
  local machine keys
  for machine in qemu-vtd-7.3 qemu-vtd-6.12 qemu-none-7.3 qemu-amd-7.3; do
    tree $machine
    run_split iommuctl list --sysroot "$tree" --json
    assert_equal "$status" 0
    keys=$(jq -r '[keys_unsorted | join(" ")] + [.devices[] | keys_unsorted | join(" ")] + [.groups[] | keys_unsorted | join(" ")] +
      [.iommus[] | keys_unsorted | join(" ")] | unique | .[]' <<<"$output" | LC_ALL=C sort)
    keys=$(grep -v '^id type reserved devices$\|^name type source registers address domains_supported devices$' <<<"$keys")
    assert_equal "$keys" "name bus vendor device subsystem_vendor subsystem_device class class_name vendor_name device_name driver iommu group cdev usable why
schema command source state state_evidence iommus groups devices hint errors"
  done
}

@test "list --json: facts of a device, its group and its IOMMU" {
  tree qemu-vtd-7.3
  run_split iommuctl list --sysroot "$tree" --json
  assert_equal "$(jq -c '.devices[] | select(.name == "0000:01:00.0")' <<<"$output")" \
    '{"name":"0000:01:00.0","bus":"pci","vendor":"0x8086","device":"0x10d3","subsystem_vendor":"0x8086","subsystem_device":"0x0000","class":"0x020000","class_name":"Ethernet controller","vendor_name":"Intel Corporation","device_name":"82574L Gigabit Network Connection","driver":"vfio-pci","iommu":"dmar0","group":9,"cdev":"vfio0","usable":true,"why":[]}'
  assert_equal "$(jq -c '.groups[] | select(.id == 8)' <<<"$output")" \
    '{"id":8,"type":"DMA-FQ","reserved":[{"start":"0x00000000fee00000","end":"0x00000000feefffff","type":"msi"}],"devices":["0000:00:1f.0","0000:00:1f.2","0000:00:1f.3"]}'
  assert_equal "$(jq -c '.iommus[] | select(.name == "dmar0") | del(.devices)' <<<"$output")" \
    '{"name":"dmar0","type":"intel-vtd","source":"sysfs","registers":{"VER":{"value":"0x00000010"},"CAP":{"value":"0x00d2008c22260206"},"ECAP":{"value":"0x0000480080f00fce"}},"address":"0x00000000fed90000","domains_supported":65536}'
  assert_equal "$(jq -c '[.source, .state, .hint]' <<<"$output")" '[{"kernel":"7.3.4","machine":"x86_64"},"present",null]'
}

@test "list: SMMUv3 on arm64, whose registers sysfs does not show" {
  tree qemu-smmuv3-7.3
  run_split iommuctl list --sysroot "$tree" --json
  assert_equal "$(jq -c '.iommus[0] | [.name, .type, .source, .registers, (.devices | length)]' <<<"$output")" \
    '["smmu3.0x0000000009050000","arm-smmuv3",null,{},9]'
  assert_equal "$(jq -c '[.source.machine, (.groups[8] | .type, .reserved[0].start)]' <<<"$output")" '["aarch64","DMA","0x0000000008000000"]'
}

@test "list --json: AMD features in both forms" {
  tree qemu-amd-7.3
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.iommus[] | select(.type == "amd-vi") | .registers')" \
    '{"EFR":{"value":"0x00000000000029d7"},"EFR2":{"value":"0x0000000000000000"},"CAP_HEADER":{"value":"0x1f03000f"}}'
  # What a kernel before EFR2 shows.
  new_tree <<<'f sys/class/iommu/ivhd0/amd-iommu/features 58f77ef22294ade
f sys/class/iommu/ivhd0/amd-iommu/cap 190b640f'
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.iommus[].registers')" \
    '{"EFR":{"value":"0x058f77ef22294ade"},"CAP_HEADER":{"value":"0x190b640f"}}'
}

@test "list --groups and --iommus: what is in them" {
  tree qemu-vtd-7.3
  run iommuctl list --sysroot "$tree" --groups --group=8,9
  assert_output "GROUP  TYPE    RESERVED                   DEVICES
    8  DMA-FQ  0xfee00000-0xfeefffff msi  0000:00:1f.0 0000:00:1f.2 0000:00:1f.3
    9  DMA-FQ  0xfee00000-0xfeefffff msi  0000:01:00.0"
  # Without what -v says on stderr.
  run_split iommuctl list --sysroot "$tree" --iommus -v 01:00.0
  [[ "$(sed -n 2p <<<"$output")" == *"dmar0  intel-vtd  0x00000000fed90000    65536     12  0000:00:00.0 0000:00:01.0"* ]]
  assert_equal "$(wc -l <<<"$output")" 2
}

@test "list --tree: devices below groups below IOMMUs" {
  tree qemu-vtd-7.3
  LC_ALL=C.UTF-8 run iommuctl list --sysroot "$tree" --tree --group=8,9,10
  assert_output "dmar0 (intel-vtd)
├─ group 8 (DMA-FQ)
│  ├─ 0000:00:1f.0
│  ├─ 0000:00:1f.2
│  └─ 0000:00:1f.3
└─ group 9 (DMA-FQ)
   └─ 0000:01:00.0  vfio-pci  vfio0  82574L Gigabit Network Connection
no IOMMU
└─ group 10
   └─ 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001  mtty  vfio1"
  LC_ALL=C run iommuctl list --sysroot "$tree" --tree --group=9
  assert_line --index 1 '`- group 9 (DMA-FQ)'
}

@test "list: values of one filter are alternatives, filters narrow each other down" {
  tree qemu-vtd-7.3
  names() { iommuctl list --sysroot "$tree" -q "$@" | tr '\n' ' '; }
  assert_equal "$(names --driver=nvme --driver e1000e)" "0000:00:03.0 0000:00:04.0 "
  assert_equal "$(names --driver=nvme,e1000e)" "0000:00:03.0 0000:00:04.0 "
  assert_equal "$(names --class=net)" "0000:00:03.0 0000:01:00.0 "
  assert_equal "$(names --class=net --driver=e1000e)" "0000:00:03.0 "
  assert_equal "$(names --class=nvme,0x0200)" "0000:00:03.0 0000:00:04.0 0000:01:00.0 "
  assert_equal "$(names --class=010802)" "0000:00:04.0 "
  assert_equal "$(names --group=8 --driver=none)" "0000:00:1f.0 0000:00:1f.2 0000:00:1f.3 "
  assert_equal "$(names --group-of 00:1f.2)" "0000:00:1f.0 0000:00:1f.2 0000:00:1f.3 "
  assert_equal "$(names --iommu=none)" "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 "
  assert_equal "$(names --iommu=dmar0 --class=net --usable)" "0000:01:00.0 "
  assert_equal "$(names --usable)" "0000:01:00.0 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 "
  assert_equal "$(names --driver=no_such_driver)" ""
  assert_equal "$(names 01:00.0 vfio0 /dev/vfio/devices/vfio0 00:04.0)" "0000:00:04.0 0000:01:00.0 "
}

@test "list --usable: each reason why VFIO cannot hand out a device" {
  new_tree < <(
    pci 0000:00:00.0 "$nic" vfio-pci 0 dmar0; cdev vfio0 0000:00:00.0
    pci 0000:00:01.0 "$bridge" pcieport 1 dmar0
    pci 0000:00:02.0 "$nic"
    pci 0000:00:03.0 "$nic" e1000e 3 dmar0
    pci 0000:00:04.0 "$nic" vfio-pci 4 dmar0
    pci 0000:00:05.0 "$nic" vfio-pci 5 dmar0; cdev vfio5 0000:00:05.0
    pci 0000:00:05.1 "$nic" e1000e 5 dmar0
    pci 0000:00:06.0 "$nic" vfio-pci 6 dmar0; cdev vfio6 0000:00:06.0
    pci 0000:00:06.1 "$bridge" pcieport 6 dmar0
    pci 0000:00:06.2 "$nic" "" 6 dmar0
    pci 0000:00:07.0 "$nic" mlx5_vfio_pci 7 dmar0; cdev vfio7 0000:00:07.0)
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -r '.devices[] | "\(.name[8:]) \(.usable) \(.why | join(","))"')" \
"00.0 true 
01.0 false bridge,host-driver
02.0 false no-group,no-driver
03.0 false host-driver
04.0 false no-cdev
05.0 false group-in-use
05.1 false host-driver
06.0 true 
06.1 false bridge,host-driver
06.2 false no-driver
07.0 true "
  assert_equal "$(iommuctl list --sysroot "$tree" -n -o why 00:05.0)" "group shared with host driver"
}

@test "list: a kernel without VFIO cdevs is told apart" {
  # The class is there, but its entries have no number of a device.
  new_tree < <(pci 0000:00:00.0 "$nic" vfio-pci 0 dmar0
    echo 'd sys/devices/pci0000:00/0000:00:00.0/vfio-dev/vfio0
l sys/class/vfio-dev/vfio0 ../../devices/pci0000:00/0000:00:00.0/vfio-dev/vfio0')
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.devices[0] | [.cdev, .why]')" '[null,["no-cdev"]]'
}

@test "list -o: columns of the view, in the order asked for; JSON keeps their keys" {
  tree qemu-vtd-7.3
  run iommuctl list --sysroot "$tree" -o CLASS-name,Name 00:03.0
  assert_output "CLASS-NAME           NAME
Ethernet controller  0000:00:03.0"
  assert_equal "$(iommuctl list --sysroot "$tree" -o driver,id --json 00:03.0 | jq -c .devices)" \
    '[{"vendor":"0x8086","device":"0x10d3","driver":"e1000e"}]'
  assert_equal "$(iommuctl list --sysroot "$tree" -n -o name 00:03.0)" "0000:00:03.0"
  refuses 2 "'reserved' is a column of 'list --groups'" iommuctl list --sysroot "$tree" -o name,reserved
  refuses 2 "no column 'drivre' (did you mean 'driver'?)" iommuctl list --sysroot "$tree" -o drivre
  refuses 2 "no column ''" iommuctl list --sysroot "$tree" -o name,
  refuses 2 "-o has no meaning for --tree" iommuctl list --sysroot "$tree" --tree -o name
}

@test "list --list-columns: every column it names works, in text and JSON" {
  local view option name
  tree qemu-vtd-7.3
  run_split iommuctl list --list-columns --json
  [ "$(jq '.columns | length' <<<"$output")" -gt 20 ]
  while read -r view name; do
    option=--$view
    [ "$view" != devices ] || option=-v
    assert_equal "$(iommuctl list --sysroot "$tree" "$option" -o "$name" | head -1 | tr -d ' ')" "${name^^}"
  done < <(jq -r '.columns[] | .view + " " + .name' <<<"$output")
  run iommuctl list --list-columns
  assert_line --regexp '^groups +reserved +yes +IOVA ranges'
}

@test "list -o all: as many columns as there are" {
  tree qemu-vtd-7.3
  run iommuctl list --sysroot "$tree" --groups -o all
  assert_line --index 0 --regexp '^GROUP +TYPE +COUNT +RESERVED +DEVICES$'
}

@test "list --json-lines: one object a line, each with its schema and kind" {
  tree qemu-vtd-7.3
  run iommuctl list --sysroot "$tree" --json-lines
  assert_equal "${#lines[@]}" 13
  assert_equal "$(jq -rs 'map(.schema + " " + .command + " " + .kind) | unique | .[]' <<<"$output")" "iommuctl/1 list device"
  assert_equal "$(iommuctl list --sysroot "$tree" --json-lines --groups | jq -c 'select(.id == 9) | [.kind, .devices]')" '["group",["0000:01:00.0"]]'
  assert_equal "$(iommuctl list --sysroot "$tree" --json-lines --iommus -o name | jq -r .name | head -1)" dmar0
}

@test "list: views exclude each other, wrong filters are named" {
  tree qemu-vtd-7.3
  refuses 2 "exclude each other" iommuctl list --groups --tree
  refuses 2 "there is no group 77" iommuctl list --sysroot "$tree" --group=77
  refuses 2 "'x1' is not the number of a group" iommuctl list --sysroot "$tree" --group=x1
  refuses 2 "no IOMMU 'dmar9' in '$tree' (did you mean 'dmar0'?)" iommuctl list --sysroot "$tree" --iommu=dmar9
  refuses 2 "'nett' is not a class" iommuctl list --sysroot "$tree" --class=nett
  refuses 2 "'020' is not a class" iommuctl list --sysroot "$tree" --class=020
  refuses 2 "'83b8f4f2-509f-382f-3c1e-e6bfe0fa1001' is not a class" iommuctl list --sysroot "$tree" --class=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
  refuses 2 "--driver needs the name" iommuctl list --sysroot "$tree" --driver=
}

@test "list: without an IOMMU one line says so, why, and what to do; the status is 0" {
  local none="d sys/class/iommu"
  says() { # WORDS STATE: of the tree just made
    run_split iommuctl list --sysroot "$tree"
    assert_equal "$status" 0
    assert_equal "$(wc -l <<<"$stderr")" 1
    [[ "$stderr" == "iommuctl list: note: no IOMMU"*"$1"* ]] || fail "'$1' is not in: $stderr"
    run_split iommuctl list --sysroot "$tree" --json
    assert_equal "$status:$stderr" 0:
    assert_equal "$(jq -rc '[.state, .iommus]' <<<"$output")" "[\"$2\",[]]"
    [[ "$(jq -r .hint <<<"$output")" == *"$1"* ]]
  }
  new_tree <<<"$none"
  says "switch on VT-d, AMD-Vi or SMMU in the firmware setup" absent
  new_tree <<<"$none
f sys/firmware/acpi/tables/DMAR x"
  says "boot with intel_iommu=on" firmware-described
  new_tree <<<"$none
f sys/firmware/acpi/tables/IVRS x"
  says "ACPI IVRS" firmware-described
  new_tree <<<"$none
f sys/firmware/acpi/tables/DMAR x
f proc/cmdline quiet intel_iommu=off ro"
  says "take 'intel_iommu=off' out" kernel-off
  # An option that only looks like it.
  new_tree <<<"$none
f proc/cmdline xintel_iommu=off intel_iommu=off,x"
  says "firmware setup" absent
}

@test "list: the kernel's self-test IOMMU does not pass for one" {
  tree qemu-none-7.3
  run_split iommuctl list --sysroot "$tree"
  assert_equal "$status" 0
  [[ "$stderr" == *"note: no IOMMU"* ]]
  run_split iommuctl list --sysroot "$tree" -q
  assert_equal "$stderr" ""
}

@test "list: works for an ordinary user, and on this machine" {
  run_split iommuctl list --json
  assert_equal "$status" 0
  assert_equal "$(jq -r .command <<<"$output")" list
  [ "$(id -u)" = 0 ] || skip "not root: the above was the ordinary user"
  run_split setpriv --reuid=65534 --regid=65534 --clear-groups "$IOMMUCTL" list --json
  assert_equal "$status" 0
}

@test "list: a saved list is a machine again" {
  tree qemu-vtd-7.3
  iommuctl list --sysroot "$tree" --json >"$BATS_TEST_TMPDIR/saved.json"
  run iommuctl list --from "$BATS_TEST_TMPDIR/saved.json" --json
  assert_success
  assert_equal "$output" "$(cat "$BATS_TEST_TMPDIR/saved.json")"
  # Its names go with it, whatever is installed here.
  assert_equal "$(IOMMUCTL_PCI_IDS=/dev/null iommuctl list --from "$BATS_TEST_TMPDIR/saved.json")" "$(iommuctl list --sysroot "$tree")"
}

@test "completion: columns, classes and this machine's devices" {
  assert_equal "$(iommuctl __words -- list -o name,dri)" $'name,driver\tdriver that is bound to it'
  assert_equal "$(iommuctl __words -- list --class=nv)" $'--class=nvme\tNVM Express controllers'
  assert_equal "$(iommuctl __complete DEVICE | cut -f1 | grep -v vfio)" "$(iommuctl list -q)"
  assert_equal "$(iommuctl __complete COL hwinfo)" ""
}

@test "list --dot: a graph that Graphviz reads, whatever the machine's names are" {
  new_tree < <(pci 0000:00:00.0 "$nic" vfio-pci 0 dmar0 && cdev vfio0 0000:00:00.0)
  mkdir -p "$tree/sys/class/iommu"
  run_split iommuctl list --sysroot "$tree" --dot
  assert_equal "$status" 0
  [[ "$output" == "strict digraph iommuctl {"* ]]
  grep -qF '"group:0" -> "device:0000:00:00.0";' <<<"$output"
  # A saved machine can have any text for a name.
  iommuctl list --sysroot "$tree" --json | jq '.devices[0].device_name = "a\u001b[31m\"];\n\\ & <b>"' >"$BATS_TEST_TMPDIR/odd.json"
  run_split iommuctl list --from "$BATS_TEST_TMPDIR/odd.json" --dot
  assert_equal "$status" 0
  [[ "$output" != *$'\e'* ]]
  grep -qF '\\x1b[31m\"];' <<<"$output"
  command -v dot >/dev/null || skip "no dot (package graphviz)"
  dot -Tsvg <<<"$output" >"$BATS_TEST_TMPDIR/odd.svg"
  grep -qF '[31m&quot;];' "$BATS_TEST_TMPDIR/odd.svg"
  tree qemu-vtd-7.3
  # A node for each IOMMU, group and device.
  assert_equal "$(iommuctl list --sysroot "$tree" --dot | dot -Tsvg | grep -c 'class="node"')" \
    "$(iommuctl list --sysroot "$tree" --json | jq '[.iommus, .groups, .devices | length] | add')"
}

@test "list: a person at a terminal gets a tree, a pipe a table, and each can be asked for" {
  tree qemu-vtd-7.3
  local on="script -qec" table bare
  table=$(iommuctl list --sysroot "$tree")
  assert_equal "$(iommuctl list --sysroot "$tree" --table)" "$table"
  run $on "stty cols 200; TERM=dumb NO_COLOR=1 LC_ALL=C '$IOMMUCTL' --no-pager list --sysroot $tree" /dev/null
  assert_line --partial '|- group'
  run $on "stty cols 400; TERM=dumb NO_COLOR=1 LC_ALL=C '$IOMMUCTL' --no-pager list --table --sysroot $tree" /dev/null
  assert_equal "${output//$'\r'/}" "$table"
  # What only a table has is a table.
  run $on "stty cols 200; TERM=dumb NO_COLOR=1 LC_ALL=C '$IOMMUCTL' --no-pager list -o name --sysroot $tree" /dev/null
  assert_line --partial 'NAME'
  # Lines are cut where the terminal ends.
  run $on "stty cols 50; TERM=dumb NO_COLOR=1 LC_ALL=C.UTF-8 '$IOMMUCTL' --no-pager list --sysroot $tree" /dev/null
  [ "$(tr -d '\r' <<<"$output" | LC_ALL=C.UTF-8 wc -L)" -le 50 ]
  refuses 2 "exclude" iommuctl list --dot --tree
  refuses 2 "--dot" iommuctl list --dot -o name
}
