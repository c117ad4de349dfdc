# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What measurements share. A script tests/bench/NAME measures, compares with bench_ratio and bench_limit, and ends with
# bench_end; "make bench" runs all of them. Figures are ratios of runs that alternate, so that a busy machine slows both sides.

: "${srcdir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${builddir:=$srcdir/build}"
: "${IOMMUCTL:=$builddir/iommuctl}"
bench_failed=0
# What is installed here decides neither the time nor the names.
export IOMMUCTL_PCI_IDS="$srcdir/tests/captures/sysfs/pci.ids"

# bench_dir: a folder in memory, where there is one, that ends with the script.
bench_dir()
{
	local parent=${TMPDIR:-/tmp}
	[ ! -w /dev/shm ] || parent=/dev/shm
	mktemp -d "$parent/iommuctl-bench.XXXXXX"
}
# shellcheck disable=SC2154 # the script that loads this sets it
trap '[ -z "${work-}" ] || rm -rf "$work"' EXIT

# bench_measure ROUNDS COMMAND...: runs them in turn. Sets bench_results, one line a command (see measure.c).
bench_measure()
{
	mapfile -t bench_results < <("$builddir/tests/bench/measure" "$@")
	[ ${#bench_results[@]} = $(($# - 1)) ] || exit 1
	printf '%10s %10s %10s %10s  %s\n' 'least ms' 'median ms' 'cpu ms' 'KiB' 'command'
	local least median cpu memory command
	for line in "${bench_results[@]}"; do
		read -r least median cpu memory command <<<"$line"
		printf '%10s %10s %10s %10s  %s\n' "$least" "$median" "$cpu" "$memory" "${command//"$builddir/"/}"
	done
}

bench_field() { read -ra fields <<<"${bench_results[$1]}"; echo "${fields[$2]}"; }
# Of command N: least processor time, which does not count what others do meanwhile; and memory in MiB.
bench_least() { bench_field "$1" 2; }
bench_memory() { awk -v k="$(bench_field "$1" 3)" 'BEGIN { printf "%.1f", k / 1024 }'; }

bench_say() # WHAT VALUE -le|-ge LIMIT
{
	local verdict
	verdict=$(awk -v v="$2" -v op="$3" -v l="$4" 'BEGIN { print (op == "-le" ? v <= l : v >= l) ? "ok" : "MISSED" }')
	[ "$verdict" = ok ] || bench_failed=1
	printf '%-44s %8s  %s %s  %s\n' "$1" "$2" "$([ "$3" = -le ] && echo 'at most' || echo 'at least')" "$4" "$verdict"
}

# bench_ratio WHAT TIME OTHER -le|-ge LIMIT
bench_ratio() { bench_say "$1" "$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')" "$4" "$5"; }
# bench_limit WHAT VALUE LIMIT: at most
bench_limit() { bench_say "$1" "$2" -le "$3"; }

# bench_needs PROGRAM...: without them the script ends, and that is no failure.
bench_needs()
{
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || { echo "skipped: no $program"; exit 0; }
	done
}

# bench_calls WHAT LIMIT COMMAND OTHER: how many system calls more than OTHER a command makes
bench_calls()
{
	command -v strace >/dev/null || return 0
	local n=() c
	for c in "$3" "$4"; do
		# shellcheck disable=SC2086 # words
		n+=("$(strace -qq $c 2>&1 >/dev/null | grep -c '^[a-z_0-9]*(')")
	done
	bench_limit "$1" $((n[0] - n[1])) "$2"
}
bench_end() { exit "$bench_failed"; }
