# SPDX-License-Identifier: GPL-2.0-or-later
# A machine in a file: what --from shows is what the machine shows, and nothing private is in it.

setup()
{
	load ../lib
	# shellcheck source=tests/vm/secrets.bash
	. "${BATS_TEST_DIRNAME-}/../secrets.bash"
	report=$BATS_TEST_TMPDIR/report.json
	nic=$(nic_behind_port)
	on_platform none || bind_vfio "$nic"
}

teardown()
{
	pull_secrets
	on_platform none || unbind_vfio "$nic"
}

@test "report: list, hwinfo and check of the file are what the machine shows, byte by byte" {
	local view live saved
	plant_secrets
	run iommuctl report -o "$report"
	assert_success
	for view in list hwinfo check; do
		live=0 saved=0
		iommuctl "$view" --json >"$BATS_TEST_TMPDIR/live" 2>"$BATS_TEST_TMPDIR/live.err" || live=$?
		iommuctl "$view" --json --from "$report" >"$BATS_TEST_TMPDIR/saved" 2>"$BATS_TEST_TMPDIR/saved.err" || saved=$?
		diff "$BATS_TEST_TMPDIR/live" "$BATS_TEST_TMPDIR/saved"
		assert_equal "$view ends with $saved" "$view ends with $live"
		[ -s "$BATS_TEST_TMPDIR/live" ]
		# tests/vm/all looks at them again outside.
		cp "$BATS_TEST_TMPDIR/live" "$VM_RESULTS/$view"
	done
	cp "$report" "$VM_RESULTS/report.json"
}

@test "report: addresses, serial numbers, names and parameters of others stay out; --full keeps them" {
	local secret
	plant_secrets
	iommuctl report -o "$report"
	iommuctl report --full -o "$BATS_TEST_TMPDIR/full.json"
	iommuctl report --text >"$BATS_TEST_TMPDIR/text"
	for secret in "${secrets[@]}"; do
		run -1 grep -iF -e "$secret" "$report" "$BATS_TEST_TMPDIR/text"
	done
	# They were there to be found.
	for secret in "${found_secrets[@]}"; do
		grep -qiF -e "$secret" "$BATS_TEST_TMPDIR/full.json" || fail "$secret is not in the full report"
	done
	run jq -r '.report.private_data' "$report" "$BATS_TEST_TMPDIR/full.json"
	assert_output $'removed\nkept'
}

@test "report --probe: which page tables the kernel allocates is in the file" {
	! on_platform none || skip "no IOMMU"
	run iommuctl report --probe -o "$report"
	assert_success
	run jq -r --arg nic "$nic" '[.devices[] | select(.hw_info).name] == [.probe[].name],
		(.probe[] | select(.name == $nic) | .results | length > 0)' "$report"
	if on_platform amd; then
		# Interrupts are not isolated: nothing can be bound, and so nothing be asked.
		assert_line -n 0 true
	else
		assert_output $'true\ntrue'
	fi
}

@test "check of a report with --probe goes by what the kernel did: the evidence is the ioctl" {
	local flag goal
	on_platform none amd && skip "nothing can be tried"
	iommuctl report --probe -o "$report"
	for flag in nest-parent:nested dirty-tracking:dirty-tracking; do
		goal=${flag#*:} flag=${flag%:*}
		run jq -r --arg nic "$nic" --arg flag "$flag" '.probe[] | select(.name == $nic) | .results[] |
			select(.parent == "ioas" and .data_type == "none" and .flags == [$flag]) | .errno // "accepted"' "$report"
		tried=$output
		run iommuctl check "$goal" "$nic" -v --from "$report"
		case $tried in
		accepted) assert_output --partial "IOMMU_HWPT_ALLOC, flag $flag: accepted for $nic" ;;
		# The registers may have the better reason.
		EOPNOTSUPP) refute_line --partial ".supported]"; assert_line --regexp "^$goal: (no|cannot tell)" ;;
		*) fail "unexpected: $tried" ;;
		esac
	done
}

@test "watch: a line that comes into the kernel's log is shown with what it means" {
	local pid
	iommuctl watch --json-lines --count=1 --timeout=20 >"$BATS_TEST_TMPDIR/seen" 2>&1 &
	pid=$!
	# It must have opened the log before the line comes.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! compgen -G "/proc/$pid/fd/*" >/dev/null || ! ls -l "/proc/$pid/fd" | grep -q /dev/kmsg || break
		sleep 0.2
	done
	echo 'DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xdead0000 [fault reason 0x06] PTE Read access is not set' >/dev/kmsg
	wait "$pid"
	run jq -r '.device + " " + .address' "$BATS_TEST_TMPDIR/seen"
	assert_success
	assert_output '01:00.0 0xdead0000'
}
