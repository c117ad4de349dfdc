# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo on Arm SMMUv3: nothing in sysfs, everything from the kernel's answer.
# vm: platforms=smmuv3,smmuv3-s1

setup()
{
	load ../lib
	nic=$(nic_behind_port)
	smmu=$(iommu_of "$nic")
}

teardown()
{
	unbind_vfio "$nic"
}

@test "hwinfo: of an SMMUv3 sysfs has no registers, and how to get them is said" {
	run_split iommuctl hwinfo --json
	assert_equal "$status" 1
	assert_equal "$(jq -c '.iommus[] | [.name, .source, .type, .registers, .capabilities.nested_translation]' <<<"$output")" \
		"[\"$smmu\",null,\"arm-smmuv3\",{},null]"
	[[ "$stderr" == *"nothing is known of the hardware of $smmu"*"sysfs has no registers"*"driverctl set-override "*" vfio-pci"* ]]
	run_split iommuctl hwinfo "$nic"
	assert_equal "$status" 1
	[[ "$stderr" == *"driverctl set-override $nic vfio-pci"* ]]
}

@test "hwinfo: the registers are the words of the kernel's answer, and agree with its log" {
	bind_vfio "$nic"
	run_split iommuctl hwinfo --json
	assert_equal "$status" 0
	doc=$output
	words=$("$IOMMUCTL" hwinfo --raw "$nic" | od -An -v -tx4 | tr -s ' \n' ' ')
	assert_equal " $(jq -r '.iommus[0] | [.flags[2:], "00000000", (.registers | .IDR0, .IDR1, .IDR2, .IDR3, .IDR4, .IDR5, .IIDR, .AIDR |
		.value[2:])] | join(" ")' <<<"$doc") " "$words"
	oas=$(dmesg | sed -n 's/.*arm-smmu-v3 .* oas \([0-9]*\)-bit .*/\1/p')
	assert_equal "$(jq -r '.iommus[0] | [.source, .device, .hw_info.data_type, .hw_info.data_len, .capabilities.output_address_bits] |
		map(tostring) | join(" ")' <<<"$doc")" "iommufd $nic 2 40 $oas"
}

@test "hwinfo: a type of information that this SMMU has not" {
	bind_vfio "$nic"
	refuses 1 "Operation not supported" iommuctl hwinfo --type=tegra241-cmdqv "$nic"
	[[ "$stderr" == *"does not report type tegra241-cmdqv"* ]]
	run_split iommuctl hwinfo --type=arm-smmuv3 --get hw_info.data_len "$nic"
	assert_equal "$output" 40
}

@test "hwinfo: short and long buffers" {
	bind_vfio "$nic"
	for size in 0 8 39 40 48; do
		assert_equal "$("$IOMMUCTL" hwinfo --raw --buffer-size="$size" "$nic" 2>/dev/null | wc -c)" "$size"
	done
	assert_equal "$("$IOMMUCTL" hwinfo --raw --buffer-size=48 "$nic" 2>/dev/null | od -An -v -tx1 -j40 | tr -d ' \n')" 0000000000000000
}

@test "hwinfo: a device that another process has bound leaves nothing to show" {
	bind_vfio "$nic"
	run_split while_held "$nic" "$IOMMUCTL" hwinfo "$nic"
	assert_equal "$status" 1
	[[ "$stderr" == *"cannot bind $nic: Invalid argument"*"holdcdev (pid "* ]]
}
