#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands for iommufd where there is none: what is said, and with which status. Needs no kernel.

load ../lib/common
load ../lib/session

# Every command that opens an iommufd of its own, with operands that would do.
commands=("ioas-alloc" "ioas-map 1 4K" "ioas-unmap 1 --all" "ioas-copy 1 0x1000 4K 2" "iova-ranges 1"
  "allow-iovas 1 0x1000-0x1fff" "option rlimit-mode" "vfio-ioas get" "ioas-change-process" "hwpt-alloc 1 2"
  "hwpt-alloc --probe 1" "hwpt-invalidate 1 --type=vtd-s1 addr=0" "dirty start 1" "dirty stop 1" "dirty read 1 0 4K"
  "attach 1 2" "replace 1 2" "detach 1" "destroy 1" "fault-queue alloc" "fault-queue read 1" "fault-queue respond 1 1 success"
  "viommu-alloc 1 2 --type=selftest" "vdevice-alloc 1 2 0x10" "veventq-alloc 1 --type=selftest" "veventq read 1"
  "hw-queue-alloc 1 0x1000 4K --type=selftest" "noiommu-get-pa 1 0x1000" "session start nowhere")

@test "without /dev/iommu every command says what is missing and exits 2" {
  export FAKE_IOMMUFD=ENOENT
  for c in "${commands[@]}"; do
    # shellcheck disable=SC2086
    run_split iommuctl $c
    assert_equal "$c: $status" "$c: 2"
    assert_equal "$c: $output" "$c: "
    [[ "$stderr" == *"/dev/iommu"*"modprobe iommufd"* ]] || fail "$c: $stderr"
  done
}

@test "with a /dev/iommu that may not be opened every command says whose it is and exits 2" {
  export FAKE_IOMMUFD=EACCES
  for c in "${commands[@]}"; do
    # shellcheck disable=SC2086
    run_split iommuctl $c
    assert_equal "$c: $status" "$c: 2"
    [[ "$stderr" == *"/dev/iommu"*"Permission denied"*"run as root"* ]] || fail "$c: $stderr"
  done
}

@test "with --json the failure is the document" {
  export FAKE_IOMMUFD=ENOENT
  run_split iommuctl ioas-alloc --json
  assert_equal "$status" 2
  assert_equal "$(jq -r '.command, (.errors | length)' <<<"$output" | paste -sd' ')" "ioas-alloc 1"
}

@test "a wrong operand is named, and nothing is made" {
  refuses 2 "'x'" iommuctl ioas-map x 4K
  refuses 2 "'4Q'" iommuctl ioas-map 1 4Q
  refuses 2 "'maybe'" iommuctl fault-queue respond 1 1 maybe
  refuses 2 "'nests'" iommuctl hwpt-alloc 1 2 --flags=nests
  refuses 2 "'0x1000'" iommuctl allow-iovas 1 0x1000
  refuses 2 "'arm'" iommuctl viommu-alloc 1 2 --type=arm
  refuses 2 "'1x'" iommuctl destroy 1x
}

@test "a session's objects are offered to the shell, those that the word can mean" {
  iommuctl session start lab
  export IOMMUCTL_SESSION="$XDG_RUNTIME_DIR/iommuctl/lab.sock" FAKE_IOMMUFD=device
  iommuctl ioas-alloc
  iommuctl ioas-alloc
  assert_equal "$(iommuctl __words -- iova-ranges "" | cut -f1 | paste -sd' ')" "1 2"
  assert_equal "$(iommuctl __words -- dirty start "")" ""
  assert_equal "$(iommuctl __words -- destroy 1 "" | paste -sd,)" $'1\tIOAS,2\tIOAS'
  unset IOMMUCTL_SESSION
  assert_equal "$(iommuctl __words -- destroy "")" ""
  assert_equal "$(iommuctl __words -- -S lab destroy "" | wc -l)" 2
  assert_equal "$(iommuctl __words -- destroy --session=lab 2)" $'2\tIOAS'
  # A session that is gone, or whose keeper was killed, offers nothing and says nothing.
  pid=$(keeper_of lab)
  kill -KILL "$pid"
  gone "$pid"
  run iommuctl __words -- -S lab destroy ""
  assert_equal "$status $output" "0 "
}

@test "names of flags and types are offered for the command they belong to" {
  assert_equal "$(iommuctl __words -- hwpt-alloc --data=v | cut -f1)" "--data=vtd-s1"
  assert_equal "$(iommuctl __words -- hwpt-alloc --flags nest-parent,d | cut -f1)" "nest-parent,dirty-tracking"
  assert_equal "$(iommuctl __words -- option "" | cut -f1 | paste -sd' ')" "rlimit-mode huge-pages"
  assert_equal "$(iommuctl __words -- vfio-ioas "" | cut -f1 | paste -sd' ')" "get set clear"
  assert_equal "$(iommuctl __words -- explain IOMMU_VD | cut -f1)" "IOMMU_VDEVICE_ALLOC"
}
