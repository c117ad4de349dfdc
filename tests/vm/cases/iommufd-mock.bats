# SPDX-License-Identifier: GPL-2.0-or-later
# What no emulated hardware has, on the kernel's mock devices: nested tables, invalidation, virtual IOMMUs, dirty
# tracking, queues. The iommufd is passed down, as a virtual machine monitor would.
# vm: platforms=none kernels=7.3,6.12

setup()
{
	load ../lib
	export XDG_RUNTIME_DIR=
}

teardown()
{
	"$IOMMUCTL" session stop lab -q 2>/dev/null || true
}

# no OPERATION ERRNO[-DETAIL] COMMAND...: in a script of in_mock: the command fails with this answer of the kernel.
# shellcheck disable=SC2317 # called there
no()
{
	local op=$1 result=$2 answer status=0
	shift 2
	answer=$("$@" 2>&1) || status=$?
	printf '%s\n' "$answer"
	if [ "$status" = 1 ] && [[ $answer == *": $(errno_text "${result%%-*}")"* ]]; then
		echo "seen $op $result"
	else
		echo "not refused with $result (status $status): $*"
		exit 9
	fi
}

# in_mock SCRIPT: runs it with a session on the mock's iommufd; $I is the program, $M the mock's own operations. What it
# says it has "seen" goes into the table.
in_mock()
{
	local line
	export -f no errno_text
	run with_mock bash -euc '
		I=$IOMMUCTL; M="$MOCKDEV --iommufd=$MOCK_IOMMUFD"
		IOMMUCTL_SESSION=$("$I" session start lab -q --iommufd="$MOCK_IOMMUFD"); export IOMMUCTL_SESSION
		'"$1"
	for line in ${lines[@]+"${lines[@]}"}; do
		# shellcheck disable=SC2086 # two words
		[[ $line != "seen "* ]] || seen ${line#seen }
	done
}

@test "mock: nested tables on a HWPT, by words and by hex, and what is refused" {
	in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		$I hwpt-alloc $MOCK_DEV $p --data=selftest iotlb=0xbadbeef --json
		$I hwpt-alloc $MOCK_DEV $p --data-type=0xdead --data-hex=78563412 -q
		$I destroy $p || echo "status $?"
		no HWPT_ALLOC EOPNOTSUPP-data $I hwpt-alloc $MOCK_DEV $p --data=vtd-s1
		no HWPT_ALLOC EINVAL-missing $I hwpt-alloc $MOCK_DEV 99
		no HWPT_ALLOC EINVAL-type $I hwpt-alloc $MOCK_DEV $MOCK_DEV
		no HWPT_ALLOC ENOENT-device $I hwpt-alloc 99 $MOCK_IOAS
		no HWPT_ALLOC EOPNOTSUPP-flags $I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=0x8000
		$I session show'
	assert_success
	assert_output --partial '"data_type": "selftest"'
	assert_output --partial "is in use: HWPT"
	assert_output --partial "nest-parent"
	seen HWPT_ALLOC success-nested
}

@test "mock: what the device says of itself, and what it does not" {
	in_mock '
		$I hwinfo --raw $MOCK_DEV >/tmp/raw
		echo "seen GET_HW_INFO success"
		no GET_HW_INFO ENOENT $I hwinfo --raw 99'
	assert_success
}

@test "mock: invalidation reaches the cache, a bad entry is named, a wrong type refused" {
	in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		n=$($I hwpt-alloc $MOCK_DEV $p --data=selftest iotlb=7 -q)
		$M check-iotlb $n 0 7
		$I hwpt-invalidate $n --type=selftest flags=0,iotlb_id=0
		$M check-iotlb $n 0 0
		$M check-iotlb $n 1 7
		no HWPT_INVALIDATE EINVAL-partial $I hwpt-invalidate $n --type=selftest iotlb_id=1 iotlb_id=99
		$M check-iotlb $n 1 0
		no HWPT_INVALIDATE EINVAL-type $I hwpt-invalidate $n --type=vtd-s1 addr=0
		$I hwpt-invalidate $n --type=selftest
		no HWPT_INVALIDATE $([ $VM_KERNEL = 6.12 ] && echo ENOENT-parent || echo EINVAL-parent) $I hwpt-invalidate $p --type=selftest
		no HWPT_INVALIDATE ENOENT $I hwpt-invalidate 99 --type=selftest iotlb_id=0'
	assert_success
	assert_output --partial "1 of 1 invalidations done"
	assert_output --partial "1 of 2 entries done"
	assert_output --partial "0 of 0 invalidations done"
	seen HWPT_INVALIDATE success
}

@test "mock: dirty pages are read as ranges, cleared, and what the kernel keeps to itself is said" {
	in_mock '
		ioas=$($I ioas-alloc -q)
		h=$($I hwpt-alloc $MOCK_DEV $ioas --flags=dirty-tracking -q)
		$I ioas-map $ioas 64K --iova=0x1000000 -q
		$I dirty read $h 0x1000000 64K
		$I dirty start $h
		$M replace $MOCK_STDEV $h
		$I dirty read $h 0x1000000 64K -q
		$I dirty stop $h
		h2=$($I hwpt-alloc $MOCK_DEV $ioas -q)
		no SET_DIRTY_TRACKING EOPNOTSUPP $I dirty start $h2
		no SET_DIRTY_TRACKING ENOENT $I dirty start 99
		$I destroy $h2
		no GET_DIRTY_BITMAP EINVAL-length $I dirty read $h 0x1000000 0
		no GET_DIRTY_BITMAP ENOENT $I dirty read 99 0x1000000 4K
		$M replace $MOCK_STDEV $MOCK_IOAS
		$I destroy $h $ioas'
	assert_success
	assert_output --partial "no page is dirty"
	seen SET_DIRTY_TRACKING success
	seen GET_DIRTY_BITMAP success
}

@test "mock: a virtual IOMMU with a device, events, and a hardware queue" {
	if on_kernel 6.12; then
		in_mock '
			p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
			no VIOMMU_ALLOC ENOTTY $I viommu-alloc $MOCK_DEV $p --type=selftest
			no VDEVICE_ALLOC ENOTTY $I vdevice-alloc 1 $MOCK_DEV 0x10
			no VEVENTQ_ALLOC ENOTTY $I veventq-alloc 1 --type=selftest
			no HW_QUEUE_ALLOC ENOTTY $I hw-queue-alloc 1 0x1000000 4K --type=selftest'
		assert_success
		assert_output --partial "6.13"
		assert_output --partial "6.15"
		assert_output --partial "6.17"
		return
	fi
	in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		v=$($I viommu-alloc $MOCK_DEV $p --type=selftest -q)
		no VIOMMU_ALLOC EOPNOTSUPP-type $I viommu-alloc $MOCK_DEV $p --type=default
		no VIOMMU_ALLOC EINVAL-parent $I viommu-alloc $MOCK_DEV $($I hwpt-alloc $MOCK_DEV $MOCK_IOAS -q) --type=selftest
		no VIOMMU_ALLOC ENOENT $I viommu-alloc $MOCK_DEV 99 --type=selftest
		no VDEVICE_ALLOC ENOENT $I vdevice-alloc 99 $MOCK_DEV 0x10
		vd=$($I vdevice-alloc $v $MOCK_DEV 0x10 -q)
		no VDEVICE_ALLOC EEXIST $I vdevice-alloc $v $MOCK_DEV 0x11
		q=$($I veventq-alloc $v --type=selftest --depth=4 -q)
		no VEVENTQ_ALLOC EEXIST $I veventq-alloc $v --type=selftest
		no VEVENTQ_ALLOC ENOENT $I veventq-alloc 99 --type=selftest
		no VEVENTQ_ALLOC EOPNOTSUPP-flags $I veventq-alloc $v --type=78 --flags=1
		$I veventq-alloc $v --type=77 -q
		n=$($I hwpt-alloc $MOCK_DEV $v --data=selftest iotlb=7 -q)
		$M replace $MOCK_STDEV $n
		$M trigger-vevent $MOCK_DEV
		$M trigger-vevent $MOCK_DEV
		$I veventq read $q --count=0 --timeout=0
		$I veventq read $q --count=2 --timeout=5
		for i in 1 2 3 4 5 6; do $M trigger-vevent $MOCK_DEV; done
		$I veventq read $q --timeout=0 --json
		$I veventq read $q --count=1 --timeout=0.2 || echo "status $?"
		$I session show
		$I destroy $v || echo "status $?"
		$M replace $MOCK_STDEV $MOCK_IOAS
		$I destroy $n $q $vd'
	assert_success
	assert_output --partial "virtual id 0x00000010"
	assert_output --partial '"lost_events": true'
	assert_output --partial "status 1"
	assert_output --partial "never delivers"
	assert_output --partial "vDEVICE"
	seen VIOMMU_ALLOC success
	seen VDEVICE_ALLOC success
	seen VEVENTQ_ALLOC success
	seen VEVENTQ_READ success
}

@test "mock: a hardware queue pins its memory" {
	on_kernel 6.12 && skip "hardware queues came with 6.17"
	in_mock '
		$I ioas-map $MOCK_IOAS 64K --iova=0x1000000 -q
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		v=$($I viommu-alloc $MOCK_DEV $p --type=selftest -q)
		no HW_QUEUE_ALLOC EOPNOTSUPP-type $I hw-queue-alloc $v 0x1000000 4K --type=77
		no HW_QUEUE_ALLOC ENOENT-iova $I hw-queue-alloc $v 0x5000000 4K --type=selftest
		no HW_QUEUE_ALLOC ENOENT $I hw-queue-alloc 99 0x1000000 4K --type=selftest
		no HW_QUEUE_ALLOC EINVAL-length $I hw-queue-alloc $v 0x1000000 0 --type=selftest
		q=$($I hw-queue-alloc $v 0x1000000 4K --type=selftest -q)
		no IOAS_UNMAP EBUSY $I ioas-unmap $MOCK_IOAS 0x1000000 64K
		$I destroy $q
		$I ioas-unmap $MOCK_IOAS 0x1000000 64K'
	assert_success
	assert_output --partial "a hardware queue has its memory in that range"
	seen HW_QUEUE_ALLOC success
}

@test "mock: page requests are read and answered" {
	on_kernel 6.12 && skip "the mock of 6.12 takes no fault queue on an IOAS"
	in_mock '
		q=$($I fault-queue alloc -q)
		h=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --fault-queue=$q -q)
		$M replace $MOCK_STDEV $h
		$M trigger-iopf $MOCK_DEV 0 7 3 0x2000
		$I fault-queue read $q --count=1 --timeout=5 --json >/tmp/fault.json
		cat /tmp/fault.json
		c=$(jq .records[0].cookie /tmp/fault.json)
		$I fault-queue respond $q $c success
		no FAULT_RESPOND EINVAL $I fault-queue respond $q $c success
		$I fault-queue read $q --timeout=0
		script -qec "\"$I\" fault-queue read $q --timeout=0.1" /dev/null </dev/null
		$I destroy $q || echo "status $?"
		$M replace $MOCK_STDEV $MOCK_IOAS
		$I destroy $h $q'
	assert_success
	assert_output --partial '"address": "0x0000000000002000"'
	assert_output --partial "answered: success"
	assert_output --partial "there is no group with this cookie"
	# A person at a terminal is told that it waits; nobody else is.
	assert_equal "$(grep -c "waiting for page requests" <<<"$output")" 1
	seen FAULT_QUEUE_ALLOC success
	seen FAULT_READ success
	seen FAULT_RESPOND success
}

@test "mock: a waiting read does not hold the session, ends on a signal and with the session" {
	in_mock '
		q=$($I fault-queue alloc -q)
		$I fault-queue read $q & r=$!
		sleep 0.3
		$I ioas-alloc -q
		kill -INT $r; wait $r; echo "read $?"
		$I fault-queue read $q & r=$!
		sleep 0.3
		$I session stop
		wait $r; echo "read $?"'
	assert_success
	assert_line "read 0"
	assert_output --partial "the session has ended"
}

@test "mock: what a stranger mapped survives a command of the session that dies half-way" {
	[ -e "$builddir/tests/lib/die_after.so" ] || skip "die_after.so was not built"
	in_mock '
		stranger="-S= --iommufd=$MOCK_IOMMUFD"
		ioas=$($I ioas-alloc -q)
		$I $stranger ioas-map $ioas 64K --iova=0x1000000 -q
		LD_PRELOAD=$builddir/tests/lib/die_after.so $I ioas-map $ioas 4K --iova=0x2000000 || echo "status $?"
		$I ioas-alloc -q
		$I $stranger ioas-unmap $ioas 0x1000000 64K'
	assert_success
	assert_line "status 137"
	assert_output --partial "it may have left a mapping in IOAS"
}

@test "mock: --probe finds nested tables on every parent" {
	in_mock '$I hwpt-alloc --probe $MOCK_DEV --json'
	assert_success
	parents=$(jq -r '[.results[] | select(.accepted and .data_type == "selftest") | .parent] | unique | join(" ")' <<<"$output")
	if on_kernel 6.12; then
		assert_equal "$parents" "nest-parent"
	else
		assert_equal "$parents" "ioas nest-parent viommu selftest"
	fi
	"$IOMMUCTL" session stop lab -q
	in_mock '$I hwpt-alloc --probe $MOCK_DEV'
	assert_line --regexp "^ioas +- +none(, selftest)?$"
	assert_line --regexp "^nest-parent +- +selftest$"
	assert_line --regexp "^refused: "
}

@test "mock: every operation fails cleanly at each place where the kernel can fail" {
	# shellcheck source=tests/vm/fail_nth.bash
	. "$srcdir/tests/vm/fail_nth.bash"
	can_inject || skip "no fault injection in this kernel, or fail_nth.so was not built"
	in_mock '
		. "$srcdir/tests/vm/fail_nth.bash"
		gone="$I destroy \$(cat /tmp/out)"
		undo=$gone fails_cleanly hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent,dirty-tracking -q
		p=$(cat /tmp/out)
		undo=$gone fails_cleanly hwpt-alloc $MOCK_DEV $p --data=selftest iotlb=7 -q
		n=$(cat /tmp/out)
		fails_cleanly hwpt-invalidate $n --type=selftest iotlb_id=0
		fails_cleanly vfio-ioas set $MOCK_IOAS
		fails_cleanly vfio-ioas get
		fails_cleanly vfio-ioas clear
		$I ioas-map $MOCK_IOAS 64K --iova=0x1000000 -q
		fails_cleanly dirty start $p
		fails_cleanly dirty read $p 0x1000000 64K
		fails_cleanly dirty stop $p
		if [ $VM_KERNEL != 6.12 ]; then
			fails_cleanly ioas-change-process
			undo=$gone fails_cleanly viommu-alloc $MOCK_DEV $p --type=selftest -q
			v=$(cat /tmp/out)
			undo=$gone fails_cleanly vdevice-alloc $v $MOCK_DEV 0x10 -q
			d=$(cat /tmp/out)
			undo=$gone fails_cleanly veventq-alloc $v --type=selftest -q
			e=$(cat /tmp/out)
			undo=$gone fails_cleanly hw-queue-alloc $v 0x1000000 4K --type=selftest -q
			q=$(cat /tmp/out)
			fails_cleanly hwpt-invalidate $v --type=selftest-viommu vdev_id=0x10
			$I destroy $q $e $d $v
		fi
		$I destroy $n
		fails_cleanly destroy $p'
	assert_success
	sed 's/^/# /' /tmp/fail-nth.table >&3
}
