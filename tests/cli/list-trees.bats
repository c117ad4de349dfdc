#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# list on trees that are odd, incomplete or hostile, and what it costs.

load ../lib/common
load ../lib/trees

@test "list: order by number: dmar2 before dmar10, domains by size, groups by id" {
  new_tree < <(
    pci 10000:00:00.0 "$nic" "" 10 dmar10
    pci 0000:0a:00.0 "$nic" "" 9 dmar2
    pci 0000:09:00.0 "$nic" "" 2 dmar2)
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '[[.iommus[].name], [.groups[].id], [.devices[].name], [.devices[].iommu]]')" \
    '[["dmar2","dmar10"],[2,9,10],["0000:09:00.0","0000:0a:00.0","10000:00:00.0"],["dmar2","dmar2","dmar10"]]'
}

@test "list: a copy without modalias still has numbers, one without numbers still has names" {
  new_tree <<'END'
f sys/bus/pci/devices/0000:00:01.0/vendor 0x8086
f sys/bus/pci/devices/0000:00:01.0/device 0x10d3
f sys/bus/pci/devices/0000:00:01.0/class 0x020000
f sys/bus/pci/devices/0000:00:01.0/subsystem_vendor 0x103c
l sys/bus/pci/devices/0000:00:02.0 ../../../devices/gone
f sys/bus/pci/devices/0000:00:03.0/modalias pci:v0000808
f sys/bus/pci/devices/0000:00:04.0/modalias pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00trailing
f sys/bus/pci/devices/0000:00:05.0/vendor 0x
d sys/kernel/iommu_groups/5/devices
END
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -r '.devices[] | "\(.name) \(.vendor):\(.device) \(.subsystem_vendor) \(.class)"')" \
"0000:00:01.0 0x8086:0x10d3 0x103c 0x020000
0000:00:02.0 null:null null null
0000:00:03.0 null:null null null
0000:00:04.0 null:null null null
0000:00:05.0 null:null null null"
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c .groups)" '[{"id":5,"type":null,"reserved":null,"devices":[]}]'
}

@test "list: drivers are found with and without the drivers' folders" {
  new_tree <<'END'
f sys/bus/pci/devices/0000:00:01.0/modalias pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00
l sys/bus/pci/devices/0000:00:01.0/driver ../../../drivers/e1000e
END
  assert_equal "$(iommuctl list --sysroot "$tree" -n -o driver)" e1000e
  # Many devices, few drivers: joined from the folders, where the devices' own links are not even there.
  new_tree < <(for i in {0..7}; do pci 0000:00:0$i.0 "$nic" && echo "l sys/bus/pci/drivers/ixgbe/0000:00:0$i.0 x"; done)
  assert_equal "$(iommuctl list --sysroot "$tree" -n -o driver | sort | uniq -c | tr -s ' ')" " 8 ixgbe"
}

@test "list: devices on other buses, known by their group or IOMMU" {
  new_tree <<'END'
l sys/devices/platform/fe00000.dma/subsystem ../../../bus/platform
l sys/kernel/iommu_groups/1/devices/fe00000.dma ../../../../devices/platform/fe00000.dma
l sys/devices/fsl/dprc.1/subsystem ../../../bus/fsl-mc
l sys/devices/fsl/dprc.1/driver ../../../bus/fsl-mc/drivers/vfio-fsl-mc
l sys/class/iommu/smmu3.0x0000000009050000/devices/dprc.1 ../../../../devices/fsl/dprc.1
l sys/kernel/iommu_groups/2/devices/lost ../../../../devices/not/copied
END
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -rc '.devices[] | [.name, .bus, .driver, .iommu, .group]')" \
'["dprc.1","fsl-mc","vfio-fsl-mc","smmu3.0x0000000009050000",null]
["fe00000.dma","platform",null,null,1]
["lost",null,null,null,2]'
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -r '.iommus[].type')" arm-smmuv3
}

@test "list: reserved regions: sorted as given, odd lines left out, unreadable is null" {
  new_tree <<'END'
f sys/kernel/iommu_groups/0/reserved_regions 0x0000000000000000 0x000000000009ffff direct\n0x00000000fee00000 0x00000000feefffff msi\nnonsense
f sys/kernel/iommu_groups/1/reserved_regions 
d sys/kernel/iommu_groups/2/devices
END
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.groups[].reserved')" \
'[{"start":"0x0000000000000000","end":"0x000000000009ffff","type":"direct"},{"start":"0x00000000fee00000","end":"0x00000000feefffff","type":"msi"}]
[]
null'
  run iommuctl list --sysroot "$tree" --groups -n -o reserved -q
  assert_output "0x0-0x9ffff direct, 0xfee00000-0xfeefffff msi
none
-"
}

@test "list: registers that are no numbers are not known" {
  new_tree <<'END'
f sys/class/iommu/dmar0/intel-iommu/cap d2008c40660462
f sys/class/iommu/dmar0/intel-iommu/ecap 1ffffffffffffffff
f sys/class/iommu/dmar0/intel-iommu/version 16:0
f sys/class/iommu/dmar0/intel-iommu/address -1
f sys/class/iommu/dmar0/intel-iommu/domains_supported 256x
END
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.iommus[0] | del(.devices)')" \
    '{"name":"dmar0","type":"intel-vtd","source":"sysfs","registers":{"CAP":{"value":"0x00d2008c40660462"}},"address":null,"domains_supported":null}'
}

# A tree that wants to be read elsewhere, to hang its reader or to fill its memory.
hostile_tree() {
  echo "v00008086d0000DEADsv00008086sd00000000bc02sc00i00" >"$BATS_TEST_TMPDIR/outside"
  mkdir -p "$BATS_TEST_TMPDIR/outdev"
  echo "pci:v0000DEADd0000DEADsv00000000sd00000000bc02sc00i00" >"$BATS_TEST_TMPDIR/outdev/modalias"
  new_tree <<END
d inside
f inside/modalias pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00
l sys/bus/pci/devices/0000:00:01.0 $BATS_TEST_TMPDIR/outdev
l sys/bus/pci/devices/0000:00:02.0 ../../../../../outdev
l sys/bus/pci/devices/0000:00:03.0 /inside
l sys/bus/pci/devices/0000:00:04.0 ../../../../../../../../../../../../../../inside
l sys/bus/pci/devices/0000:00:05.0 0000:00:05.0
l sys/bus/pci/devices/0000:00:06.0 0000:00:07.0
l sys/bus/pci/devices/0000:00:07.0 0000:00:06.0
p sys/bus/pci/devices/0000:00:08.0/modalias
d sys/bus/pci/devices/0000:00:09.0/modalias
l sys/bus/pci/devices/0000:00:0a.0/modalias /proc/self/environ
f sys/bus/pci/devices/0000:00:0b.0/modalias \\x00\\x01\\x02\\xff
p sys/bus/pci/drivers/fifo
p sys/kernel/iommu_groups/1/type
l sys/kernel/iommu_groups/2 /
p sys/class/iommu/dmar0/intel-iommu/cap
l sys/class/iommu/dmar1/intel-iommu/cap /dev/zero
f sys/bus/pci/devices/\\x1b]0;owned\\n.0/modalias x
END
  head -c 3000000 /dev/zero | tr '\0' 'v' >"$tree/sys/bus/pci/devices/big"
  mkdir "$tree/sys/bus/pci/devices/0000:00:0c.0"
  head -c 3000000 /dev/zero | tr '\0' 'v' >"$tree/sys/bus/pci/devices/0000:00:0c.0/modalias"
}

check_hostile() { # COMMAND...: list of the hostile tree, in JSON
  run_split timeout 20 "$@" list --sysroot "$tree" --json
  assert_equal "$status" 0
  [[ "$output" != *dead* ]] || fail "it left the tree: $output"
  # Links that stay inside are followed, from the tree's own root.
  assert_equal "$(jq -rc '.devices[] | select(.vendor) | [.name, .vendor, .device]' <<<"$output")" \
    '["0000:00:03.0","0x8086","0x10d3"]
["0000:00:04.0","0x8086","0x10d3"]'
  assert_equal "$(jq -c '[.iommus[].registers]' <<<"$output")" '[{},{}]'
}

@test "list --sysroot: a hostile tree is not left, does not hang it, does not fill it" {
  hostile_tree
  check_hostile "$IOMMUCTL"
  local option
  for option in -v -q --tree; do
    run_split iommuctl list --sysroot "$tree" $option
    [[ "$output" != *$'\e'* ]]
    [[ "$output" == *'\x1b]0;owned\n.0'* ]]
  done
}

@test "list --sysroot: the same for an ordinary user" {
  [ "$(id -u)" = 0 ] || skip "needs root to become one"
  hostile_tree
  chmod -R a+rX "$BATS_RUN_TMPDIR"
  check_hostile setpriv --reuid=65534 --regid=65534 --clear-groups "$IOMMUCTL"
}

@test "list --sysroot: device nodes in a tree are not opened" {
  [ "$(id -u)" = 0 ] || skip "needs root to make one"
  new_tree < <(pci 0000:00:01.0 "$nic")
  rm "$tree/sys/devices/pci0000:00/0000:00:01.0/modalias"
  mknod "$tree/sys/devices/pci0000:00/0000:00:01.0/modalias" c 1 5 || skip "no device nodes here"
  assert_equal "$(iommuctl list --sysroot "$tree" --json | jq -c '.devices[0].vendor')" null
  need_strace
  strace -f -y -o "$BATS_TEST_TMPDIR/trace" "$IOMMUCTL" list --sysroot "$tree" >/dev/null 2>&1
  run grep -c 'modalias.*= [0-9]*<[^>]*char 1:5' "$BATS_TEST_TMPDIR/trace"
  assert_output 0
}

@test "a copy without groups and IOMMUs says so, and does not send anybody to the firmware's setup" {
  mkdir -p "$BATS_TEST_TMPDIR/machine/sys/bus/pci/devices"
  run_split iommuctl list --sysroot "$BATS_TEST_TMPDIR/machine"
  assert_equal "$status" 0
  [[ "$stderr" == *"holds neither sys/class/iommu nor sys/kernel/iommu_groups"* ]]
  refuses 1 "holds neither sys/class/iommu" iommuctl hwinfo --sysroot "$BATS_TEST_TMPDIR/machine"
}

@test "filters that nothing fits leave a note" {
  run_split iommuctl list --driver=frob --from "$srcdir/data/captures/vtd-guest.json"
  assert_equal "$status$output" 0
  [[ "$stderr" == *"note: no device fits"* ]]
  run_split iommuctl list -q --driver=frob --from "$srcdir/data/captures/vtd-guest.json"
  assert_equal "$status$output$stderr" 0
}

@test "list --sysroot: what is no machine is refused in one line" {
  refuses 2 "no copied /sys below '$BATS_TEST_TMPDIR'" iommuctl list --sysroot "$BATS_TEST_TMPDIR"
  mkdir -p "$BATS_TEST_TMPDIR/machine/sys/bus/pci"
  refuses 2 "--sysroot=DIR, with DIR/sys in it" iommuctl list --sysroot "$BATS_TEST_TMPDIR/machine/sys"
  refuses 2 "cannot read the directory '/does/not/exist': No such file or directory" iommuctl list --sysroot /does/not/exist
  refuses 2 "cannot read the directory '/dev/null': Not a directory" iommuctl list --sysroot /dev/null
  refuses 2 "exclude each other" iommuctl list --sysroot / --from x
  assert_equal "$(wc -l <<<"$stderr")" 1
}

@test "list --sysroot=/ is this machine" {
  assert_equal "$(iommuctl list --sysroot / --json)" "$(iommuctl list --json)"
}

# 400 devices in 100 groups behind 4 IOMMUs.
many_devices() {
  local i bdf
  for ((i = 0; i < 400; i++)); do
    printf -v bdf '0000:%02x:%02x.%x' $((i / 256)) $((i / 8 % 32)) $((i % 8))
    pci "$bdf" "$nic" e1000e $((i / 4)) dmar$((i / 100))
    echo "f sys/devices/pci0000:00/$bdf/config \\x86"
    echo "f sys/devices/pci0000:00/$bdf/vpd \\x86"
    echo "f sys/devices/pci0000:00/$bdf/uevent DRIVER=e1000e"
  done
  for ((i = 0; i < 100; i++)); do
    echo "f sys/kernel/iommu_groups/$i/type DMA"
    echo "f sys/kernel/iommu_groups/$i/reserved_regions 0x00000000fee00000 0x00000000feefffff msi"
  done
  for ((i = 0; i < 4; i++)); do
    echo "f sys/class/iommu/dmar$i/intel-iommu/cap d2008c40660462"
    echo "f sys/class/iommu/dmar$i/intel-iommu/domains_used 12"
  done
}

@test "list: at most six system calls a device; nothing is woken, nothing is started" {
  local option calls
  need_strace
  new_tree < <(many_devices)
  for option in --json -v --groups --tree --json-lines; do
    strace -f -o "$BATS_TEST_TMPDIR/trace" "$IOMMUCTL" list --sysroot "$tree" "$option" >/dev/null
    # 100 for starting the program and reading the names.
    calls=$(wc -l <"$BATS_TEST_TMPDIR/trace")
    [ "$calls" -le $((6 * 400 + 100)) ] || fail "list $option: $calls system calls for 400 devices"
    run grep -E 'config|vpd|domains_used|uevent|fork|clone\(|execve\(.*execve' "$BATS_TEST_TMPDIR/trace"
    refute_output --regexp '/(config|vpd|domains_used|uevent)"'
    refute_output --regexp '^[0-9]+ +(v?fork|clone3?)\('
  done
  # Names are looked up only where they are shown.
  IOMMUCTL_PCI_IDS='' strace -f -o "$BATS_TEST_TMPDIR/trace" "$IOMMUCTL" list --sysroot "$tree" -o name,driver >/dev/null
  run grep -E 'pci\.ids|hwdb' "$BATS_TEST_TMPDIR/trace"
  assert_failure
}

@test "collect-sysfs: what it prints makes a tree that lists the same" {
  "$srcdir/tests/captures/collect-sysfs" >"$BATS_TEST_TMPDIR/here.tree"
  new_tree <"$BATS_TEST_TMPDIR/here.tree"
  assert_equal "$(iommuctl list --sysroot "$tree" --json)" "$(iommuctl list --json)"
  # And again from the copy.
  assert_equal "$("$srcdir/tests/captures/collect-sysfs" "$tree")" "$(cat "$BATS_TEST_TMPDIR/here.tree")"
}
