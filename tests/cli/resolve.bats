#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# DEVICE: every way to name one, and what is said when it is not there.

load ../lib/common
load ../lib/trees

setup() {
  new_tree < <(
    pci 0000:3b:00.0 "$nic" vfio-pci 3 dmar0; cdev vfio3 0000:3b:00.0
    pci 0000:3b:00.1 "$nic" e1000e 4 dmar0
    pci 0001:3b:00.0 "$nic" "" 5 dmar1
    pci 0001:41:00.0 "$nic" "" 6 dmar1
    pci 0002:41:00.0 "$nic" "" 7 dmar1
    pci 0002:42:00.0 "$nic" "" 8 dmar1
    echo 'l sys/devices/platform/fe00000.dma/subsystem ../../../bus/platform
l sys/devices/platform/fe00000.dma/driver ../../../bus/platform/drivers/pl330
l sys/kernel/iommu_groups/9/devices/fe00000.dma ../../../../devices/platform/fe00000.dma
l sys/devices/platform/twin/subsystem ../../../bus/platform
l sys/devices/amba/twin/subsystem ../../../bus/amba
l sys/kernel/iommu_groups/10/devices/twin ../../../../devices/platform/twin
l sys/class/iommu/dmar0/devices/twin.1 ../../../../devices/amba/twin')
}

named() { iommuctl list --sysroot "$tree" -q -- "$@" | tr '\n' ' '; }

@test "only an address that differs in one place is taken for a slip" {
  local capture=$srcdir/data/captures/vtd-guest.json
  refuses 2 "did you mean '0000:00:1f.0'" iommuctl hwinfo --from "$capture" 00:1f.4
  refuses 2 "did you mean '0000:00:1f.3'" iommuctl hwinfo --from "$capture" 1f.3
  run iommuctl hwinfo --from "$capture" 99:00.0
  refute_output --partial "mean"
}

@test "DEVICE: a PCI address, with and without its domain, zeroes and capitals" {
  assert_equal "$(named 0000:3b:00.0)" "0000:3b:00.0 "
  assert_equal "$(named 3b:00.0)" "0000:3b:00.0 "
  assert_equal "$(named 3B:0.0)" "0000:3b:00.0 "
  assert_equal "$(named 1:3b:0.0)" "0001:3b:00.0 "
  assert_equal "$(named 42:00.0)" "0002:42:00.0 "
}

@test "DEVICE: a VFIO device, its file, a path in sysfs, a platform device's name" {
  assert_equal "$(named vfio3)" "0000:3b:00.0 "
  assert_equal "$(named /dev/vfio/devices/vfio3)" "0000:3b:00.0 "
  assert_equal "$(named /sys/bus/pci/devices/0000:3b:00.1)" "0000:3b:00.1 "
  assert_equal "$(named /sys/devices/pci0000:00/0000:3b:00.1/)" "0000:3b:00.1 "
  assert_equal "$(named /sys/class/vfio-dev/vfio3)" "0000:3b:00.0 "
  assert_equal "$(named fe00000.dma)" "fe00000.dma "
  assert_equal "$(named /sys/bus/platform/devices/fe00000.dma)" "fe00000.dma "
}

@test "DEVICE: the same one named twice is one" {
  assert_equal "$(named 3b:00.0 vfio3 0000:3b:00.0 3b:00.1)" "0000:3b:00.0 0000:3b:00.1 "
}

@test "DEVICE: what is not there is named, with the nearest that is" {
  refuses 2 "no device '0000:3b:00.2' in '$tree' (did you mean '0000:3b:00.0'?) (see: iommuctl list)" iommuctl list --sysroot "$tree" 0000:3b:00.2
  refuses 2 "no device 'vfio9' in '$tree' (did you mean 'vfio3'?)" iommuctl list --sysroot "$tree" vfio9
  refuses 2 "no device 'eth0' in '$tree' (see:" iommuctl list --sysroot "$tree" eth0
  refuses 2 "no device '/sys/bus/pci/devices/0000:99:00.0'" iommuctl list --sysroot "$tree" /sys/bus/pci/devices/0000:99:00.0
  refuses 2 "an empty word" iommuctl list --sysroot "$tree" ""
  refuses 2 "'/dev/vfio/12' is the file of a VFIO group" iommuctl list --sysroot "$tree" /dev/vfio/12
  refuses 2 "no device '3b:20.0'" iommuctl list --sysroot "$tree" 3b:20.0
  refuses 2 "no device '100:3b:00.0:0'" iommuctl list --sysroot "$tree" 100:3b:00.0:0
  assert_equal "$(wc -l <<<"$stderr")" 1
}

@test "DEVICE: what can be two is refused" {
  refuses 2 "'41:00.0' can mean 0001:41:00.0 or 0002:41:00.0" iommuctl list --sysroot "$tree" 41:00.0
}

@test "DEVICE: on this machine, a path through any link to it" {
  local link
  for link in /sys/bus/pci/devices/*; do break; done
  [ -e "$link" ] || skip "no PCI device here"
  assert_equal "$(iommuctl list -q "$(realpath "$link")")" "${link##*/}"
  assert_equal "$(cd "$link" && iommuctl list -q ./subsystem/devices/"${link##*/}")" "${link##*/}"
  refuses 2 "is not there (any more)" iommuctl list /sys/bus/pci/devices/ffff:ff:1f.7
}
