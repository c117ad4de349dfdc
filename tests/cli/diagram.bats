#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Registers as pictures: boxes, widths, letters with their legend, reserved bits, colour.

load ../lib/common

# on_terminal COLUMNS COMMAND: what a person sees on a terminal of that width, without carriage returns.
on_terminal() {
  script -qec "stty cols $1 rows 1000; $2" /dev/null </dev/null | tr -d '\r'
}

@test "a register is drawn with its bits, names and values, in ASCII where the locale is" {
  LC_ALL=C run iommuctl decode --type=intel-vtd --diagram CAP=0x80d2008c222f0606
  assert_success
  assert_equal "$(sed -n 3,9p <<<"$output")" \
"CAP  0x80d2008c222f0606  capabilities
    63  62  61  60  59  58  57  56  55  54  53  52  51  50  49  48
  +---+---+---+---+---+-------+---+---+---+-----------------------+
  | a | b | c | d | PI|///////| e |DRD|DWD|          MAMV         |
  | 1 | 0 | 0 | 0 | 0 |///////| 0 | 1 | 1 | 0   1   0   0   1   0 |
  | 1 | 0 | 0 | 0 | 0 |///////| 0 | 1 | 1 |          0x12         |
  +---+---+---+---+---+-------+---+---+---+-----------------------+"
  assert_line "  a  ESRTPS     63  = 1  hardware invalidates when the table is set"
  assert_line "  // reserved"
  # One of the two boxes of a field that a row's end cuts has the value.
  assert_line --partial "|  ..."
  assert_line --partial "|              0x22             |"
}

@test "a diagram in UTF-8 has lines of its own, and no letter is left unexplained" {
  LC_ALL=C.UTF-8 run iommuctl decode --type=intel-vtd --diagram ECAP=0x480080f00fce
  assert_success
  assert_line --partial "┬"
  assert_line "  ░░ reserved"
  local drawn explained
  drawn=$(grep -oP '│ +\K[a-zA-Z](?= +│)' <<<"$output" | grep -vx C | sort)
  explained=$(sed -nE 's/^  ([a-zA-Z])  [A-Z].* = .*/\1/p' <<<"$output" | sort)
  [ -n "$drawn" ]
  assert_equal "$drawn" "$explained"
}

@test "reserved bits that are set stand out in the diagram, and in a warning" {
  LC_ALL=C run iommuctl decode --type=intel-vtd --diagram --color=always CAP=0x0200000000000000
  assert_success
  assert_line --partial $'\e[33m1\e['
  assert_line --partial "reserved, yet set: bit 57"
  NO_COLOR=1 LC_ALL=C run iommuctl decode --type=intel-vtd --diagram CAP=0x0200000000000000
  refute_output --partial $'\e'
}

@test "rows of a diagram are as wide as the terminal: 8, 16, 32 bits, and no line is wider" {
  local columns first
  for columns in 40:31 80:31 200:31 80:63 200:63 300:63; do
    run on_terminal "${columns%:*}" "LC_ALL=C.UTF-8 TERM=dumb NO_COLOR=1 '$IOMMUCTL' --no-pager decode --type=$([ "${columns#*:}" = 63 ] && echo amd-vi --diagram EFR=25bf732fa2295afe || echo arm-smmuv3 --diagram IDR0=0d7fffff)"
    assert_success
    [ "$(LC_ALL=C.UTF-8 wc -L <<<"$output")" -le "${columns%:*}" ] || fail "$columns: $output"
    first=$(grep -m1 -E '^ +[0-9]+ +[0-9]+ ' <<<"$output" | wc -w)
    case $columns in
    40:*) assert_equal "$first" 8 ;;
    80:*) assert_equal "$first" 16 ;;
    200:*) assert_equal "$first" 32 ;;
    300:*) assert_equal "$first" 64 ;;
    esac
  done
}

@test "every register of the captured machines can be drawn" {
  local capture
  for capture in "$srcdir"/data/captures/*.json; do
    run iommuctl hwinfo --from "$capture" --diagram
    assert_success
    assert_equal "$(grep -cE '^[A-Z0-9]+  0x' <<<"$output")" \
      "$(iommuctl hwinfo --from "$capture" --json | jq '[.iommus[].registers | length] | add')"
  done
}

@test "--diagram needs registers, and is text" {
  refuses 2 "--diagram" iommuctl decode --diagram /dev/null
  refuses 2 "--raw" iommuctl hwinfo --from "$srcdir/data/captures/vtd-guest.json" --diagram --raw
  refuses 2 "--get" iommuctl hwinfo --from "$srcdir/data/captures/vtd-guest.json" --diagram --get=type
  assert_equal "$(iommuctl decode --type=intel-vtd --diagram --json VER=0x10)" "$(iommuctl decode --type=intel-vtd --json VER=0x10)"
}
