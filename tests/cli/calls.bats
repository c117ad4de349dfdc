#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Budgets of system calls: what commands cost that does not depend on how busy a machine is. "make bench" has the times.

load ../lib/common
load ../lib/trees

setup() {
  need_strace
}

# calls COMMAND...: how many system calls it makes, its children too. Sets $n.
calls() {
  strace -f -qq -o "$BATS_TEST_TMPDIR/trace" "$@" >/dev/null 2>&1 || [ $? = 1 ]
  n=$(grep -c '^[0-9]* *[a-z_0-9]*(' "$BATS_TEST_TMPDIR/trace")
}

# over_true COMMAND...: how many more than a program that does nothing.
over_true() {
  calls "$(type -P true)"
  local nothing=$n
  calls "$@"
  n=$((n - nothing))
  echo "# $((n)) calls over those of true: ${*:2}" >&3
}

machines() {
  for n in 128 256; do
    "$srcdir/tests/bench/make-machine" "$n" | "$builddir/tests/lib/mktree" "$BATS_TEST_TMPDIR/m$n"
  done
}

# per_device WORD...: hundredths of a call that each further device costs. Sets $hundredths.
per_device() {
  calls "$IOMMUCTL" "$@" --sysroot "$BATS_TEST_TMPDIR/m128"
  local few=$n
  calls "$IOMMUCTL" "$@" --sysroot "$BATS_TEST_TMPDIR/m256"
  hundredths=$(((n - few) * 100 / 128))
  echo "# $hundredths hundredths of a call a device: $*" >&3
}

@test "calls: starting, and decoding a word, take few" {
  over_true "$IOMMUCTL" --version
  [ "$n" -le 30 ]
  over_true "$IOMMUCTL" decode --type=intel-vtd CAP=0xd2008c40660462
  [ "$n" -le 30 ]
  over_true "$IOMMUCTL" decode --json --type=intel-vtd CAP=0xd2008c40660462
  [ "$n" -le 30 ]
}

@test "calls: nothing but json-c and the C library is loaded to start, no other program, and output is one write" {
  for words in "--version" "decode --type=intel-vtd CAP=0xd2008c40660462" "explain EPERM"; do
    # shellcheck disable=SC2086 # words
    calls "$IOMMUCTL" $words
    assert_equal "$words $(grep -c 'open.*\.so\.[0-9]' "$BATS_TEST_TMPDIR/trace")" "$words 2"
    assert_equal "$words $(grep -c ' \(execve\|clone\|clone3\|fork\|vfork\)(' "$BATS_TEST_TMPDIR/trace")" "$words 1"
    assert_equal "$words $(grep -c ' write(1,' "$BATS_TEST_TMPDIR/trace")" "$words 1"
  done
}

@test "calls: a machine's views cost few a device, on top of little" {
  machines
  per_device list --json
  [ "$hundredths" -le 600 ]
  per_device list
  [ "$hundredths" -le 600 ]
  per_device hwinfo --json
  [ "$hundredths" -le 250 ]
  per_device check --json
  [ "$hundredths" -le 1100 ]
  per_device report
  [ "$hundredths" -le 1100 ]
}

@test "calls: no file of a device is opened twice" {
  machines
  for words in "list --json" "list" "hwinfo" "check" "report"; do
    # shellcheck disable=SC2086 # words
    calls "$IOMMUCTL" $words --sysroot "$BATS_TEST_TMPDIR/m256"
    twice=$(sed -n 's/.*openat2*([^"]*"\(sys[^"]*\/[0-9a-f:.]*\/[^"]*\)".*/\1/p' "$BATS_TEST_TMPDIR/trace" | sort | uniq -d | head -3)
    assert_equal "$words: $twice" "$words: "
  done
}
