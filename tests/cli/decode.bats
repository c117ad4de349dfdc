#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# decode: register words, bytes of hwinfo --raw, the list of fields.

load ../lib/common

words() { iommuctl decode --type="$1" --json "${@:2}"; }

@test "a file among register words is told the option for files" {
  : >"$BATS_TEST_TMPDIR/bytes"
  refuses 2 "is a file: --hex=FILE reads bytes" iommuctl decode --type=intel-vtd "$BATS_TEST_TMPDIR/bytes"
  refuses 2 "'CAP' is not NAME=VALUE" iommuctl decode --type=intel-vtd CAP
}

@test "a type that is named by a part of its name is told" {
  refuses 2 "did you mean 'intel-vtd'" iommuctl decode --type=vtd CAP=0x1
  refuses 2 "did you mean 'amd-vi'" iommuctl decode --type=amd EFR=0x1
}

@test "register words decode to fields with their meaning" {
  run_split words intel-vtd CAP=0xd2008c40660462 ECAP=0xf050da
  assert_equal "$status" 0
  assert_equal "$(jq -r '.registers.CAP.value' <<<"$output")" 0x00d2008c40660462
  assert_equal "$(jq -c '.registers.CAP.fields.ND | [.bits, .raw]' <<<"$output")" '["2:0",2]'
  assert_equal "$(jq -r '.capabilities.max_domains' <<<"$output")" 256
  assert_equal "$(jq -r '.type' <<<"$output")" intel-vtd
}

@test "values may lack 0x, names any case; the version may be major:minor" {
  assert_equal "$(words intel-vtd cap=D2008C40660462 VER=4:0 | jq -c '[.registers.CAP.value, .version]')" \
    '["0x00d2008c40660462","4:0"]'
}

@test "every architecture takes its registers" {
  words amd-vi EFR=0x58f77ef22294ade EFR2=0 | jq -e '.registers.EFR.fields.PPRSup.raw == 1'
  words arm-smmuv3 IDR0=0x080fe6bf IDR1=0x0e739d10 IIDR=0x4832043b AIDR=3 | jq -e '.registers.IDR0.fields.S1P.raw == 1'
  words riscv-iommu CAPABILITIES=0x1f802420610 | jq -e '.type == "riscv-iommu"'
}

@test "words that are wrong are named, exit 2, nothing printed" {
  refuses 2 "'CAP'" iommuctl decode --type=intel-vtd CAP
  refuses 2 "'=5'" iommuctl decode --type=intel-vtd =5
  refuses 2 "'EFR' is not a register of intel-vtd: VER, CAP, ECAP" iommuctl decode --type=intel-vtd EFR=1
  refuses 2 "'xyz' in 'CAP=xyz'" iommuctl decode --type=intel-vtd CAP=xyz
  refuses 2 "'' in 'CAP='" iommuctl decode --type=intel-vtd CAP=
  refuses 2 "17 hexadecimal digits" iommuctl decode --type=intel-vtd CAP=0x1ffffffffffffffff
  refuses 2 "9 hexadecimal digits, but IDR0 is 32 bits wide" iommuctl decode --type=arm-smmuv3 IDR0=0x123456789
  refuses 2 "was given before" iommuctl decode --type=intel-vtd CAP=1 cap=2
  refuses 2 "did you mean 'intel-vtd'" iommuctl decode --type=intel-vdt CAP=1
  refuses 2 "--type=intel-vtd needs" iommuctl decode --type=intel-vtd
}

@test "a good word before a wrong one prints nothing either" {
  refuses 2 "'ECAP=zz'" iommuctl decode --type=intel-vtd CAP=1 ECAP=zz
}

@test "leading zeroes do not make a value too wide" {
  words arm-smmuv3 IDR0=0x00000000080fe6bf | jq -e '.registers.IDR0.value == "0x080fe6bf"'
}

@test "bytes of hwinfo --raw come back, binary and as hex digits" {
  # struct iommu_hw_info_vtd: flags, reserved, CAP, ECAP; little endian.
  printf '\1\0\0\0\0\0\0\0\142\4\146\100\214\0\322\0\332\120\360\0\0\0\0\0' >"$BATS_TEST_TMPDIR/vtd.bin"
  run_split iommuctl decode --type=intel-vtd --hex="$BATS_TEST_TMPDIR/vtd.bin" --json
  assert_equal "$status" 0
  assert_equal "$(jq -c '[.registers.CAP.value, .registers.ECAP.value]' <<<"$output")" \
    '["0x00d2008c40660462","0x0000000000f050da"]'
  binary=$output
  run_split bash -c 'od -An -v -tx1 "$1" | "$IOMMUCTL" decode --type=intel-vtd --hex=- --json' - "$BATS_TEST_TMPDIR/vtd.bin"
  assert_equal "$output" "$binary"
}

@test "bytes that are too few, too many or no bytes are refused with the place" {
  printf '\1\0\0' >"$BATS_TEST_TMPDIR/short.bin"
  refuses 2 "ends after byte 3" iommuctl decode --type=intel-vtd --hex="$BATS_TEST_TMPDIR/short.bin"
  printf '0102034' >"$BATS_TEST_TMPDIR/odd.hex"
  refuses 2 "at byte 6" iommuctl decode --type=amd-vi --hex="$BATS_TEST_TMPDIR/odd.hex"
  head -c 70000 /dev/zero >"$BATS_TEST_TMPDIR/long.bin"
  refuses 2 "longer than any" iommuctl decode --type=amd-vi --hex="$BATS_TEST_TMPDIR/long.bin"
  refuses 2 "cannot open" iommuctl decode --type=amd-vi --hex=/nonexistent
  refuses 2 "no hardware information of type 'riscv-iommu'" iommuctl decode --type=riscv-iommu --hex=/dev/null
  refuses 2 "--hex needs --type" iommuctl decode --hex=/dev/null
  refuses 2 "one too many" iommuctl decode --type=amd-vi --hex=/dev/null EFR=1
}

@test "--list-fields lists the tables, of one type or all" {
  iommuctl decode --list-fields=intel-vtd --json | jq -e '[.architectures[].type] == ["intel-vtd"]'
  iommuctl decode --list-fields --json | jq -e '[.architectures[].type] | length >= 5'
  [[ $(iommuctl decode --list-fields=amd-vi) == *SmiFRC* ]]
  refuses 2 "'x86'" iommuctl decode --list-fields=x86
}
