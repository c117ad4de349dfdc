# SPDX-License-Identifier: GPL-2.0-or-later
# Many sessions and many objects on a real iommufd. In the guest's environment (run --env) IOMMUCTL_SESSIONS=200 and
# IOMMUCTL_OBJECTS=10000 are the long versions. (Without a kernel: tests/cli/scale.bats.)
# vm: platforms=vtd-scalable kernels=7.3

setup()
{
	load ../lib
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
	chmod 700 "$XDG_RUNTIME_DIR"
	unset IOMMUCTL_SESSION
}

teardown()
{
	local pid
	for pid in $(iommuctl session list --json | jq '.sessions[].keeper'); do
		kill "$pid" 2>/dev/null || :
	done
}

@test "scale: many sessions at once, each with its iommufd" {
	n=${IOMMUCTL_SESSIONS:-10}
	for ((i = 0; i < n; i++)); do
		echo "session start s$i -q"
		echo "-S s$i ioas-alloc -q"
	done >"$BATS_TEST_TMPDIR/lines"
	while read -r line; do
		"$builddir/tests/lib/many" 1 <<<"$line"
	done <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/out"
	assert_equal "$(grep -cx 1 "$BATS_TEST_TMPDIR/out")" "$n"
	run_split iommuctl session list --json
	assert_equal "$(jq -c '[.sessions | length, ([.[] | select(.state == "alive")] | length)]' <<<"$output")" "[$n,$n]"
	# Each holds one iommufd, as the kernel's own list of open files says.
	run_split iommuctl ps --json
	assert_equal "$(jq -c '[.processes[] | select(.command == "iommuctl-keeper" and .iommufds == 1)] | length' <<<"$output")" "$n"
}

@test "scale: many objects in one session, and all of them go with it" {
	n=${IOMMUCTL_OBJECTS:-200}
	IOMMUCTL_SESSION=$(iommuctl session start lab -q)
	export IOMMUCTL_SESSION
	start=$EPOCHREALTIME
	"$builddir/tests/lib/many" "$n" <<<"ioas-alloc -q" >"$BATS_TEST_TMPDIR/ids"
	echo "# $n objects: $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms" >&3
	assert_equal "$(sort -nu "$BATS_TEST_TMPDIR/ids" | wc -l)" "$n"
	assert_equal "$(iommuctl session show --json | jq '.objects | length')" "$n"
	last=$(tail -n 1 "$BATS_TEST_TMPDIR/ids")
	iommuctl ioas-map "$last" 64K --iova=0x1000000 -q
	iommuctl destroy "$last"
	run_split iommuctl destroy "$last"
	assert_equal "$status" 1
	run_split iommuctl session stop lab
	assert_equal "$status" 0
}
