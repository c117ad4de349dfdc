# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo on VT-d: the kernel's answer, sysfs and the bytes say the same; what is said when one of them is not to be had.
# vm: platforms=vtd-legacy,vtd-scalable,vtd-first-stage

setup()
{
	load ../lib
	nic=$(nic_behind_port)
}

teardown()
{
	unbind_vfio "$nic"
}

# sysfs_registers: CAP and ECAP as hwinfo prints them
sysfs_registers()
{
	printf '0x%016x 0x%016x' "0x$(vtd_register dmar0 cap)" "0x$(vtd_register dmar0 ecap)"
}

# words FILE: its bytes as one line of hexadecimal digits
words()
{
	od -An -v -tx1 "$1" | tr -d ' \n'
}

little_endian()
{
	local hex digits=''
	printf -v hex '%016x' "0x$1"
	while [ -n "$hex" ]; do
		digits=${hex:0:2}$digits
		hex=${hex:2}
	done
	printf '%s' "$digits"
}

@test "hwinfo: a device on its own driver is answered from sysfs, and what to do for the rest is said" {
	run_split iommuctl hwinfo --json "$nic"
	assert_equal "$status" 0
	assert_equal "$stderr" ""
	assert_equal "$(jq -r '.devices[0] | [.name, .iommu, .source, .type, .registers.CAP.value, .registers.ECAP.value, .hw_info] |
		join(" ")' <<<"$output")" "$nic dmar0 sysfs intel-vtd $(sysfs_registers) "
	assert_equal "$(driver_of "$nic")" e1000e
	run_split iommuctl hwinfo "$nic"
	[[ "$output" == *"driverctl set-override $nic vfio-pci"* ]]
}

@test "hwinfo: registers and version are those of the kernel's log" {
	line=$(dmesg | grep -o 'dmar0: reg_base_addr .*')
	run_split iommuctl hwinfo --json dmar0
	assert_equal "$status" 0
	values=$(jq -r '.iommus[0] | [.address, .version, .registers.CAP.value, .registers.ECAP.value] | join(" ")' <<<"$output")
	read -r base version cap ecap <<<"$values"
	assert_equal "$line" "$(printf 'dmar0: reg_base_addr %x ver %s cap %x ecap %x' "$base" "$version" "$cap" "$ecap")"
}

@test "hwinfo: of a device on vfio-pci the kernel is asked; registers equal those of sysfs; all is released" {
	bind_vfio "$nic"
	for _ in 1 2; do
		run_split iommuctl hwinfo --json "$nic"
		assert_equal "$status" 0
		assert_equal "$stderr" ""
	done
	assert_equal "$(jq -r '.devices[0] | [.source, .registers.CAP.value, .registers.ECAP.value, .hw_info.data_type,
		.hw_info.data_len, .hw_info.flags, (.disagreements | length), .version, (.hint | type)] | map(tostring) | join(" ")' <<<"$output")" \
		"iommufd $(sysfs_registers) 1 24 0x00000001 0 $(vtd_register dmar0 version) null"
	run_split iommuctl ps --json
	assert_equal "$(jq -c '.processes' <<<"$output")" '[]'
}

@test "hwinfo: the IOMMU itself is asked through the free device behind it" {
	bind_vfio "$nic"
	run_split iommuctl hwinfo --json
	assert_equal "$status" 0
	assert_equal "$(jq -c '[.iommus[] | [.name, .device, .source]] + .devices' <<<"$output")" "[[\"dmar0\",\"$nic\",\"iommufd\"]]"
}

@test "hwinfo: the bytes are the kernel's: flags, zero, CAP, ECAP; decode reads them back" {
	bind_vfio "$nic"
	"$IOMMUCTL" hwinfo --raw "$nic" >"$BATS_TEST_TMPDIR/raw"
	bytes=$(words "$BATS_TEST_TMPDIR/raw")
	assert_equal "${bytes:8}" "00000000$(little_endian "$(vtd_register dmar0 cap)")$(little_endian "$(vtd_register dmar0 ecap)")"
	run_split iommuctl hwinfo --json "$nic"
	assert_equal "$(jq -r '.devices[0].hw_info.data' <<<"$output")" "$bytes"
}

@test "hwinfo: a short buffer is filled as far as it goes, a long one zeroed behind the data" {
	bind_vfio "$nic"
	"$IOMMUCTL" hwinfo --raw "$nic" >"$BATS_TEST_TMPDIR/all"
	all=$(words "$BATS_TEST_TMPDIR/all")
	for size in 0 4 23 24 25 40; do
		run_split "$IOMMUCTL" hwinfo --raw --buffer-size="$size" "$nic"
		assert_equal "$status" 0
		"$IOMMUCTL" hwinfo --raw --buffer-size="$size" "$nic" >"$BATS_TEST_TMPDIR/part" 2>/dev/null
		want=${all:0:$((2 * size))}
		while [ ${#want} -lt $((2 * size)) ]; do
			want+=00
		done
		assert_equal "$(words "$BATS_TEST_TMPDIR/part")" "$want"
		[ "$size" = 24 ] || [[ "$stderr" == *"the kernel has 24 bytes, the buffer $size"* ]]
	done
}

@test "hwinfo: a type is asked for where the kernel takes one, and its absence told from a wrong type" {
	bind_vfio "$nic"
	if on_kernel 6.12; then
		refuses 1 "Operation not supported" iommuctl hwinfo --type=intel-vtd "$nic"
		[[ "$stderr" == *"came with Linux 6.17"* ]]
		return
	fi
	run_split iommuctl hwinfo --type=intel-vtd --json "$nic"
	assert_equal "$status" 0
	assert_equal "$(jq -r '.devices[0].hw_info.data_type' <<<"$output")" 1
	refuses 1 "Operation not supported" iommuctl hwinfo --type=arm-smmuv3 "$nic"
	[[ "$stderr" == *"does not report type arm-smmuv3"* ]]
}

@test "hwinfo: what the kernel lets user space use" {
	bind_vfio "$nic"
	run_split iommuctl hwinfo --json "$nic"
	names=$(jq -r '.devices[0].hw_info | [.capabilities, .max_pasid_log2] | map(tostring) | join(" ")' <<<"$output")
	on_kernel 6.12 && assert_equal "$names" "0x0000000000000000 0"
	on_kernel 7.3 && assert_equal "$names" "0x0000000000000008 0"
	:
}

@test "hwinfo: a device that another process has bound: who it is, and what sysfs has" {
	bind_vfio "$nic"
	run_split while_held "$nic" "$IOMMUCTL" hwinfo --json "$nic"
	assert_equal "$status" 1
	assert_equal "$(jq -r '[.devices[0].source, .errors[0].subject] | join(" ")' <<<"$output")" "sysfs $nic"
	[[ "$stderr" == *"cannot bind $nic: Invalid argument"*"cause: holdcdev (pid "*"has the device"*"try: "* ]]
	run_split while_held "$nic" "$IOMMUCTL" hwinfo
	assert_equal "$status" 0
	assert_equal "$stderr" ""
	[[ "$output" == *"holdcdev (pid "* ]]
}

@test "hwinfo: a group that is used through its file: who has it" {
	bind_vfio "$nic"
	group=$(group_of "$nic")
	exec 9<>"/dev/vfio/$group"
	run_split iommuctl hwinfo "$nic"
	exec 9>&-
	assert_equal "$status" 1
	[[ "$stderr" == *"Device or resource busy"*"cause: "*" (pid "*"has /dev/vfio/$group open"* ]]
}

@test "hwinfo: an ordinary user gets what sysfs has, and is told how to get the rest" {
	bind_vfio "$nic"
	run_split as_user "$IOMMUCTL" hwinfo "$nic"
	assert_equal "$status" 1
	[[ "$stderr" == *"/dev/iommu: Permission denied"*"cause: "*"try: "* ]]
	[[ "$output" == *"source                    sysfs"* ]]
	run_split as_user "$IOMMUCTL" hwinfo
	assert_equal "$status" 0
	assert_equal "$stderr" ""
	# The group gave the user /dev/iommu, but not the device.
	chmod 666 /dev/iommu
	run_split as_user "$IOMMUCTL" hwinfo "$nic"
	chmod 660 /dev/iommu
	assert_equal "$status" 1
	[[ "$stderr" == *"cannot open the VFIO device of $nic: Permission denied"*"chown /dev/vfio/devices/$(cdev_of "$nic")"* ]]
}

@test "hwinfo: an ordinary user who was given the device needs no privilege" {
	bind_vfio "$nic"
	chmod 666 /dev/iommu "/dev/vfio/devices/$(cdev_of "$nic")"
	run_split as_user "$IOMMUCTL" hwinfo --get source "$nic"
	chmod 660 /dev/iommu
	assert_equal "$status" 0
	assert_equal "$output" iommufd
}

@test "hwinfo: without /dev/iommu sysfs answers" {
	bind_vfio "$nic"
	run_split without_dev_iommu "$IOMMUCTL" hwinfo "$nic"
	assert_equal "$status" 1
	[[ "$stderr" == *"cannot open /dev/iommu: No such file or directory"*"modprobe iommufd"* ]]
	[[ "$output" == *"source                    sysfs"* ]]
}

@test "hwinfo: a node that is not the device's is not believed" {
	bind_vfio "$nic"
	node=/dev/vfio/devices/$(cdev_of "$nic")
	mv "$node" "$node.away"
	mknod "$node" c 1 3
	run_split iommuctl hwinfo "$nic"
	rm "$node"
	assert_equal "$status" 1
	[[ "$stderr" == *"Stale file handle"*"has another number than sysfs gives"* ]]
	run_split iommuctl hwinfo "$nic"
	mv "$node.away" "$node"
	assert_equal "$status" 1
	[[ "$stderr" == *"there is no node for it"* ]]
}

@test "hwinfo: several operands; one that fails does not hide the others" {
	bind_vfio "$nic"
	other=$(nic_on_root_bus)
	run_split while_held "$nic" "$IOMMUCTL" hwinfo --json dmar0 "$nic" "$other"
	assert_equal "$status" 1
	assert_equal "$(jq -c '[(.iommus[].name), (.devices[].name)]' <<<"$output")" "[\"dmar0\",\"$nic\",\"$other\"]"
}

@test "hwinfo: from a report the same as on the machine" {
	bind_vfio "$nic"
	iommuctl report -o "$BATS_TEST_TMPDIR/report.json"
	for what in "" "$nic" dmar0; do
		# shellcheck disable=SC2086
		assert_equal "$(iommuctl hwinfo --json --from "$BATS_TEST_TMPDIR/report.json" $what)" "$(iommuctl hwinfo --json $what)"
	done
	assert_equal "$(iommuctl hwinfo --raw --from "$BATS_TEST_TMPDIR/report.json" dmar0 | od -An -tx1)" \
		"$(iommuctl hwinfo --raw dmar0 | od -An -tx1)"
	assert_equal "$(iommuctl hwinfo --type=intel-vtd --get source --from "$BATS_TEST_TMPDIR/report.json" dmar0)" iommufd
	refuses 1 "type arm-smmuv3" iommuctl hwinfo --type=arm-smmuv3 --from "$BATS_TEST_TMPDIR/report.json" dmar0
}
