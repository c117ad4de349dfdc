# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo on AMD-Vi: the features of sysfs and of the kernel's answer; interrupts that are not isolated.
# vm: platforms=amd,amd-unsafe

setup()
{
	load ../lib
	nic=$(nic_behind_port)
	read -r features <"/sys/class/iommu/ivhd0/amd-iommu/features"
	efr=0x$(printf '%016x' "0x${features%%:*}")
}

teardown()
{
	unbind_vfio "$nic"
}

@test "hwinfo: a device on its own driver is answered from sysfs" {
	run_split iommuctl hwinfo --json "$nic"
	assert_equal "$status" 0
	assert_equal "$(jq -r '.devices[0] | [.iommu, .source, .type, .registers.EFR.value] | join(" ")' <<<"$output")" \
		"ivhd0 sysfs amd-vi $efr"
}

@test "hwinfo: where interrupts are not isolated the device cannot be bound, and why is said" {
	on_platform amd || skip "unsafe interrupts are allowed here"
	on_kernel 7.3 || skip "this kernel takes interrupts for isolated"
	bind_vfio "$nic"
	run_split iommuctl hwinfo --json "$nic"
	assert_equal "$status" 1
	assert_equal "$(jq -r '.devices[0] | [.source, .registers.EFR.value] | join(" ")' <<<"$output")" "sysfs $efr"
	[[ "$stderr" == *"cannot bind $nic: Operation not permitted"*"interrupts are not isolated"*"allow_unsafe_interrupts is N"* ]]
	[[ "$stderr" == *"try: "*"echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts"* ]]
}

@test "hwinfo: the kernel's answer agrees with sysfs" {
	on_platform amd-unsafe || skip "the device cannot be bound here"
	bind_vfio "$nic"
	run_split iommuctl hwinfo --json "$nic"
	assert_equal "$status" 0
	doc=$output
	if on_kernel 6.12; then
		# That kernel gives no registers of AMD-Vi: sysfs has them.
		assert_equal "$(jq -r '.devices[0] | [.source, .hw_info.data_type, .registers.EFR.value] | map(tostring) | join(" ")' <<<"$doc")" \
			"sysfs 0 $efr"
		[[ "$(jq -r '.devices[0].hint' <<<"$doc")" == *CONFIG_AMD_IOMMU_IOMMUFD* ]]
		return
	fi
	assert_equal "$(jq -r '.devices[0] | [.source, .hw_info.data_type, .hw_info.data_len, .registers.EFR.value, (.disagreements | length)] |
		map(tostring) | join(" ")' <<<"$doc")" "iommufd 4 16 $efr 0"
	words=$("$IOMMUCTL" hwinfo --raw "$nic" | od -An -v -tx8 | tr -s ' \n' ' ')
	assert_equal " $(jq -r '.devices[0].registers | [.EFR.value[2:], .EFR2.value[2:]] | join(" ")' <<<"$doc") " "$words"
}
