#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# ps where nobody holds anything: the document's shape, refusals.

load ../lib/common

@test "nobody holds anything: a line, and an empty list" {
  [ ! -e /dev/iommu ] && [ ! -e /dev/vfio ] || skip "this machine has VFIO"
  run_split iommuctl ps
  assert_equal "$status" 0
  [[ "$output" == "no process"*"holds any of it" ]]
  run_split iommuctl ps -q
  assert_equal "$status$output$stderr" 0
  run_split iommuctl ps --json
  assert_equal "$status" 0
  assert_equal "$(jq -c '[.command, .processes, (.unseen | type)]' <<<"$output")" '["ps",[],"number"]'
}

@test "a device that is not there is refused" {
  refuses 2 "'vfio99'" iommuctl ps vfio99
}

@test "a saved machine has no processes" {
  refuses 2 "--from" iommuctl ps --from=x
}

@test "a list of processes that cannot be read is a failure, not an empty answer" {
  need_strace
  run_split strace -qq -o "$BATS_TEST_TMPDIR/trace" -P /proc -e trace=openat,getdents64 -e inject=openat:error=EMFILE "$IOMMUCTL" ps --json
  assert_equal "$status $(jq -r '.errors[0].errno' <<<"$output")" "1 EMFILE"
  run_split strace -qq -o "$BATS_TEST_TMPDIR/trace" -P /proc -e trace=openat,getdents64 -e inject=getdents64:error=EIO "$IOMMUCTL" ps
  assert_equal "$status" 1
  [[ $stderr == *"cannot list all processes: Input/output error"* ]]
}
