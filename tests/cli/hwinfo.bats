#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo on copied trees and saved machines: what sysfs has, marked as such; bare values; refusals.

load ../lib/common

# A copied tree with a VT-d unit, an AMD unit, an SMMU and a device behind each; the first device is on vfio-pci.
make_tree() {
  local sys=$1/sys dev
  mkdir -p "$sys"/class/iommu "$sys"/class/vfio-dev "$sys"/bus/pci/devices "$sys"/bus/pci/drivers
  iommu "$sys" dmar0 intel-iommu 0000:01:00.0
  echo 4:0 >"$sys/devices/virtual/iommu/dmar0/intel-iommu/version"
  echo fed90000 >"$sys/devices/virtual/iommu/dmar0/intel-iommu/address"
  echo d2008c40660462 >"$sys/devices/virtual/iommu/dmar0/intel-iommu/cap"
  echo f050da >"$sys/devices/virtual/iommu/dmar0/intel-iommu/ecap"
  echo 256 >"$sys/devices/virtual/iommu/dmar0/intel-iommu/domains_supported"
  iommu "$sys" ivhd0 amd-iommu 0000:02:00.0
  echo 190b640f >"$sys/devices/virtual/iommu/ivhd0/amd-iommu/cap"
  echo 25bf732fa2295afe:1d >"$sys/devices/virtual/iommu/ivhd0/amd-iommu/features"
  iommu "$sys" smmu3.0x0000000009050000 "" 0000:03:00.0
  dev=$sys/devices/pci0000:00/0000:01:00.0
  mkdir -p "$dev/vfio-dev/vfio3" "$sys/bus/pci/drivers/vfio-pci"
  echo 248:3 >"$dev/vfio-dev/vfio3/dev"
  ln -s ../../../../bus/pci/drivers/vfio-pci "$dev/driver"
  ln -s ../../../../devices/pci0000:00/0000:01:00.0 "$sys/bus/pci/drivers/vfio-pci/0000:01:00.0"
  ln -s ../../devices/pci0000:00/0000:01:00.0/vfio-dev/vfio3 "$sys/class/vfio-dev/vfio3"
}

# iommu SYS NAME ATTRIBUTES DEVICE
iommu() {
  local unit=$1/devices/virtual/iommu/$2 dev=$1/devices/pci0000:00/$4
  mkdir -p "$unit/devices" "$dev"
  [ -z "$3" ] || mkdir "$unit/$3"
  echo "pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00" >"$dev/modalias"
  ln -s "../../virtual/iommu/$2" "$dev/iommu"
  ln -s "../../../../pci0000:00/$4" "$unit/devices/$4"
  ln -s "../../devices/virtual/iommu/$2" "$1/class/iommu/$2"
  ln -s "../../../devices/pci0000:00/$4" "$1/bus/pci/devices/$4"
}

setup() {
  tree=$BATS_TEST_TMPDIR/tree
  make_tree "$tree"
}

@test "what a kernel gives beyond what is known is cut short, whole with -v" {
  head -c 4000 /dev/zero >"$BATS_TEST_TMPDIR/bytes"
  run iommuctl decode --type=intel-vtd --hex="$BATS_TEST_TMPDIR/bytes"
  assert_line --regexp "^extra +0{32}\.\.\. \(3976 bytes; all with -v\)$"
  run iommuctl decode -v --type=intel-vtd --hex="$BATS_TEST_TMPDIR/bytes"
  assert_line --regexp "^extra +0{7952}$"
}

@test "on a terminal IOMMUs that are alike are shown once, in a pipe and with -v all of them" {
  command -v script >/dev/null || skip "script is not installed"
  local report=$BATS_TEST_TMPDIR/three.json
  jq '.iommus += [.iommus[0] | .name = "dmar1"]
    | .devices += [.devices[] | select(.name == "0000:01:00.0") | .name = "0000:81:00.0" | .iommu = "dmar1"]' \
    "$srcdir/data/captures/vtd-guest.json" >"$report"
  local on="stty cols 80 rows 1000; TERM=dumb '$IOMMUCTL' --no-pager hwinfo --from '$report'"
  run script -qec "$on" /dev/null </dev/null
  assert_line --regexp "^same as +dmar0"
  assert_equal "$(grep -c "nested translation" <<<"$output")" 1
  run script -qec "$on -v" /dev/null </dev/null
  refute_output --partial "same as"
  run iommuctl hwinfo --from "$report"
  refute_output --partial "same as"
  assert_equal "$(grep -c "nested translation" <<<"$output")" 2
  # One field that differs is a difference.
  jq '(.devices[] | select(.name == "0000:81:00.0").hw_info.data) |= sub("ce0ff080"; "ce0ff081")' "$report" >"$report.other"
  run script -qec "stty cols 80 rows 1000; TERM=dumb '$IOMMUCTL' --no-pager hwinfo --from '$report.other'" /dev/null </dev/null
  refute_output --partial "same as"
}

@test "--get names the path that was meant: of a capability, a field or a register" {
  local path near capture=$srcdir/data/captures/vtd-guest.json
  while read -r path near; do
    refuses 2 "did you mean '$near'" iommuctl hwinfo --from "$capture" --get "$path"
    iommuctl hwinfo --from "$capture" --get "$near" 0000:01:00.0
  done <<'END'
pasid_bits capabilities.pasid_bits
capabilities.pasid_bit capabilities.pasid_bits
CAP.ND registers.CAP.fields.ND.raw
registers.cap.nd registers.CAP.fields.ND.raw
registers.ECAP.fields.nest registers.ECAP.fields.NEST.raw
ECAP registers.ECAP.value
END
  refuses 2 "there is: VER, CAP, ECAP" iommuctl hwinfo --from "$capture" --get registers.frob
}

@test "every IOMMU is shown from sysfs, and what sysfs has not is said" {
  run_split iommuctl hwinfo --sysroot "$tree" --json
  assert_equal "$status" 1 # nothing is known of the SMMU
  assert_equal "$(jq -c '[.iommus[] | [.name, .source, .type, (.hint != null)]]' <<<"$output")" \
    '[["dmar0","sysfs","intel-vtd",true],["ivhd0","sysfs","amd-vi",true],["smmu3.0x0000000009050000",null,"arm-smmuv3",true]]'
  assert_equal "$(jq -c '[.devices, (.errors | length), .errors[0].subject]' <<<"$output")" \
    '[[],1,"smmu3.0x0000000009050000"]'
  [[ "$stderr" == *"smmu3.0x0000000009050000"*"no registers"*"driverctl set-override 0000:03:00.0 vfio-pci"* ]]
}

@test "VT-d: registers, version, capabilities and facts of sysfs" {
  run_split iommuctl hwinfo --sysroot "$tree" --json dmar0
  assert_equal "$status" 0
  assert_equal "$stderr" ""
  assert_equal "$(jq -c '.iommus[0] | [.registers.CAP.value, .registers.ECAP.value, .version, .address,
    .domains_supported, .capabilities.input_address_bits, .hw_info, .disagreements]' <<<"$output")" \
    '["0x00d2008c40660462","0x0000000000f050da","4:0","0x00000000fed90000",256,39,null,[]]'
}

@test "AMD-Vi: EFR and EFR2 of the two-word form" {
  run_split iommuctl hwinfo --sysroot "$tree" --json ivhd0
  assert_equal "$status" 0
  assert_equal "$(jq -c '.iommus[0] | [.registers.EFR.value, .registers.EFR2.value, .capabilities.pasid_bits]' <<<"$output")" \
    '["0x25bf732fa2295afe","0x000000000000001d",16]'
}

@test "a device is named in every way, and once" {
  run_split iommuctl hwinfo --sysroot "$tree" --json 01:00.0 vfio3 0000:01:00.0 /dev/vfio/devices/vfio3
  assert_equal "$status" 0
  assert_equal "$(jq -c '[.iommus, (.devices[] | [.name, .device, .iommu, .source])]' <<<"$output")" \
    '[[],["0000:01:00.0","0000:01:00.0","dmar0","sysfs"]]'
}

@test "text leads with what is asked for first; -v adds every field" {
  run_split iommuctl hwinfo --sysroot "$tree" dmar0
  assert_equal "$status" 0
  assert_equal "${output%%$'\n'*}" dmar0
  local label
  for label in source type version 'input address bits' 'page sizes' 'nested translation' 'dirty tracking' \
    'PASID bits' 'page requests' 'interrupt remapping' hint; do
    grep -q "^$label  " <<<"$output" || fail "no line '$label': $output"
  done
  [[ "$output" != *"SAGAW"* ]]
  run_split iommuctl hwinfo --sysroot "$tree" -v dmar0
  [[ "$output" == *"SAGAW"* ]]
}

@test "--get prints one bare value" {
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get capabilities.pasid_bits ivhd0)" 16
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get registers.CAP.value dmar0)" 0x00d2008c40660462
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get iommu 01:00.0)" dmar0
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get hw_info dmar0)" null
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get capabilities.page_sizes dmar0)" "[4096,2097152,1073741824]"
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --get registers.CAP.fields.ND.raw dmar0)" 2
  run_split iommuctl hwinfo --sysroot "$tree" --get type dmar0 ivhd0
  assert_equal "$output" $'intel-vtd\namd-vi'
  assert_equal "$(iommuctl hwinfo --sysroot "$tree" --json --get type ivhd0 | jq -c .values)" \
    '[{"name":"ivhd0","path":"type","value":"amd-vi"}]'
}

@test "a wrong path is named, with what is there" {
  refuses 2 "'capabilities.pasidbits'" iommuctl hwinfo --sysroot "$tree" --get capabilities.pasidbits dmar0
  [[ "$stderr" == *"pasid_bits"* ]]
  refuses 2 "'bogus'" iommuctl hwinfo --sysroot "$tree" --get bogus dmar0
}

@test "unknown words are refused, one line each" {
  refuses 2 "'vfio9'" iommuctl hwinfo --sysroot "$tree" vfio9
  refuses 2 "'0000:09:00.0'" iommuctl hwinfo --sysroot "$tree" dmar0 0000:09:00.0
  refuses 2 "'bogus'" iommuctl hwinfo --sysroot "$tree" --type=bogus
  refuses 2 "'12k'" iommuctl hwinfo --sysroot "$tree" --buffer-size=12k
  refuses 2 "'-1'" iommuctl hwinfo --sysroot "$tree" --buffer-size=-1
  refuses 2 "--buffer-size" iommuctl hwinfo --sysroot "$tree" --buffer-size=8 dmar0
  refuses 2 "--raw" iommuctl hwinfo --sysroot "$tree" --raw
  refuses 2 "--raw and --get" iommuctl hwinfo --sysroot "$tree" --raw --get type dmar0
  assert_equal "$(wc -l <<<"$stderr")" 1
}

@test "bytes and types come from the kernel alone" {
  refuses 1 "no bytes of dmar0" iommuctl hwinfo --sysroot "$tree" --raw dmar0
  refuses 1 "type intel-vtd" iommuctl hwinfo --sysroot "$tree" --type=intel-vtd dmar0
}

@test "a machine without an IOMMU: exactly one line, exit 1" {
  rm -r "$tree"/sys/class/iommu/*
  rm "$tree"/sys/devices/pci0000:00/*/iommu
  run_split iommuctl hwinfo --sysroot "$tree"
  assert_equal "$status" 1
  assert_equal "$output" ""
  assert_equal "$(wc -l <<<"$stderr")" 1
  [[ "$stderr" == "iommuctl hwinfo: no IOMMU"* ]]
  run_split iommuctl hwinfo --sysroot "$tree" --json
  assert_equal "$status" 1
  assert_equal "$(jq -c '[.iommus, .devices, (.errors | length)]' <<<"$output")" '[[],[],1]'
  run_split iommuctl hwinfo --sysroot "$tree" 0000:02:00.0
  assert_equal "$status" 1
  [[ "$stderr" == *"0000:02:00.0 has no IOMMU"* ]]
}

@test "the kernel's test device is no IOMMU of the machine, and shown when it is named" {
  iommu "$tree/sys" iommufd_selftest_iommu.0 "" 0000:04:00.0
  run_split iommuctl hwinfo --sysroot "$tree" --json
  assert_equal "$(jq -c '[.iommus[].name] | index("iommufd_selftest_iommu.0")' <<<"$output")" null
  run_split iommuctl hwinfo --sysroot "$tree" --json iommufd_selftest_iommu.0
  assert_equal "$(jq -r '.iommus[0].type' <<<"$output")" selftest
}

@test "a dead unit, all bits set, is said to be dead" {
  echo 15:15 >"$tree/sys/devices/virtual/iommu/dmar0/intel-iommu/version"
  echo ffffffffffffffff >"$tree/sys/devices/virtual/iommu/dmar0/intel-iommu/cap"
  echo ffffffffffffffff >"$tree/sys/devices/virtual/iommu/dmar0/intel-iommu/ecap"
  run_split iommuctl hwinfo --sysroot "$tree" dmar0
  [[ "$output" == *"does not answer"* ]]
}
