# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's mock devices can be made and driven. (6.12 refuses to make them beside VT-d.)
# vm: platforms=none

setup()
{
	load ../lib
}

@test "harness: mock devices come with an iommufd, and two with two" {
	run with_mock --devices=2 bash -c 'echo "$MOCK_DEV $MOCK_DEV_2 $MOCK_IOAS"; readlink "/proc/self/fd/$MOCK_IOMMUFD"'
	assert_success
	assert_line --index 0 --regexp '^[0-9]+ [0-9]+ [0-9]+$'
	assert_line --index 1 /dev/iommu
}

@test "harness: an operation on a mock device says what the kernel answered" {
	run with_mock bash -c '"$MOCKDEV" --iommufd="$MOCK_IOMMUFD" replace "$MOCK_STDEV" "$MOCK_HWPT"'
	assert_success
	run with_mock bash -c '"$MOCKDEV" --iommufd="$MOCK_IOMMUFD" replace "$MOCK_STDEV" 77; echo "$?"'
	assert_output --partial 'No such file or directory'
	assert_line 1
}
