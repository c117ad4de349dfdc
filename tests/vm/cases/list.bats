# SPDX-License-Identifier: GPL-2.0-or-later
# list says what the kernel's own sysfs says, disturbs nothing, and bears devices that come and go.

setup()
{
	load ../lib
	nic=$(nic_behind_port)
}

# What sysfs says of a PCI device, one link at a time: "BDF driver iommu group".
sysfs_line()
{
	local dev=/sys/bus/pci/devices/$1 driver iommu='' group
	driver=$(link_name "$dev/driver")
	# Where the IOMMU is a PCI function itself, it has a folder of that name.
	[ ! -L "$dev/iommu" ] || iommu=$(link_name "$dev/iommu")
	group=$(link_name "$dev/iommu_group")
	echo "$1 ${driver:--} ${iommu:--} ${group:--}"
}

@test "list: driver, IOMMU and group of every device are what its links say" {
	local dev want=
	for dev in /sys/bus/pci/devices/*; do
		want+=$(sysfs_line "${dev##*/}")$'\n'
	done
	run bash -c '"$IOMMUCTL" list -n -o name,driver,iommu,group | tr -s " "'
	assert_success
	assert_equal "$(grep '^0000:' <<<"$output")" "${want%$'\n'}"
}

@test "list: registers of VT-d and reserved regions of groups are what sysfs says" {
	on_platform vtd-legacy vtd-scalable vtd-first-stage || skip "VT-d only"
	local cap ecap regions
	cap=$(vtd_register dmar0 cap) ecap=$(vtd_register dmar0 ecap)
	run iommuctl list --json
	assert_success
	assert_equal "$(jq -r '.iommus[] | select(.name == "dmar0") | .registers | .CAP.value + " " + .ECAP.value' <<<"$output")" \
		"$(printf '0x%016x 0x%016x' "0x$cap" "0x$ecap")"
	regions=$(cat /sys/kernel/iommu_groups/0/reserved_regions)
	assert_equal "$(jq -r '.groups[0].reserved[] | .start + " " + .end + " " + .type' <<<"$output")" "$regions"
}

@test "list: a device given to VFIO has a cdev and is usable, and is not any more afterwards" {
	on_platform none && skip "no IOMMU"
	local cdev
	run iommuctl list -n -o cdev,usable "$nic"
	assert_output --regexp '^- +no$'
	bind_vfio "$nic"
	cdev=$(cdev_of "$nic")
	run iommuctl list -n -o cdev,usable "$nic"
	assert_output --regexp "^$cdev +yes\$"
	assert_equal "$(iommuctl list -q "/dev/vfio/devices/$cdev")" "$nic"
	assert_equal "$(iommuctl list -q --usable --class=net)" "$nic"
	unbind_vfio "$nic"
	assert_equal "$(iommuctl list -q --usable --class=net)" ""
	refuses 2 "no device '$cdev'" iommuctl list "$cdev"
}

@test "list: an ordinary user sees the same" {
	local all
	all=$(iommuctl list --json)
	run as_user "$IOMMUCTL" list --json
	assert_success
	assert_equal "$output" "$all"
}

@test "list: no IOMMU is told in one line, and is no failure" {
	on_platform none || skip "has one"
	run_split iommuctl list
	assert_equal "$status" 0
	assert_equal "$(wc -l <<<"$stderr")" 1
	[[ "$stderr" == *"note: no IOMMU: "* ]]
}

@test "list: a device that sleeps goes on sleeping" {
	local dev=/sys/bus/pci/devices/$nic before
	[ -e "$dev/power/control" ] || skip "this kernel puts nothing to sleep"
	echo auto >"$dev/power/control"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		read -r before <"$dev/power/runtime_status"
		[ "$before" != suspended ] || break
		sleep 0.5
	done
	[ "$before" = suspended ] || { echo on >"$dev/power/control"; skip "it does not sleep here ($before)"; }
	read -r before <"$dev/power/runtime_active_time"
	iommuctl list --json >/dev/null
	iommuctl list -v >/dev/null
	assert_equal "$(cat "$dev/power/runtime_status" "$dev/power/runtime_active_time")" "suspended"$'\n'"$before"
	echo on >"$dev/power/control"
}

@test "list: devices that go and come while it reads are left out or whole, never an error" {
	local port=/sys/bus/pci/devices/$nic/.. i
	port=$(cd -P "$port" && pwd)
	(for ((i = 0; i < 20; i++)); do
		echo 1 >"/sys/bus/pci/devices/$nic/remove"
		echo 1 >"$port/rescan"
	done) &
	for ((i = 0; i < 20; i++)); do
		run_split iommuctl list --json
		echo "$status $stderr" >>"$BATS_TEST_TMPDIR/statuses"
		echo "$output" >>"$BATS_TEST_TMPDIR/lists"
	done
	wait
	assert_equal "$(sort -u "$BATS_TEST_TMPDIR/statuses")" "0 "
	assert_equal "$(jq -c 'select(.errors != [] or any(.devices[]; .bus == null or .vendor == null and .bus == "pci")) | .devices[-1], .errors' \
		"$BATS_TEST_TMPDIR/lists")" ""
	run iommuctl list -q "$nic"
	assert_output "$nic"
}
