# SPDX-License-Identifier: GPL-2.0-or-later
# The guests are what the other cases believe they are.

setup()
{
	load ../lib
	nic=$(nic_behind_port)
}

@test "harness: the kernel is of the series that was asked for" {
	run uname -r
	assert_output --regexp "^${VM_KERNEL//./\\.}\\."
}

@test "harness: the platform has the IOMMU that it is named after" {
	run ls /sys/class/iommu
	case $VM_PLATFORM in
	vtd-*)   assert_line dmar0 ;;
	amd*)    assert_line ivhd0 ;;
	smmuv3*) assert_line --partial smmu3 ;;
	none)    refute_line --regexp '^(dmar|ivhd|smmu)' ;;
	*)       fail "a platform without an expectation: $VM_PLATFORM" ;;
	esac
}

@test "harness: VT-d is in the mode that the platform is named after" {
	on_platform vtd-legacy vtd-scalable vtd-first-stage || skip "not VT-d"
	run vtd_register dmar0 ecap
	ecap=$((16#$output))
	smts=$((ecap >> 43 & 1)) flts=$((ecap >> 47 & 1)) slts=$((ecap >> 46 & 1))
	case $VM_PLATFORM in
	vtd-legacy)      assert_equal "$smts" 0 ;;
	vtd-scalable)    assert_equal "$smts/$flts/$slts" 1/0/1 ;;
	vtd-first-stage) assert_equal "$smts/$flts" 1/1 ;;
	esac
}

@test "harness: a device goes to vfio-pci and back, and has a character device meanwhile" {
	on_platform none && skip "vfio-pci needs an IOMMU"
	assert_equal "$(driver_of "$nic")" e1000e
	bind_vfio "$nic"
	assert_equal "$(driver_of "$nic")" vfio-pci
	assert [ -c "/dev/vfio/devices/$(cdev_of "$nic")" ]
	unbind_vfio "$nic"
	assert_equal "$(driver_of "$nic")" e1000e
	run cdev_of "$nic"
	assert_failure
}

@test "harness: every device of the guest is there" {
	assert [ -n "$nic" ]
	assert [ -n "$(nic_on_root_bus)" ]
	assert_equal "$(driver_of "$(nvme_bdf)")" nvme
}

@test "harness: mtty makes a VFIO device without an IOMMU" {
	[ -e /sys/class/mtty ] || skip "no mtty in this kernel"
	uuid=$(make_mtty)
	assert [ -c "/dev/vfio/devices/$(cdev_of "$uuid")" ]
	remove_mtty
	refute [ -e "/sys/bus/mdev/devices/$uuid" ]
}

@test "harness: an ordinary user reaches the checkout and not /dev/iommu" {
	run as_user cat "$BATS_TEST_FILENAME"
	assert_success
	run as_user bash -c 'exec 3<>/dev/iommu'
	assert_failure
	assert_output --partial 'Permission denied'
}

@test "harness: /dev/iommu can be taken away and comes back" {
	run without_dev_iommu test -e /dev/iommu
	assert_failure 1
	assert [ -c /dev/iommu ]
}
