# SPDX-License-Identifier: GPL-2.0-or-later
# What every Bats file loads: the program, its folder, and stricter helpers.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

: "${srcdir:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${builddir:=$srcdir/build}"
: "${IOMMUCTL:=$builddir/iommuctl}"
export srcdir builddir IOMMUCTL

iommuctl() { "$IOMMUCTL" "$@"; }

# run_split COMMAND...: like run, with stdout in $output and stderr in $stderr.
run_split() {
  local err="$BATS_TEST_TMPDIR/stderr"
  output=$("$@" 2>"$err") && status=0 || status=$?
  # shellcheck disable=SC2034
  stderr=$(tr -d '\0' <"$err")
  assert_no_crash
}

# A signal, or a status that is never ours, is a bug whatever the test expects.
assert_no_crash() {
  if [ "$status" -ge 126 ]; then
    fail "exit status $status: not one of ours"
  fi
}

# Where memory is being checked, what is measured is the checker (IOMMUCTL_CHECKED: tests/lib/checked).
unchecked() {
  [ -z "${IOMMUCTL_CHECKED-}" ] || skip "under $IOMMUCTL_CHECKED: $1"
}

# not_under CHECKER REASON: the same for what only one of them cannot do.
not_under() {
  [ "${IOMMUCTL_CHECKED-}" != "$1" ] || skip "under $1: $2"
}

# Nothing stands between the test and the process of the program, whose number it is about.
own_process() {
  export IOMMUCTL_OWN_PROCESS=1
}

need_strace() {
  unchecked "system calls are traced"
  command -v strace >/dev/null || skip "strace is not installed"
  strace -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
}

# refuses STATUS WORD COMMAND...: exits with STATUS, names WORD on stderr in its first line, prints nothing.
refuses() {
  local want=$1 word=$2
  shift 2
  run_split "$@"
  assert_equal "$status" "$want"
  assert_equal "$output" ""
  [[ "${stderr%%$'\n'*}" == *"$word"* ]] || fail "'$word' is not in: $stderr"
}

# Skips where the program was built without the libraries that unpack.
need_compression() {
  "$IOMMUCTL" --version --json | jq -e '.features | .gzip and .xz and .zstd' >/dev/null || skip "built without gzip, xz or zstd"
}
