# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Fault injection: each operation is made to fail at each place inside the kernel where it can. Sourced by cases, and by
# scripts that with_mock runs.

declare -F fail >/dev/null || fail()
{
	echo "fail: $*" >&2
	exit 9
}

# can_inject: whether this kernel can; every kind of fault is then let through.
can_inject()
{
	local d
	rm -f /tmp/fail-nth.table
	[ -e "${builddir:?}/tests/lib/fail_nth.so" ] && [ -e /proc/thread-self/fail-nth ] || return 1
	# Without a limit to atomic allocations and with every cache.
	for d in failslab fail_page_alloc fail_iommufd; do
		[ -d "/sys/kernel/debug/$d" ] || continue
		[ ! -e "/sys/kernel/debug/$d/ignore-gfp-wait" ] || echo N >"/sys/kernel/debug/$d/ignore-gfp-wait"
		echo 0 >"/sys/kernel/debug/$d/verbose"
	done
}

# The session as it is shown: objects, mappings, attachments, what is unfinished, descriptors.
session_state()
{
	"$IOMMUCTL" session show
}

# fails_cleanly COMMAND...: n = 1, 2, ... until nothing is injected any more; while it fails, nothing may have changed. $undo
# takes back what a command does that the kernel got over a fault in. What it did in the end stays, its output is in /tmp/out.
fails_cleanly()
{
	local n before log=/tmp/fail-nth.log status name=$1
	[[ ! ${2-} =~ ^[a-z]+$ ]] || name="$1 $2"
	before=$(session_state)
	for n in $(seq 80); do
		rm -f "$log"
		status=0
		FAIL_NTH=$n FAIL_NTH_LOG=$log LD_PRELOAD="$builddir/tests/lib/fail_nth.so" "$IOMMUCTL" "$@" >/tmp/out 2>/tmp/err || status=$?
		[ "$status" -le 1 ] || fail "$*, n=$n: status $status: $(cat /tmp/err)"
		if [ "$status" = 1 ]; then
			[ -s /tmp/err ] || fail "$*, n=$n: no message"
			[ "$(session_state)" = "$before" ] || fail "$*, n=$n: left something: $(session_state)"
			continue
		fi
		[ -e "$log" ] || { echo "fail-nth $name: $((n - 1)) places, $VM_KERNEL" >>/tmp/fail-nth.table; return 0; }
		[ -z "${undo-}" ] || eval "$undo" >/dev/null
	done
	fail "$* still has faults at n=80"
}
