# SPDX-License-Identifier: GPL-2.0-or-later
# What hwinfo shows are the bytes that the kernel gives to another program, which shares no code with it.
# vm: platforms=vtd-legacy,vtd-scalable,vtd-first-stage,amd-unsafe,smmuv3,smmuv3-s1 kernels=7.3

setup()
{
	load ../lib
	nic=$(nic_behind_port)
	bind_vfio "$nic"
	read -r type length bytes <<<"$(raw_info "$nic")"
}

teardown()
{
	unbind_vfio "$nic"
}

@test "hwinfo: type, length and bytes are those of another program's ioctl" {
	run bash -c '"$IOMMUCTL" hwinfo --json "$1" | jq -r ".devices[0].hw_info | \"\(.data_type) \(.data_len) \(.data)\""' _ "$nic"
	assert_output "$type $length $bytes"
	assert [ "$length" -ge 16 ]
}

@test "hwinfo --raw: the bytes as the kernel gave them" {
	"$IOMMUCTL" hwinfo --raw "$nic" >"$BATS_TEST_TMPDIR/raw"
	assert_equal "$(od -An -v -tx1 "$BATS_TEST_TMPDIR/raw" | tr -d ' \n')" "$bytes"
}

@test "hwinfo: leaves the device to the next program" {
	"$IOMMUCTL" hwinfo "$nic" >/dev/null
	run raw_info "$nic"
	assert_output "$type $length $bytes"
	assert_equal "$(driver_of "$nic")" vfio-pci
}
