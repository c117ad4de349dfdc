# SPDX-License-Identifier: GPL-2.0-or-later
# Every operation under fault injection, and a thousand rounds in one session.
# vm: platforms=vtd-scalable kernels=7.3,6.12

setup()
{
	load ../lib
	dev=$(nic_behind_port)
	bind_vfio "$dev"
	export XDG_RUNTIME_DIR=
	IOMMUCTL_SESSION=$("$IOMMUCTL" session start lab -q)
	export IOMMUCTL_SESSION
	keeper=$(iommuctl session show --json | jq .session.keeper)
}

teardown()
{
	"$IOMMUCTL" session stop lab -q 2>/dev/null || true
}

descriptors()
{
	set -- /proc/"$keeper"/fd/*
	echo $#
}

state()
{
	"$IOMMUCTL" session show --json | jq -c '[.objects, .mappings, .attachments, .unfinished, .session.descriptors]'
}

# fails_cleanly COMMAND...: n = 1, 2, ... until nothing is injected any more; while it fails, nothing may have changed.
fails_cleanly()
{
	local n before=$(state) log=/tmp/fail-nth.log status
	for n in $(seq 60); do
		rm -f "$log"
		status=0
		FAIL_NTH=$n FAIL_NTH_LOG=$log LD_PRELOAD="$builddir/tests/lib/fail_nth.so" "$IOMMUCTL" "$@" >/tmp/out 2>/tmp/err || status=$?
		[ "$status" -le 1 ] || fail "$*, n=$n: status $status: $(cat /tmp/err)"
		if [ "$status" = 1 ]; then
			[ -s /tmp/err ] || fail "$*, n=$n: no message"
			[ "$(state)" = "$before" ] || fail "$*, n=$n: left something: $(state)"
			continue
		fi
		[ -e "$log" ] || { echo "# fail-nth $1: $((n - 1)) places $(uname -r)" >&3; return 0; }
		# A fault that the kernel got over: undo and go on.
		[ -z "$undo" ] || eval "$undo" >/dev/null
	done
	fail "$* still has faults at n=60"
}

@test "stress: every operation fails cleanly at each place where the kernel can fail" {
	[ -e "$builddir/tests/lib/fail_nth.so" ] || skip "fail_nth.so was not built"
	[ -e /proc/thread-self/fail-nth ] || skip "no fault injection in this kernel"
	# Without a limit to atomic allocations and with every cache.
	for d in failslab fail_page_alloc fail_iommufd; do
		[ -d "/sys/kernel/debug/$d" ] || continue
		[ ! -e "/sys/kernel/debug/$d/ignore-gfp-wait" ] || echo N >"/sys/kernel/debug/$d/ignore-gfp-wait"
		echo 0 >"/sys/kernel/debug/$d/verbose"
	done
	# Not bind: the kernel's own ACPI code does not survive a fault while the device is enabled.
	iommuctl bind "$dev" -q
	undo='iommuctl destroy "$(cat /tmp/out)"' fails_cleanly ioas-alloc -q
	ioas=$(cat /tmp/out)
	undo='iommuctl destroy "$(cat /tmp/out)"' fails_cleanly hwpt-alloc "$dev" "$ioas" -q
	hwpt=$(cat /tmp/out)
	undo='iommuctl ioas-unmap "$ioas" --all' fails_cleanly ioas-map "$ioas" 64K --iova=0x1000000 -q
	undo='iommuctl ioas-unmap "$ioas" 0x2000000 64K' fails_cleanly ioas-copy "$ioas" 0x1000000 64K "$ioas" --iova=0x2000000
	undo='iommuctl detach "$dev"' fails_cleanly attach "$dev" "$ioas"
	undo= fails_cleanly detach "$dev"
	undo= fails_cleanly iova-ranges "$ioas"
	undo= fails_cleanly allow-iovas "$ioas" 0x100000-0xfffffff
	undo= fails_cleanly option huge-pages --ioas="$ioas"
	undo='iommuctl destroy "$(cat /tmp/out)"' fails_cleanly fault-queue alloc -q
	iommuctl destroy "$(cat /tmp/out)" "$hwpt"
	undo= fails_cleanly ioas-unmap "$ioas" --all
	undo= fails_cleanly destroy "$ioas"
	iommuctl unbind "$dev"
	assert_equal "$(state)" "[[],[],[],[],1]"
}

@test "stress: a thousand rounds of attach, replace and destroy leave the keeper as it was" {
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	rounds=${ROUNDS:-1000}
	one()
	{
		"$IOMMUCTL" attach "$dev" "$ioas" -q >/dev/null
		hwpt=$("$IOMMUCTL" hwpt-alloc "$dev" "$ioas" -q)
		"$IOMMUCTL" replace "$dev" "$hwpt" -q >/dev/null
		"$IOMMUCTL" detach "$dev" -q
		"$IOMMUCTL" destroy "$hwpt" -q
	}
	one
	before=$(state) fds=$(descriptors) rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$keeper/status")
	for ((i = 0; i < rounds; i++)); do one; done
	assert_equal "$(state)" "$before"
	assert_equal "$(descriptors)" "$fds"
	after=$(awk '/^VmRSS/ { print $2 }' "/proc/$keeper/status")
	echo "# $rounds rounds: keeper $fds descriptors, $rss kB before, $after kB after" >&3
	[ "$after" -le $((rss + 64)) ]
}

@test "stress: eight commands at once in one session" {
	for i in 1 2 3 4 5 6 7 8; do
		for j in 1 2 3; do "$IOMMUCTL" ioas-alloc -q; done >"/tmp/ids.$i" &
	done
	wait
	assert_equal "$(cat /tmp/ids.* | sort -nu | wc -l)" 24
	assert_equal "$(iommuctl session show --json | jq '.objects | length')" 24
}
