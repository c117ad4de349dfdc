#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# watch: records of a stream in the format of /dev/kmsg, decoded as they come.

load ../lib/common

fault='4,900,61000000,-;DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xdead0000 [fault reason 0x06] PTE Read access is not set'
other='6,901,61000001,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd'
config='6,10,500000,-;DMAR: Host address width 39'

@test "a file of another form is refused, and decode named" {
  echo '[    0.361089] DMAR: Host address width 39' >"$BATS_TEST_TMPDIR/dmesg"
  refuses 2 "iommuctl decode, which reads logs" iommuctl watch --input="$BATS_TEST_TMPDIR/dmesg"
  refuses 2 "'$BATS_TEST_TMPDIR': Is a directory" iommuctl watch --input="$BATS_TEST_TMPDIR"
  run_split iommuctl watch --input=/dev/null
  assert_equal "$status$output$stderr" 0
}

@test "the last line of a stream needs no end" {
  run_split iommuctl watch --json --input=- < <(printf '4,2,2000,-;DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x7cd80000 [fault reason 0x06] PTE Read access is not set')
  assert_equal "$(jq -r '.records[].device' <<<"$output")" 00:02.0
}

@test "on a terminal it says that it waits, and how it ends" {
  command -v script >/dev/null || skip "script is not installed"
  head -c 0 /dev/kmsg 2>/dev/null || skip "the kernel's log cannot be read here"
  run script -qec "'$IOMMUCTL' watch --timeout=0.1" /dev/null </dev/null
  assert_output --partial "waiting for faults and events from now on"
  run script -qec "'$IOMMUCTL' watch -q --timeout=0.1" /dev/null </dev/null
  assert_output ""
}

@test "a time can have a unit" {
  run iommuctl watch --timeout=1h --input=/dev/null
  assert_success
  refuses 2 "'1x' is no time" iommuctl watch --timeout=1x
  refuses 2 "--timeout=0 leaves no time" iommuctl watch --timeout=0
}

@test "faults come out decoded; other lines, attached lines and settings do not" {
  printf '%s\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n%s\n%s\n' "$fault" "$other" "$config" >"$BATS_TEST_TMPDIR/kmsg"
  run_split iommuctl watch --input="$BATS_TEST_TMPDIR/kmsg" --json-lines
  assert_equal "$status" 0
  assert_equal "$(jq -c '[.schema, .kind, .device, .address, .time]' <<<"$output")" \
    '["iommuctl/1","fault","01:00.0","0xdead0000","61.000000"]'
  run_split iommuctl watch --input="$BATS_TEST_TMPDIR/kmsg"
  [[ "$output" == *"01:00.0"* && "$output" != *usb* ]]
  run_split iommuctl watch -v --input="$BATS_TEST_TMPDIR/kmsg" --json
  assert_equal "$(jq -c '[.command, (.records | map(.kind))]' <<<"$output")" '["watch",["fault","config"]]'
}

@test "a fault is shown while the stream goes on, --count ends it" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  "$IOMMUCTL" watch --input="$BATS_TEST_TMPDIR/fifo" --json-lines --count=2 >"$BATS_TEST_TMPDIR/out" &
  local pid=$! i
  exec 7>"$BATS_TEST_TMPDIR/fifo"
  echo "$fault" >&7
  for ((i = 0; i < 50; i++)); do
    [ -s "$BATS_TEST_TMPDIR/out" ] && break
    sleep 0.1
  done
  assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/out")" 1
  echo "${fault/dead0000/beef0000}" >&7
  wait "$pid"
  exec 7>&-
  assert_equal "$(jq -rs 'map(.address) | join(" ")' <"$BATS_TEST_TMPDIR/out")" "0xdead0000 0xbeef0000"
}

@test "--timeout ends it: 0 by itself, 1 when --count was not reached" {
  run_split bash -c 'sleep 3 | "$IOMMUCTL" watch --input=- --timeout=0.2'
  assert_equal "$status" 0
  run_split bash -c 'sleep 3 | "$IOMMUCTL" watch --input=- --timeout=0.2 --count=1 --json'
  assert_equal "$(jq -c .records <<<"$output")" "[]"
  run_split bash -c 'set -o pipefail; sleep 0.1 | "$IOMMUCTL" watch --input=- --count=1'
  assert_equal "$status" 1
}

@test "a signal ends it cleanly, and what was seen is printed" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  "$IOMMUCTL" watch --input="$BATS_TEST_TMPDIR/fifo" --json >"$BATS_TEST_TMPDIR/out" &
  local pid=$! status=0
  exec 7>"$BATS_TEST_TMPDIR/fifo"
  echo "$fault" >&7
  sleep 0.5
  kill -TERM "$pid"
  wait "$pid" || status=$?
  exec 7>&-
  assert_equal "$status" 0
  assert_equal "$(jq -r '.records[0].kind' <"$BATS_TEST_TMPDIR/out")" fault
}

@test "records without an end, too long, with NULs and control characters do no harm" {
  { printf '4,1,1,-;DMAR: '; head -c 100000 /dev/zero | tr '\0' x; printf '\n%s\n4,2,2,-;DMAR: \033[31m\0\n' "$fault"; printf '4,3'; } >"$BATS_TEST_TMPDIR/kmsg"
  run_split iommuctl watch --input="$BATS_TEST_TMPDIR/kmsg" --json-lines
  assert_equal "$(jq -r .kind <<<"$output")" fault
}

@test "wrong values and a log that cannot be opened are refused" {
  refuses 2 "'never'" iommuctl watch --timeout=never
  refuses 2 "'0'" iommuctl watch --count=0
  refuses 2 "$BATS_TEST_TMPDIR/none" iommuctl watch --input="$BATS_TEST_TMPDIR/none"
}

@test "a reader that has seen enough ends it" {
  for i in 1 2 3; do echo "$fault"; done >"$BATS_TEST_TMPDIR/kmsg"
  run_split bash -c '{ sleep 0.2; "$IOMMUCTL" watch --json-lines --input="$BATS_TEST_TMPDIR/kmsg"; echo $? >&2; } | true'
  assert_equal "$stderr" 1
}
