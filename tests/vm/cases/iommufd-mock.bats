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

# in_mock SCRIPT: runs it with a session on the mock's iommufd; $I is the program, $M the mock's own operations.
in_mock()
{
	with_mock bash -euc '
		I=$IOMMUCTL; M="$MOCKDEV --iommufd=$MOCK_IOMMUFD"
		IOMMUCTL_SESSION=$("$I" session start lab -q --iommufd="$MOCK_IOMMUFD"); export IOMMUCTL_SESSION
		'"$1"
}

@test "mock: nested tables on a HWPT, by words and by hex, and what is refused" {
	run in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		$I hwpt-alloc $MOCK_DEV $p --data=selftest iotlb=0xbadbeef --json
		$I hwpt-alloc $MOCK_DEV $p --data-type=0xdead --data-hex=78563412 -q
		$I destroy $p || echo "status $?"
		$I hwpt-alloc $MOCK_DEV $p --data=vtd-s1 || echo "status $?"
		$I hwpt-alloc $MOCK_DEV 99 || echo "status $?"
		$I hwpt-alloc 99 $MOCK_IOAS || echo "status $?"
		$I session show'
	assert_success
	assert_output --partial '"data_type": "selftest"'
	assert_output --partial "is in use: HWPT"
	assert_output --partial "Invalid argument"
	assert_output --partial "No such file"
	assert_output --partial "nest-parent"
	seen HWPT_ALLOC success-nested
	seen HWPT_ALLOC EOPNOTSUPP-data
	seen HWPT_ALLOC EINVAL-pt
	seen HWPT_ALLOC ENOENT-device
}

@test "mock: invalidation reaches the cache, a bad entry is named, a wrong type refused" {
	run in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		n=$($I hwpt-alloc $MOCK_DEV $p --data=selftest iotlb=7 -q)
		$M check-iotlb $n 0 7
		$I hwpt-invalidate $n --type=selftest flags=0,iotlb_id=0
		$M check-iotlb $n 0 0
		$M check-iotlb $n 1 7
		$I hwpt-invalidate $n --type=selftest iotlb_id=1 iotlb_id=99 || echo "status $?"
		$M check-iotlb $n 1 0
		$I hwpt-invalidate $n --type=vtd-s1 addr=0 || echo "status $?"
		$I hwpt-invalidate $n --type=selftest
		$I hwpt-invalidate $p --type=selftest || echo "status $?"'
	assert_success
	assert_output --partial "1 of 1 invalidations done"
	assert_output --partial "1 of 2 entries done"
	assert_output --partial "0 of 0 invalidations done"
	seen HWPT_INVALIDATE success
	seen HWPT_INVALIDATE EINVAL-partial
	seen HWPT_INVALIDATE EINVAL-type
}

@test "mock: dirty pages are read as ranges, cleared, and what the kernel keeps to itself is said" {
	run in_mock '
		ioas=$($I ioas-alloc -q)
		h=$($I hwpt-alloc $MOCK_DEV $ioas --flags=dirty-tracking -q)
		$I ioas-map $ioas 64K --iova=0x1000000 -q
		$I dirty read $h 0x1000000 64K
		$I dirty start $h
		$M replace $MOCK_STDEV $h
		$I dirty read $h 0x1000000 64K -q
		$I dirty stop $h
		h2=$($I hwpt-alloc $MOCK_DEV $ioas -q)
		$I dirty start $h2 || echo "status $?"
		$I destroy $h2
		$I dirty read $h 0x1000000 0 || echo "status $?"
		$I dirty read 99 0x1000000 4K || echo "status $?"
		$M replace $MOCK_STDEV $MOCK_IOAS
		$I destroy $h $ioas'
	assert_success
	assert_output --partial "no page is dirty"
	assert_output --partial "Operation not supported"
	assert_output --partial "Invalid argument"
	assert_output --partial "No such file"
	seen SET_DIRTY success
	seen SET_DIRTY EOPNOTSUPP
	seen GET_DIRTY success
	seen GET_DIRTY EINVAL
	seen GET_DIRTY ENOENT
}

@test "mock: a virtual IOMMU with a device, events, and a hardware queue" {
	if on_kernel 6.12; then
		run in_mock '
			p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
			$I viommu-alloc $MOCK_DEV $p --type=selftest || echo "status $?"
			$I vdevice-alloc 1 $MOCK_DEV 0x10 || echo "status $?"
			$I veventq-alloc 1 --type=selftest || echo "status $?"
			$I hw-queue-alloc 1 0x1000000 4K --type=selftest || echo "status $?"'
		assert_success
		assert_output --partial "6.13"
		assert_output --partial "6.15"
		assert_output --partial "6.17"
		seen VIOMMU_ALLOC ENOTTY
		seen VDEVICE_ALLOC ENOTTY
		seen VEVENTQ_ALLOC ENOTTY
		seen HW_QUEUE_ALLOC ENOTTY
		return
	fi
	run in_mock '
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		v=$($I viommu-alloc $MOCK_DEV $p --type=selftest -q)
		$I viommu-alloc $MOCK_DEV $p --type=default || echo "status $?"
		vd=$($I vdevice-alloc $v $MOCK_DEV 0x10 -q)
		$I vdevice-alloc $v $MOCK_DEV 0x11 || echo "status $?"
		q=$($I veventq-alloc $v --type=selftest --depth=4 -q)
		$I veventq-alloc $v --type=selftest || echo "status $?"
		$I veventq-alloc $v --type=77 -q
		n=$($I hwpt-alloc $MOCK_DEV $v --data=selftest iotlb=7 -q)
		$M replace $MOCK_STDEV $n
		$M trigger-vevent $MOCK_DEV
		$M trigger-vevent $MOCK_DEV
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
	seen VIOMMU_ALLOC EOPNOTSUPP
	seen VDEVICE_ALLOC success
	seen VDEVICE_ALLOC EEXIST
	seen VEVENTQ_ALLOC success
	seen VEVENTQ_ALLOC EEXIST
	seen VEVENTQ_READ success
}

@test "mock: a hardware queue pins its memory" {
	on_kernel 6.12 && skip "hardware queues came with 6.17"
	run in_mock '
		$I ioas-map $MOCK_IOAS 64K --iova=0x1000000 -q
		p=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --flags=nest-parent -q)
		v=$($I viommu-alloc $MOCK_DEV $p --type=selftest -q)
		$I hw-queue-alloc $v 0x1000000 4K --type=77 || echo "status $?"
		$I hw-queue-alloc $v 0x5000000 4K --type=selftest || echo "status $?"
		q=$($I hw-queue-alloc $v 0x1000000 4K --type=selftest -q)
		$I ioas-unmap $MOCK_IOAS 0x1000000 64K || echo "status $?"
		$I destroy $q
		$I ioas-unmap $MOCK_IOAS 0x1000000 64K'
	assert_success
	assert_output --partial "a hardware queue has its memory in that range"
	seen HW_QUEUE_ALLOC success
	seen HW_QUEUE_ALLOC EOPNOTSUPP
	seen HW_QUEUE_ALLOC ENOENT
	seen IOAS_UNMAP EBUSY
}

@test "mock: page requests are read and answered" {
	on_kernel 6.12 && skip "the mock of 6.12 takes no fault queue on an IOAS"
	run in_mock '
		q=$($I fault-queue alloc -q)
		h=$($I hwpt-alloc $MOCK_DEV $MOCK_IOAS --fault-queue=$q -q)
		$M replace $MOCK_STDEV $h
		$M trigger-iopf $MOCK_DEV 0 7 3 0x2000
		$I fault-queue read $q --count=1 --timeout=5 --json >/tmp/fault.json
		cat /tmp/fault.json
		c=$(jq .records[0].cookie /tmp/fault.json)
		$I fault-queue respond $q $c success
		$I fault-queue respond $q $c success || echo "status $?"
		$I fault-queue read $q --timeout=0
		$I destroy $q || echo "status $?"
		$M replace $MOCK_STDEV $MOCK_IOAS
		$I destroy $h $q'
	assert_success
	assert_output --partial '"address": "0x0000000000002000"'
	assert_output --partial "answered: success"
	assert_output --partial "there is no group with this cookie"
	seen FAULT_QUEUE_ALLOC success
	seen FAULT_READ success
	seen FAULT_RESPOND success
	seen FAULT_RESPOND EINVAL
}

@test "mock: a waiting read does not hold the session, ends on a signal and with the session" {
	run in_mock '
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

@test "mock: --probe finds nested tables on every parent" {
	run in_mock '$I hwpt-alloc --probe $MOCK_DEV --json'
	assert_success
	parents=$(jq -r '[.results[] | select(.accepted and .data_type == "selftest") | .parent] | unique | join(" ")' <<<"$output")
	if on_kernel 6.12; then
		assert_equal "$parents" "nest-parent"
	else
		assert_equal "$parents" "ioas nest-parent viommu selftest"
	fi
}
