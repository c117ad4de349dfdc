#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# decode: saved machines, which hold registers and log records.

load ../lib/common

machine="$srcdir/data/captures/vtd-guest.json"

@test "a report gives its registers, decoded anew, and its log records" {
  # What its writer made of the values is not taken over.
  jq '.iommus[0].registers.CAP.fields = {} | .devices[].hw_info = null' "$machine" >"$BATS_TEST_TMPDIR/m.json"
  run_split iommuctl decode --json "$BATS_TEST_TMPDIR/m.json"
  assert_equal "$status" 0
  assert_equal "$(jq -c '.records[0] | [.kind, .iommu, .through, .source.line, .registers.CAP.fields.ND.raw]' <<<"$output")" \
    '["registers","dmar0","sysfs",null,6]'
  assert_equal "$(jq '.records | length' <<<"$output")" "$(jq '1 + (.log.records | length)' "$machine")"
  assert_equal "$(jq .totals.records <<<"$output")" "$(jq '.records | length' <<<"$output")"
  assert_equal "$(jq -r '.records[1].source.file' <<<"$output")" "$BATS_TEST_TMPDIR/m.json"
}

@test "compressed, through a pipe, and one record a line" {
  need_compression
  for tool in gzip xz zstd; do
    assert_equal "$("$tool" -c "$machine" | iommuctl decode --json | jq -r '.records[0].iommu')" dmar0
  done
  assert_equal "$(iommuctl decode --json-lines - <"$machine" | jq -rs '[.[].schema] | unique[]')" iommuctl/1
}

@test "the text has the registers and the log; what repeats is folded" {
  jq '.log.records = [range(5) | {source: {line: (. + 7)}, kind: "fault", device: "02:00.0", address: "0x\(.)", reason: "LGN.2",
    access: "write", meaning: "not allowed"}]' "$machine" >"$BATS_TEST_TMPDIR/m.json"
  run_split iommuctl decode "$BATS_TEST_TMPDIR/m.json"
  assert_equal "$status" 0
  assert_equal "${output%%$'\n'*}" dmar0
  assert_equal "$(grep '^log' <<<"$output")" \
    'log 7-11: fault: 02:00.0: write: LGN.2: not allowed; first at 0x0 (5 times)'
  assert_equal "$(iommuctl decode --no-fold "$BATS_TEST_TMPDIR/m.json" | grep -c '^log')" 5
}

@test "text of a report reaches the terminal without control characters" {
  jq '.log.records = [{kind: "fault", meaning: "\u001b[31mred\u0007", device: "a\nb"}] | .iommus[0].name = "\u001b]0;x"' \
    "$machine" >"$BATS_TEST_TMPDIR/m.json"
  run_split iommuctl decode "$BATS_TEST_TMPDIR/m.json"
  assert_equal "$status" 0
  ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
}

@test "a report among logs; a document that is none is named with its place" {
  printf 'DMAR: Host address width 39\n' >"$BATS_TEST_TMPDIR/log"
  run_split iommuctl decode --json "$BATS_TEST_TMPDIR/log" "$machine"
  assert_equal "$(jq -c '.records[0:2] | map(.kind)' <<<"$output")" '["config","registers"]'
  head -c 3000 "$machine" >"$BATS_TEST_TMPDIR/cut.json"
  refuses 2 "it is cut short" iommuctl decode "$BATS_TEST_TMPDIR/cut.json"
  refuses 2 "it has no list of devices" iommuctl decode <(echo '{"schema":"iommuctl/1"}')
  # Other JSON is read as the text it is.
  run_split iommuctl decode <<<'{"message": "DMAR: Host address width 39"}'
  assert_equal "$status" 0
}
