# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo where there is no IOMMU, and of devices that have none.
# vm: platforms=none

setup()
{
	load ../lib
}

@test "hwinfo: a machine without an IOMMU: exactly one line, exit 1" {
	run_split iommuctl hwinfo
	assert_equal "$status" 1
	assert_equal "$output" ""
	assert_equal "${stderr//[!$'\n']/}" ""
	[[ "$stderr" == "iommuctl hwinfo: no IOMMU: "* ]]
	run_split iommuctl hwinfo --json
	assert_equal "$status" 1
	assert_equal "$(jq -c '[.iommus, .devices, (.errors | length)]' <<<"$output")" '[[],[],1]'
}

@test "hwinfo: a device without an IOMMU is said to be without" {
	nic=$(nic_behind_port)
	run_split iommuctl hwinfo "$nic"
	assert_equal "$status" 1
	assert_equal "$output" ""
	[[ "$stderr" == *"$nic has no IOMMU"* ]]
}

@test "hwinfo: an emulated VFIO device has no hardware to be asked about" {
	[ -e /sys/class/mtty ] || skip "no mtty in this kernel"
	uuid=$(make_mtty)
	run_split iommuctl hwinfo "$uuid"
	remove_mtty
	assert_equal "$status" 1
	[[ "$stderr" == *"No such file or directory"*"emulated device without IOMMU hardware"* ]]
}

@test "hwinfo: the kernel's test device can be named, and has no registers in sysfs" {
	[ -e /sys/class/iommu/iommufd_selftest_iommu.0 ] || skip "no mock devices in this kernel"
	run_split iommuctl hwinfo --json iommufd_selftest_iommu.0
	assert_equal "$status" 1
	assert_equal "$(jq -r '.iommus[0].type' <<<"$output")" selftest
}
