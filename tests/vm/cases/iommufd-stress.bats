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

@test "stress: every operation fails cleanly at each place where the kernel can fail" {
	# shellcheck source=tests/vm/fail_nth.bash
	. "$srcdir/tests/vm/fail_nth.bash"
	can_inject || skip "no fault injection in this kernel, or fail_nth.so was not built"
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
	sed 's/^/# /' /tmp/fail-nth.table >&3
	iommuctl unbind "$dev"
	assert_equal "$(state)" "[[],[],[],[],1]"
}

@test "stress: a thousand rounds of attach, replace and destroy leave the keeper as it was" {
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	# The lowest free ids are given out, so that every round has the same: the table that the kernel makes, and ours.
	hwpt=$((ioas + 2))
	rounds=${IOMMUCTL_ROUNDS:-1000}
	lines="attach $dev $ioas -q
hwpt-alloc $dev $ioas -q
replace $dev $hwpt -q
detach $dev -q
destroy $hwpt -q"
	# A few by programs of their own, with signs of life between.
	for i in 1 2 3; do
		while read -r line; do
			# shellcheck disable=SC2086 # words
			"$IOMMUCTL" $line >/tmp/out
			[[ $line != hwpt-alloc* ]] || assert_equal "$(cat /tmp/out)" "$hwpt"
		done <<<"$lines"
	done
	before=$(state) fds=$(descriptors) rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$keeper/status")
	# The rest by a client that is one process: each command connects anew, so it is the same to the keeper and the kernel.
	# On one processor, as waking the other one is what costs most under emulation.
	taskset -p 1 "$keeper" >/dev/null
	taskset 1 "$builddir/tests/lib/many" "$rounds" <<<"$lines" >/tmp/out
	assert_equal "$(grep -c "^$hwpt\$" /tmp/out)" $((2 * rounds))
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
