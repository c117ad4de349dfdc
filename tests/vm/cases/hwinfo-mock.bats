# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo of a device in an iommufd that the caller has open: the kernel's mock device, by the id of its object.
# vm: platforms=none

setup()
{
	load ../lib
	[ -e /sys/class/iommu/iommufd_selftest_iommu.0 ] || skip "no mock devices in this kernel"
}

# mock OPTION...: hwinfo of the mock device
mock()
{
	with_mock bash -c '"$IOMMUCTL" hwinfo --iommufd="$MOCK_IOMMUFD" "$@" "$MOCK_DEV"' - "$@"
}

@test "hwinfo: the mock device's register, its bytes and what user space can use" {
	run_split mock --json
	assert_equal "$status" 0
	assert_equal "$stderr" ""
	assert_equal "$(jq -c '.devices[0] | [.source, .type, .registers.TEST_REG.value, .hw_info.data_type, .hw_info.data_len, .hw_info.data,
		(.hw_info.capability_names | index("dirty-tracking"))]' <<<"$output")" \
		'["iommufd","selftest","0xdeadbeef",4276993775,8,"00000000efbeadde",0]'
}

@test "hwinfo: a buffer of no, half, the exact and a larger size" {
	for want in '0:' '4:00000000' '8:00000000efbeadde' '12:00000000efbeadde00000000'; do
		assert_equal "$(mock --raw --buffer-size="${want%%:*}" 2>/dev/null | od -An -v -tx1 | tr -d ' \n')" "${want#*:}"
	done
}

@test "hwinfo: dirty tracking and PASIDs as the device has them" {
	run with_mock --no-dirty bash -c '"$IOMMUCTL" hwinfo --iommufd="$MOCK_IOMMUFD" --get hw_info.capability_names "$MOCK_DEV"'
	refute_output --partial dirty-tracking
	on_kernel 6.12 && return # makes no mock devices with PASIDs
	run with_mock --pasid bash -c '"$IOMMUCTL" hwinfo --iommufd="$MOCK_IOMMUFD" --get hw_info.max_pasid_log2 "$MOCK_DEV"'
	assert_output 20
}

@test "hwinfo: an id of something else, and one that is not there" {
	run with_mock bash -c '"$IOMMUCTL" hwinfo --iommufd="$MOCK_IOMMUFD" "$MOCK_IOAS"'
	assert_failure 1
	assert_output --partial 'No such file or directory'
	assert_output --partial 'the id is not that of a bound device'
	run with_mock bash -c '"$IOMMUCTL" hwinfo --iommufd="$MOCK_IOMMUFD" 77'
	assert_failure 1
	run with_mock bash -c '"$IOMMUCTL" hwinfo --iommufd=99 77'
	assert_failure 2
}
