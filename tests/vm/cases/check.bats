# SPDX-License-Identifier: GPL-2.0-or-later
# check judges real kernels: what is on, what is off and where, what a device lacks; a report of the machine gets the same answer.

setup()
{
	load ../lib
}

# A test that fails must not leave the device to those that follow.
teardown()
{
	[ "$VM_PLATFORM" = none ] || unbind_vfio "$(nic_behind_port)"
}

# finding ID: the reason of a finding of the document in $output; fails when it is not there.
finding()
{
	jq -er --arg id "$1" '[.findings[] | select(.id == $id)][0].reason' <<<"$output"
}

@test "check: the IOMMU is on, or absent in a machine without one" {
	run iommuctl check --json
	case $VM_PLATFORM in
	none) assert_equal "$(jq -c '[.iommu, (.goals[0].status)]' <<<"$output")" '["absent","fail"]' ;;
	# The emulated table leaves out an IO-APIC: 7.3 then remaps no interrupts, 6.12 does.
	amd*)
		local remaps=fail
		if on_kernel 6.12; then remaps=pass; fi
		assert_equal "$(jq -c '[.iommu, (.goals | map(select(.goal == "interrupt-remapping"))[0].status)]' <<<"$output")" "[\"on\",\"$remaps\"]"
		;;
	*) assert_equal "$(jq -c '[.iommu, (.goals | map(select(.goal == "interrupt-remapping"))[0].status)]' <<<"$output")" '["on","pass"]' ;;
	esac
}

@test "check: a device that VFIO has can be passed on, and the report of the machine says the same" {
	if [ "$VM_PLATFORM" = none ]; then skip "no IOMMU"; fi
	local bdf
	bdf=$(nic_behind_port)
	bind_vfio "$bdf"
	run iommuctl check --json
	local live=$output
	iommuctl report -o /tmp/check.json >/dev/null
	run iommuctl check --json --from /tmp/check.json
	assert_equal "$output" "$live"
	run iommuctl check --json passthrough nested "$bdf"
	finding device.vfio
	case $VM_PLATFORM in
	vtd-legacy) [[ $(finding nested.no-hardware) == *"ECAP."* ]] ;;
	vtd-scalable) [[ $(finding nested.no-hardware) == *"ECAP.NEST is 0"* ]] ;;
	smmuv3) finding nested.no-coherency || finding nested.coherency-unknown ;;
	esac
	unbind_vfio "$bdf"
}

@test "check: a device on its own driver can be passed on once it is taken from it" {
	if [ "$VM_PLATFORM" = none ]; then skip "no IOMMU"; fi
	local bdf
	bdf=$(nvme_bdf)
	run iommuctl check --json passthrough "$bdf"
	[[ $(finding device.host-driver) == "$bdf is used by the host (nvme)" ]]
	[[ $(jq -r '[.findings[] | select(.id == "device.host-driver")][0].fix' <<<"$output") == "sudo driverctl set-override $bdf vfio-pci" ]]
}

@test "check: an ordinary user may not open /dev/iommu, and without the node that is said" {
	run as_user "$IOMMUCTL" check --json iommufd
	assert_equal "$status" 1
	finding iommufd.no-access
	run without_dev_iommu iommuctl check --json iommufd
	finding iommufd.node-missing || finding iommufd.unknown
}

@test "check: an emulated device needs no IOMMU" {
	if ! uuid=$(make_mtty 2>/dev/null); then skip "no mtty here"; fi
	run iommuctl check --json passthrough "$uuid"
	remove_mtty
	finding device.emulated
}
