# SPDX-License-Identifier: GPL-2.0-or-later
# Each system call of the commands that need a kernel fails once at each place, with each error that is plausible there: the
# table is tests/inject/kernel.tab. Here a sample of some rows; all of them takes about two hours without hardware virtualisation:
#     tests/vm/run --timeout 9999 --append log_buf_len=64M --env IOMMUCTL_INJECT_EVERY=1 --env IOMMUCTL_INJECT_ROWS='vfio-*' \
#         -- tests/vm/tap tests/vm/cases/inject.bats
# (a kernel log that runs over makes each report differ, and "--results DIR --env IOMMUCTL_INJECT_VERDICTS=/run/vm/results/v" lets
# outcomes be seen as they come; each report is in the log of the next, and the reads of vfio-report are quicker in a guest of
# their own, with --env IOMMUCTL_INJECT_CALLS=read)
# and the same with --platform none and mock-*. (Bind is in it: it is the kernel's own fault injection that some kernels do not
# survive there, see iommufd-stress.bats.)
# vm: platforms=vtd-scalable,none kernels=7.3

setup()
{
	load ../lib
	export XDG_RUNTIME_DIR='' IOMMUCTL_INJECT_EVERY=${IOMMUCTL_INJECT_EVERY:-16}
	failcalls=$builddir/tests/inject/failcalls
	[ -x "$failcalls" ] || skip "no $failcalls: make check builds it"
	# What is touched moves into the guest's memory, where it starts twice as fast.
	touch "$failcalls" /usr/bin/strace /usr/lib/*/libunwind*.so.* /usr/lib/*/liblzma.so.*
}

teardown()
{
	local name
	for name in lab idle extra; do
		"$IOMMUCTL" session stop "$name" -q 2>/dev/null || true
	done
}

# What must be the same after each failure: what the sessions say they have, and what is there, asked without the program.
# shellcheck disable=SC2317 # tests/inject/inject calls it
inject_state()
{
	local shown
	shown=$("$IOMMUCTL" session show lab 2>&1)
	# A command that failed half-way is followed up by the next.
	if [[ $shown == *unfinished* ]]; then
		"$IOMMUCTL" -S lab option rlimit-mode >/dev/null 2>&1 || :
		shown=$("$IOMMUCTL" session show lab 2>&1)
	fi
	printf '%s\n' "$shown"
	(cd /run/iommuctl && echo *)
	# shellcheck disable=SC2086 # words
	"$LEFTOVER" "$keeper" $places
}

# Lets the mock device ask for a page, and reads the request; what was asked before is answered.
# shellcheck disable=SC2317 # a row of the table calls it
ask()
{
	[ ! -s "$cookie" ] || "$IOMMUCTL" fault-queue respond "$asked" "$(<"$cookie")" success || :
	"$MOCKDEV" --iommufd="$MOCK_IOMMUFD" trigger-iopf "$MOCK_DEV" 0 7 3 0x2000
	"$IOMMUCTL" fault-queue read "$asked" --count=1 --timeout=5 --json | jq '.records[0].cookie' >"$cookie"
}

# inject PATTERN...: the rows of the table with such names; a table of what came of it goes into the output of the test
inject()
{
	keeper=$("$IOMMUCTL" session show lab --json | jq .session.keeper)
	next=$("$LEFTOVER" "$keeper" | sed -n 's/^next //p')
	export keeper next
	export -f inject_state
	# shellcheck disable=SC2086 # words
	"$srcdir/tests/inject/inject" --commands "$srcdir/tests/inject/kernel.tab" --state inject_state ${IOMMUCTL_INJECT_ROWS:-"$@"} |
		sed -u '/^1\.\./d; /^ok /d; s/^not ok/# not ok/' >&3
	[ "${PIPESTATUS[0]}" = 0 ]
}

@test "inject: a VFIO device, IO address spaces, page tables and sessions" {
	on_platform vtd-scalable || skip "of one platform"
	dev=$(nic_behind_port) other=$(nvme_bdf) free=$(nic_on_root_bus)
	for d in "$dev" "$other" "$free"; do
		bind_vfio "$d"
	done
	export dev other free
	IOMMUCTL_SESSION=$("$IOMMUCTL" session start lab -q)
	export IOMMUCTL_SESSION
	iommuctl session start idle -q
	iommuctl bind "$dev" -q
	iommuctl bind "$other" -q
	ioas=$(iommuctl ioas-alloc -q) spare=$(iommuctl ioas-alloc -q) hwpt=$(iommuctl hwpt-alloc "$dev" "$ioas" -q)
	iommuctl attach "$dev" "$ioas"
	iommuctl ioas-map "$ioas" 64K --iova=0x10000000 -q
	iommuctl allow-iovas "$spare" 0x1000000-0x1ffffff
	iommuctl vfio-ioas set "$spare"
	gone=$(iommuctl ioas-alloc -q)
	truncate -s 64K /dev/shm/memory
	export ioas spare hwpt gone places="$ioas:0x10000000 $ioas:0x20000000"
	inject vfio-bind vfio-attach vfio-detach vfio-ioas-alloc vfio-map vfio-hwpt-alloc vfio-hwpt-own vfio-noiommu-get-pa vfio-destroy \
		vfio-session-start
	iommuctl detach "$dev"
	iommuctl session stop
	for d in "$dev" "$other" "$free"; do
		unbind_vfio "$d"
	done
}

@test "inject: a signal ends a command that has no session, and nothing stays attached or open" {
	on_platform vtd-scalable || skip "of one platform"
	[ -x /usr/bin/strace ] || skip "no strace"
	free=$(nic_on_root_bus)
	bind_vfio "$free"
	before=$("$LEFTOVER")
	# (Not --seccomp-bpf: the signal would not get there.)
	while read -r signal code call n command; do
		# shellcheck disable=SC2086 # words
		run env --default-signal strace -qq -o "$TMPDIR/trace" -e trace="$call" \
			-e inject="$call:signal=SIG$signal:when=$n" "$IOMMUCTL" $command "$free"
		assert_equal "$call $n $command: $status" "$call $n $command: $code"
		[[ $(<"$TMPDIR/trace") == *"killed by SIG$signal"* ]] || fail "$call $n $command: not by the signal"
		assert_equal "$("$LEFTOVER")" "$before"
	done <<-'END'
		INT 130 ioctl 1 hwinfo
		TERM 143 ioctl 2 hwinfo --json
		HUP 129 ioctl 2 hwpt-alloc
		INT 130 ioctl 3 hwpt-alloc --json
		TERM 143 ioctl 3 attach
		HUP 129 write 1 attach
	END
	# The device can be had again at once.
	assert_equal "$(iommuctl hwinfo --get source "$free")" iommufd
	unbind_vfio "$free"
}

@test "inject: what only the mock devices have" {
	on_platform none || skip "of one platform"
	export -f inject inject_state ask
	run with_mock --devices=2 bash -euc '
		I=$IOMMUCTL
		IOMMUCTL_SESSION=$($I session start lab -q --iommufd="$MOCK_IOMMUFD")
		export IOMMUCTL_SESSION
		$I ioas-map $MOCK_IOAS 64K --iova=0x1000000 -q
		parent=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent,dirty-tracking -q)
		tracked=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=dirty-tracking -q)
		nested=$($I hwpt-alloc $MOCK_DEV $parent --data=selftest iotlb=7 -q)
		viommu=$($I viommu-alloc $MOCK_DEV $parent --type=selftest -q)
		$I vdevice-alloc $viommu $MOCK_DEV_2 0x11 -q >/dev/null
		events=$($I veventq-alloc $viommu --type=selftest -q)
		queue=$($I fault-queue alloc -q)
		$I dirty start $tracked
		# A page request, as read last, waits for an answer.
		asked=$($I fault-queue alloc -q) cookie=$TMPDIR/cookie
		"$MOCKDEV" --iommufd=$MOCK_IOMMUFD replace $MOCK_STDEV $($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --fault-queue=$asked -q)
		export parent tracked nested viommu events queue asked cookie places=$MOCK_IOAS:0x1000000
		ask
		inject mock-hwpt-nested mock-dirty-start mock-viommu mock-vdevice mock-hw-queue mock-invalidate-viommu mock-fault-respond 3>&1'
	printf '%s\n' "$output" >&3
	assert_success
}
