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

@test "harness: every device of the guest is there" {
	assert [ -n "$nic" ]
	assert [ -n "$(nic_on_root_bus)" ]
	assert_equal "$(driver_of "$(nvme_bdf)")" nvme
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
