#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# decode: logs that are damaged, or were made to do harm. Each is decoded as far as it is whole, and the rest is named with its place.

load ../lib/common

logs="$srcdir/tests/bad/logs"
fault='DMAR: [DMA Write NO_PASID] Request device [02:00.0] fault addr 0xffe4c000 [fault reason 0x05] PTE Write access is not set'

# decodes FILE GOOD MALFORMED...: what is whole ("LINE KIND", one a line, in order), then each damaged place ("LINE WHY").
decodes() {
  local file=$logs/$1 good=$2
  shift 2
  run_split iommuctl decode --json "$file"
  assert_equal "$status" 0
  assert_equal "$stderr" ''
  assert_equal "$(jq -r '.records[] | select(.kind != "malformed") | "\(.source.line) \(.kind)"' <<<"$output")" "$good"
  assert_equal "$(jq -r '.records[] | select(.kind == "malformed") | "\(.source.line) \(.why)"' <<<"$output" | sort -n)" "$(printf '%s\n' "$@")"
  assert_equal "$(jq .totals.malformed <<<"$output")" "$(grep -c . <<<"$(printf '%s\n' "$@")")"
  iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
  harmless "$output"
  run_split iommuctl decode --color=never "$file"
  assert_equal "$status" 0
  harmless "$output$stderr"
}

# No control characters, neither of ASCII nor those of Unicode, and nothing that turns the direction of text.
harmless() {
  ! LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' <(printf '%s' "$1") || fail "control characters: $(cat -v <<<"$1")"
}

@test "truncated records" {
  decodes truncated.log '5 fault' '1 the event has four words, but not all of them came' \
    '3 the line ends in the middle of the message' '4 the line ends in the middle of the message' \
    '6 the line ends in the middle of the message'
  # What is whole of them is decoded.
  assert_equal "$(iommuctl decode --json "$logs/truncated.log" | jq -r '.records[] | select(.source.line == 3) | .registers.CAP.value')" \
    0x00d2008c40660462
  run_split iommuctl decode - <<<'AMD-Vi: Event logged [IO_PAGE_FAULT device=00:02.0 domain=0x0000 add'
  assert_equal "${output%%$'\n'*}" \
    '1: malformed: 00:02.0: IO_PAGE_FAULT (0x02); the line ends in the middle of the message; domain 0x0000'
}

@test "values wider than the register, and values that are none" {
  decodes too-wide.log '3 config' "1 the value of 'cap' is wider than 64 bits" "2 the value of 'cap' is not a number" \
    "4 the value of 'address' is wider than 64 bits"
  # The reason behind the damaged address does not hide the device.
  assert_equal "$(iommuctl decode --json "$logs/too-wide.log" | jq -r '.records[] | select(.source.line == 4) | .device')" 02:00.0
}

@test "interleaved lines: each SMMU's are kept apart, what is missing of one is said" {
  decodes interleaved.log $'11 fault\n2 fault' '1 the event has four words, but not all of them came' \
    '9 the event has four words, but not all of them came'
}

@test "NULs" {
  decodes_all nul.log $'1 config\n2 fault\n3 registers'
}

@test "invalid UTF-8" {
  decodes_all invalid-utf8.log $'1 config\n2 fault'
}

@test "terminal escapes" {
  decodes escapes.log $'1 config\n3 registers\n4 fault' "2 the event's four words did not come"
  # Not by way of messages either, nor of --verbose.
  run_split iommuctl decode --verbose "$logs/escapes.log" $'/nonexistent/\e[31m\a'
  assert_equal "$status" 1
  harmless "$output$stderr"
}

# The same for files without anything damaged.
decodes_all() {
  run_split iommuctl decode --json "$logs/$1"
  assert_equal "$status" 0
  assert_equal "$(jq -r '.records[] | "\(.source.line) \(.kind)"' <<<"$output")" "$2"
  iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
  harmless "$output"
  run_split iommuctl decode "$logs/$1"
  assert_equal "$status" 0
  harmless "$output$stderr"
}

line_of_megabytes() {
  {
    head -c 3000000 /dev/zero | tr '\0' x
    printf ' %s ' "$fault"
    head -c 3000000 /dev/zero | tr '\0' y
    printf ' DMAR: Host address width 46 '
    head -c 3000000 /dev/zero | tr '\0' z
    printf '\nDMAR: Host address width 39\n'
  } >"$BATS_TEST_TMPDIR/log"
}

@test "a line of megabytes: each message in it is found" {
  line_of_megabytes
  run_split iommuctl decode --json "$BATS_TEST_TMPDIR/log"
  assert_equal "$status" 0
  assert_equal "$(jq -c '.records | map([.source.line, .kind, .bits])' <<<"$output")" \
    '[[1,"fault",null],[1,"config",46],[2,"config",39]]'
}

@test "words that fill a record: no key is cut, a device's name has an end" {
  local zeros
  zeros=$(printf '%02500d' 0)
  run_split iommuctl decode --json - <<<"pci 0000:iommu$zeros:1f.3: Adding to iommu group 3"$'\n'"iommu: Default domain type: iommu$zeros (set via kernel command line)"
  assert_equal "$status" 0
  assert_equal "$(jq -c '.records[] | [.device, .group, (keys | map(select(test("^[a-z][a-z0-9_]*$") | not)))]' <<<"$output")" \
    '[null,3,[]]'$'\n''[null,null,[]]'
  run_split iommuctl decode --json - <<<"AMD-Vi: Event logged [${zeros//0/X} device=00:02.0 address=0x1 first=0x1 second=0x2]"
  assert_equal "$status" 0
  assert_equal "$(jq -c '.records[] | [keys[] | select(test("^[a-z][a-z0-9_]*$") | not)]' <<<"$output")" '[]'
}

@test "numbers that no int holds" {
  run_split iommuctl decode --json - <<<'pci 0000:00:1f.3: Failed to add to iommu group 3: -9223372036854775808'
  assert_equal "$(jq -c '.records[] | [.kind, .error, .why]' <<<"$output")" \
    '["malformed",null,"the value of '"'error'"' is wider than 31 bits"]'
}

@test "a line of megabytes: memory stays small" {
  unchecked "memory is limited"
  line_of_megabytes
  run_split bash -c 'ulimit -v 200000; "$IOMMUCTL" decode --json "$1"' - "$BATS_TEST_TMPDIR/log"
  assert_equal "$status" 0
  assert_equal "$(jq '.records | length' <<<"$output")" 3
}
