# SPDX-License-Identifier: GPL-2.0-or-later
# The machine changes while commands look at it: devices that change their driver, that are taken out and come back; devices
# that others hold. IOMMUCTL_ROUNDS=1000 in the guest's environment (run --env) is the long version.
# vm: platforms=vtd-scalable kernels=7.3

setup()
{
	load ../lib
	dev=$(nic_behind_port)
	other=$(nic_on_root_bus)
	nvme=$(nvme_bdf)
	rounds=${IOMMUCTL_ROUNDS:-10}
	export XDG_RUNTIME_DIR=
}

teardown()
{
	[ -z "${changer-}" ] || kill "$changer" 2>/dev/null || true
	[ -z "${vmm-}" ] || kill "$vmm" || true
	echo 1 >/sys/bus/pci/rescan
	unbind_vfio "$dev"
	unbind_vfio "$other"
}

# change_drivers: one device goes from its driver to vfio-pci and back, another is taken out and found again, until the file
# of this test's "go" is gone.
change_drivers()
{
	local n=0
	while [ -e "$BATS_TEST_TMPDIR/go" ]; do
		bind_driver "$dev" vfio-pci || :
		echo 1 >"/sys/bus/pci/devices/$nvme/remove" || :
		unbind_vfio "$dev" || :
		echo 1 >/sys/bus/pci/rescan
		n=$((n + 1))
	done 2>/dev/null
	echo "$n" >"$BATS_TEST_TMPDIR/changes"
}

# while_changing LINE: the command line, $rounds times. Its documents are whole, its statuses are its own, and there is a
# message for each that is not 0.
while_changing()
{
	local out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err start=$SECONDS
	: >"$BATS_TEST_TMPDIR/go"
	change_drivers &
	changer=$!
	"$builddir/tests/lib/many" -k "$rounds" <<<"$1" >"$out" 2>"$err"
	rm "$BATS_TEST_TMPDIR/go"
	wait "$changer"
	changer=
	echo "# $1: $(tail -n 1 "$err"), $(cat "$BATS_TEST_TMPDIR/changes") changes, $((SECONDS - start)) s" >&3
	[ "$(cat "$BATS_TEST_TMPDIR/changes")" -gt 0 ]
	assert_equal "$(jq -s 'map(select(.schema == "iommuctl/1")) | length' "$out")" "$rounds"
	# Every failure is in its document.
	read -r _ _ _ failed _ trouble _ <<<"$(tail -n 1 "$err")"
	[ "$(jq -s 'map(select(.errors | length > 0)) | length' "$out")" -ge $((failed + trouble)) ]
}

@test "world: list, while devices change drivers and come and go" {
	while_changing "list --json"
}

@test "world: hwinfo, while devices change drivers and come and go" {
	while_changing "hwinfo --json $dev"
	while_changing "hwinfo --json"
}

@test "world: report, while devices change drivers and come and go" {
	while_changing "report"
}

@test "world: a device that is taken out between two commands is missed by name" {
	echo 1 >"/sys/bus/pci/devices/$other/remove"
	for c in "list $other" "hwinfo $other" "bind $other" "ps $other"; do
		# shellcheck disable=SC2086
		run_split iommuctl $c
		assert_equal "$c $status" "$c 2"
		[[ "$stderr" == *"$other"* ]] || fail "$c: $stderr"
	done
	echo 1 >/sys/bus/pci/rescan
	[ -e "/sys/bus/pci/devices/$other" ]
}

@test "world: an attribute that never answers keeps no command waiting, and what it holds is missed aloud" {
	bind_vfio "$dev"
	mkfifo "$BATS_TEST_TMPDIR/silent"
	# Somebody could write, and does not: a read that waits would wait for ever.
	exec 9<>"$BATS_TEST_TMPDIR/silent"
	group=/sys/kernel/iommu_groups/$(group_of "$dev")
	for attribute in "$group/type" "/sys/bus/pci/devices/$dev/modalias" "/sys/class/iommu/dmar0/intel-iommu/cap"; do
		mount --bind "$BATS_TEST_TMPDIR/silent" "$attribute"
		for c in "list --json" "hwinfo --json" "check --json" "report"; do
			# shellcheck disable=SC2086 # words
			run_split timeout 30 "$IOMMUCTL" $c
			[ "$status" -le 1 ] || fail "$c with a silent $attribute: $status"
			jq -e .schema <<<"$output" >/dev/null
			# A report has it in "unread", and hwinfo does without the numbers of devices.
			[[ "$c $attribute" == report* || "$c $attribute" == hwinfo*modalias ]] ||
				[[ "$stderr" == *"$attribute"* || "$stderr" == *"places below /sys"* ]] || fail "$c: $stderr"
		done
		umount "$attribute"
	done
	exec 9>&-
}

@test "world: a device that another process holds: the message names it" {
	bind_vfio "$dev"
	run_split while_held "$dev" bash -c 'echo "holder $PPID $(cat /proc/$PPID/comm)"; "$IOMMUCTL" bind "$1"' - "$dev"
	read -r _ pid comm <<<"$output"
	assert_equal "$status" 1
	[[ "$stderr" == *"$pid"* && "$stderr" == *"$comm"* ]] || fail "no $comm $pid in: $stderr"
}

# start_qemu BDF: a virtual machine that has the device through iommufd, and stops before its first instruction. Sets $vmm.
start_qemu()
{
	local qemu=
	for q in "${IOMMUCTL_VM_CACHE:-${XDG_CACHE_HOME:-/root/.cache}/iommuctl}"/qemu-*/bin/qemu-system-x86_64; do
		[ ! -x "$q" ] || qemu=$q
	done
	[ -n "$qemu" ] || skip "no QEMU that knows iommufd (tests/vm/get-qemu)"
	# It goes to the background when the devices are there.
	"$qemu" -machine q35 -accel tcg -S -m 32M -nodefaults -display none -daemonize -pidfile "$BATS_TEST_TMPDIR/pid" \
		-object iommufd,id=iommufd -device "vfio-pci,host=$1,iommufd=iommufd,rombar=0"
	read -r vmm <"$BATS_TEST_TMPDIR/pid"
}

@test "world: a device that a virtual machine has: hwinfo, bind, ps, check and list tell of it, and it is free afterwards" {
	bind_vfio "$dev"
	start_qemu "$dev"
	read -r comm <"/proc/$vmm/comm"
	run_split iommuctl hwinfo --json "$dev"
	assert_equal "$status" 1
	[[ "$stderr" == *"$comm (pid $vmm)"* ]] || fail "hwinfo: $stderr"
	assert_equal "$(jq -r '.devices[0].source' <<<"$output")" sysfs
	run_split iommuctl bind "$dev"
	assert_equal "$status" 1
	[[ "$stderr" == *"$comm (pid $vmm)"* ]] || fail "bind: $stderr"
	run_split iommuctl ps --json
	assert_equal "$(jq -c --arg dev "$dev" '[.processes[] | select(.files[].device == $dev) | .pid]' <<<"$output")" "[$vmm]"
	run_split iommuctl check --json passthrough "$dev"
	assert_equal "$status $(jq -r '.findings[] | select(.id == "device.held") | .status' <<<"$output")" "0 warn"
	[[ "$output" == *"$comm (pid $vmm)"* ]] || fail "check: $output"
	run_split iommuctl list --json "$dev"
	assert_equal "$status $(jq -r '.devices[0].driver' <<<"$output")" "0 vfio-pci"
	kill "$vmm"
	while [ -e "/proc/$vmm/exe" ]; do sleep 0.1; done
	vmm=
	run_split iommuctl hwinfo --json "$dev"
	assert_equal "$status $(jq -r '.devices[0].source' <<<"$output")" "0 iommufd"
	run_split iommuctl check --json passthrough "$dev"
	assert_equal "$(jq -r '[.findings[] | select(.id == "device.held")] | length' <<<"$output")" 0
}
