#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# decode: kernel logs, as files and streams, whole and damaged.

load ../lib/common

# log LINE...: decode lines to one JSON document.
log() { printf '%s\n' "$@" | iommuctl decode --json; }

fault='DMAR: [DMA Write NO_PASID] Request device [02:00.0] fault addr 0xffe4c000 [fault reason 0x05] PTE Write access is not set'

@test "a probe line is a registers record with the field document" {
  run_split log '[    0.260099] DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c40660462 ecap f050da'
  assert_equal "$status" 0
  assert_equal "$(jq -c '.records[0] | [.source.file, .source.line, .kind, .iommu, .type, .registers.CAP.value]' <<<"$output")" \
    '["<stdin>",1,"registers","dmar0","intel-vtd","0x00d2008c40660462"]'
  assert_equal "$(jq -c '.records[0].capabilities.input_address_bits' <<<"$output")" 39
}

@test "a fault has device, address, reason, access, PASID, meaning and advice" {
  run_split log "$fault"
  assert_equal "$(jq -c '.records[0] | [.kind, .device, .address, .reason_code, .reason, .access, .pasid]' <<<"$output")" \
    '["fault","02:00.0","0xffe4c000","0x05","LGN.2","write",null]'
  jq -e '.records[0] | (.meaning | length > 10) and (.advice | length > 10)' <<<"$output"
}

@test "old kernels print reasons in decimal, newer ones in hexadecimal" {
  assert_equal "$(log 'DMAR:[DMA Read] Request device [01:00.1] fault addr 2231b8000' 'DMAR:[fault reason 12] x' |
    jq -c '.records[0] | [.reason, .source.lines]')" '["LSL.2",2]'
  assert_equal "$(log 'DMAR: [DMA Read NO_PASID] Request device [01:00.1] fault addr 0x1 [fault reason 0x12]' |
    jq -c '.records[0] | [.reason_code, .reason]')" '["0x12",null]'
}

@test "lines broken by a mailer are joined, quoting and all" {
  assert_equal "$(log '>> [ 1474=2E754463] DMAR: [DMA Read NO_PASID] Request device [0b:00=2E0]' \
    '>> fault addr 0xffffe000 [fault reason 0x06] PTE Read access is not set' |
    jq -c '.records | map([.device, .address, .reason, .source.lines])')" '[["0b:00.0","0xffffe000","LGN.3",2]]'
  assert_equal "$(log 'DMAR: dmar1: reg_base_addr fed91000 ver 1:0 cap d2008c40660462 ecap f050d=' 'a' |
    jq -r '.records[0].registers.ECAP.value')" 0x0000000000f050da
}

@test "lines that a terminal broke in the middle of a word are joined without a space" {
  assert_equal "$(log 'DMAR: [DMA Write NO_PASID] Request device [02:00.0] fault addr 0xffe4' 'c000 [faul' \
    't reason 0x05] PTE Write access is not set' |
    jq -c '.records | map([.device, .address, .reason, .source.lines])')" '[["02:00.0","0xffe4c000","LGN.2",3]]'
  assert_equal "$(log 'nvme 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x00' '0b addr' 'ess=0xb66' \
    '74000 fla' 'gs=0x0020]' | jq -c '.records | map([.address, .domain, .access, .source.lines])')" \
    '[["0xb6674000","0x000b","write",5]]'
  assert_equal "$(log 'DMAR: dmar1: reg_base_addr fed91000 ver 1:0 cap d200' '8c40660462 ecap f050da' |
    jq -c '.records | map([.registers.CAP.value, .registers.ECAP.value])')" \
    '[["0x00d2008c40660462","0x0000000000f050da"]]'
}

@test "dmesg --json, /dev/kmsg and journalctl -o verbose: time, driver and device" {
  local event='nvme 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000b address=0xb6674000 flags=0x0000]'
  assert_equal "$(log '{ "dmesg": [ {' '         "pri": 3,' '         "time":    12.000001,' \
    "         \"msg\": \"$event\"" '} ] }' | jq -c '.records | map([.time, .driver, .device])')" \
    '[["12.000001","nvme","0000:01:00.0"]]'
  assert_equal "$(log "6,1234,1234567,-,caller=T1;$event" "    MESSAGE=$event" |
    jq -c '.records | map([.time, .driver, .device])')" \
    '[["1.234567","nvme","0000:01:00.0"],[null,"nvme","0000:01:00.0"]]'
}

@test "the time is found where something stands before it" {
  local line at='DMAR: DRHD: handling fault status reg 3'
  while IFS='|' read -r line want; do
    assert_equal "$(log "$line $at" | jq -r '.records[0].time')" "$want"
  done <<'EOF'
Wed May  1 12:00:08 2024 kern.err kernel: [   10.123456]|10.123456
/var/log/messages:May  1 12:00:08 host kernel:|May  1 12:00:08
мая 01 12:00:08 host kernel:|мая 01 12:00:08
5月 01 12:00:08 host kernel:|5月 01 12:00:08
2024-05-01T12:00:08Z host kernel:|2024-05-01T12:00:08Z
<3>1 2024-05-01T12:00:08.123456+02:00 host kernel - - -  [    1.234567]|1.234567
1714557608.123456 host kernel:|1714557608.123456
05-01 12:00:08.123  root     0     0 E|12:00:08.123
host login: [    1.234567]|1.234567
EOF
}

@test "a line is not joined with one that begins a message of its own" {
  run_split log '[ 1.0] DMAR: [DMA Read NO_PASID] Request device [0b:00.0]' "[ 1.1] $fault"
  assert_equal "$(jq -c '.records | map([.kind, .device])' <<<"$output")" '[["malformed","0b:00.0"],["fault","02:00.0"]]'
}

@test "prose behind a fault is not taken for the words of its reason" {
  run_split log "$fault" 'The machine then hangs, and' 'is clear' 'DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault' \
    'addr 0xffe4c000 [fault reason 0x39] SM: Present bit' 'in Root Entry is clear'
  assert_equal "$(jq -c '.records | map([.source.line, .source.lines, .log_text])' <<<"$output")" \
    '[[1,null,"PTE Write access is not set"],[4,3,"SM: Present bit in Root Entry is clear"]]'
}

@test "journalctl -o json: the message counts, with the time of the kernel" {
  run_split log "{\"PRIORITY\":\"3\",\"MESSAGE\":\"$fault\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"361089\",\"_TRANSPORT\":\"kernel\"}" \
    '{"MESSAGE":"arm-smmu-v3 a.auto: event: F_TRANSLATION client: 0000:01:00.0 sid: 0x100 ssid: 0x0 iova: 0x9000 ipa: 0x0"}' \
    '{"MESSAGE":"arm-smmu-v3 a.auto: unpriv data write s1 \"Input address caused fault\" stag: 0x0"}' \
    '{"MESSAGE":"AMD-Vi: Extended features (0x206d73ef22254ade, 0x0): PPR X2APIC NX GT IA GA PC GA_vAPIC","PRIORITY":"6"}'
  assert_equal "$(jq -c '.records | map([.family, .device, .time])' <<<"$output")" \
    '[["vtd-fault","02:00.0","0.361089"],["smmuv3-event-name","0000:01:00.0",null],["amd-registers",null,null]]'
  assert_equal "$(jq -c '.records[0].log_text, .records[1].access, .records[2].log_names[-1]' <<<"$output")" \
    $'"PTE Write access is not set"\n"write"\n"GA_vAPIC"'
  # json-pretty
  run_split log '{' $'\t"_TRANSPORT" : "kernel",' $'\t"MESSAGE" : "'"$fault"'",' '}'
  assert_equal "$(jq -c '.records[0] | [.device, .log_text]' <<<"$output")" '["02:00.0","PTE Write access is not set"]'
}

@test "entities of a web page are the characters that they stand for" {
  assert_equal "$(log "&gt; &lt;3&gt;[    1.5] $fault" | jq -c '.records[0] | [.device, .time]')" '["02:00.0","1.5"]'
  assert_equal "$(log 'arm-smmu 5000000.iommu:  Stage-1: 48-bit VA -&gt; 40-bit IPA' |
    jq -c '.records[0].output_address_bits')" 40
}

@test "thread, processor and time since the line before are no times" {
  run_split log "[283824.053153][    C0] $fault" "[    T1] $fault" "[  +0.000398] $fault" "[Oct30 10:41] $fault" \
    "kern  :warn  : [Feb 9 18:45] $fault" "Wed 2024-05-01 12:00:08 CEST host kernel: $fault"
  assert_equal "$(jq -c '.records | map(.time)' <<<"$output")" \
    '["283824.053153",null,null,"Oct30 10:41","Feb 9 18:45","2024-05-01 12:00:08"]'
}

@test "an event whose last words were lost says what the others say" {
  run_split log 'arm-smmu-v3 a.auto: event 0x0a received:' $'arm-smmu-v3 a.auto: \t0x00007f220000280a' \
    'arm-smmu-v3 b.auto: event 0x10 received:' $'arm-smmu-v3 b.auto: \t0x0000750100001810' \
    $'arm-smmu-v3 b.auto: \t0x0000120880000176' \
    'arm-smmu-v3 c.auto: event 0x10 received:' $'arm-smmu-v3 c.auto: \t0x0000020100000000'
  assert_equal "$(jq -c '.records | map([.iommu, .kind, .stream_id, .reason, .pasid, .access, .address])' <<<"$output")" \
    '[["a.auto","malformed","0x7f22","C_BAD_CD",2,null,null],["b.auto","malformed","0x7501","F_TRANSLATION",1,"read",null],["c.auto","malformed",null,"F_TRANSLATION",null,null,null]]'
}

@test "events of two SMMUs, line by line in between each other, stay apart" {
  run_split log 'arm-smmu-v3 a.auto: event 0x10 received:' 'arm-smmu-v3 b.auto: event 0x13 received:' \
    $'arm-smmu-v3 a.auto: \t0x0000001100000010' $'arm-smmu-v3 b.auto: \t0x0000002200000013' \
    $'arm-smmu-v3 b.auto: \t0x0000020800000000' 'usb 1-1: new device' \
    $'arm-smmu-v3 a.auto: \t0x0000020000000000' $'arm-smmu-v3 a.auto: \t0x00000000aaaa0000' \
    $'arm-smmu-v3 b.auto: \t0x00000000bbbb0000' $'arm-smmu-v3 b.auto: \t0x0000000000000000' \
    $'arm-smmu-v3 a.auto: \t0x0000000000000000'
  assert_equal "$(jq -c '.records | map([.iommu, .stream_id, .reason, .access, .address])' <<<"$output")" \
    '[["a.auto","0x11","F_TRANSLATION","write","0xaaaa0000"],["b.auto","0x22","F_PERMISSION","read","0xbbbb0000"]]'
}

@test "identical faults are folded in text; --no-fold keeps them apart; JSON has all" {
  for i in 1 2 3 4 5; do printf '[ %d.0] %s\nnoise\n' "$i" "$fault"; done >"$BATS_TEST_TMPDIR/log"
  run_split iommuctl decode "$BATS_TEST_TMPDIR/log"
  assert_equal "$(grep -c 'LGN.2' <<<"$output")" 1
  [[ "$output" == "1-9: fault (5 times): 02:00.0: write at 0xffe4c000: LGN.2 (0x05)"* ]]
  assert_equal "$(iommuctl decode --no-fold "$BATS_TEST_TMPDIR/log" | grep -c 'LGN.2')" 5
  assert_equal "$(iommuctl decode --json "$BATS_TEST_TMPDIR/log" | jq '.records | length')" 5
}

@test "faults that differ are not folded" {
  run_split bash -c 'printf "%s\n" "$1" "${1/02:00.0/03:00.0}" "${1/0x05/0x06}" | "$IOMMUCTL" decode' - "$fault"
  assert_equal "$(grep -c ': fault:' <<<"$output")" 3
  [[ "$output" != *"times"* ]]
}

@test "--json-lines prints one record a line" {
  printf '%s\n' "$fault" 'nothing' "$fault" >"$BATS_TEST_TMPDIR/log"
  run_split iommuctl decode --json-lines "$BATS_TEST_TMPDIR/log"
  assert_equal "$(jq -c '[.schema, .kind, .source.line]' <<<"$output")" \
    $'["iommuctl/1","fault",1]\n["iommuctl/1","fault",3]'
}

@test "gzip, xz and zstd are read, also from a pipe and in several members" {
  need_compression
  printf '%s\n' "$fault" >"$BATS_TEST_TMPDIR/log"
  for tool in gzip xz zstd; do
    "$tool" -c "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/log.$tool"
    cat "$BATS_TEST_TMPDIR/log.$tool" "$BATS_TEST_TMPDIR/log.$tool" >"$BATS_TEST_TMPDIR/twice.$tool"
    assert_equal "$(iommuctl decode --json "$BATS_TEST_TMPDIR/log.$tool" | jq '.records | length')" 1
    assert_equal "$(iommuctl decode --json <"$BATS_TEST_TMPDIR/twice.$tool" | jq '.totals.lines')" 2
  done
}

@test "a compressed log that is cut short gives what is there, and exit 1" {
  need_compression
  for i in $(seq 20000); do printf '%s\n' "$fault"; done | gzip -c >"$BATS_TEST_TMPDIR/log.gz"
  head -c 3000 "$BATS_TEST_TMPDIR/log.gz" >"$BATS_TEST_TMPDIR/cut.gz"
  run_split iommuctl decode --json "$BATS_TEST_TMPDIR/cut.gz"
  assert_equal "$status" 1
  [[ "$stderr" == *"gzip data ends in the middle near byte"* ]]
  jq -e '(.records | length > 100) and (.errors | length == 1)' <<<"$output"
}

@test "files that are not there, not readable or no logs are named" {
  refuses 2 "'/nonexistent'" iommuctl decode /nonexistent
  refuses 2 "'/tmp'" iommuctl decode /tmp
  refuses 2 "binary data" iommuctl decode /bin/true
  head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/random"
  refuses 2 "binary data" iommuctl decode "$BATS_TEST_TMPDIR/random"
  run_split iommuctl decode CAP=0x1
  assert_equal "$status" 2
  [[ "$stderr" == *"--type=TYPE"* ]]
}

@test "one bad file among good ones: the good ones decode, exit 1" {
  printf '%s\n' "$fault" >"$BATS_TEST_TMPDIR/log"
  run_split iommuctl decode --json /nonexistent "$BATS_TEST_TMPDIR/log"
  assert_equal "$status" 1
  assert_equal "$(jq -c '[(.records | length), (.errors | length)]' <<<"$output")" '[1,1]'
}

@test "letters beyond ASCII in a fact are shown as they are" {
  run_split iommuctl decode - <<<'DMAR: ANDD device: 1 name: \_SB.Gerät'
  [[ "$output" == *'acpi name \_SB.Gerät)'* ]] || fail "$output"
}

@test "a log without a word about IOMMUs is no error" {
  run_split log 'usb 1-1: new device'
  assert_equal "$status" 0
  assert_equal "$(jq -c '[.records, .totals.lines]' <<<"$output")" '[[],1]'
}

@test "program text that prints such lines is no log" {
  run_split log '		pr_info("AMD-Vi: Interrupt remapping enabled\n");' \
    'pr_err("DMAR: [DMA Read NO_PASID] Request device [%02x:%02x.%d] fault addr 0x%llx\n",'
  assert_equal "$(jq -c .records <<<"$output")" '[]'
}

@test "the AMD-Vi names are compared with the register" {
  assert_equal "$(log 'AMD-Vi: Extended features (0x58f77ef22294ade, 0x0): PPR X2APIC NX GT IA GA PC GA_vAPIC' \
    'AMD-Vi: Extended features (0x58f77ef22294ade, 0x0): PPR NX GT IA GA PC GA_vAPIC' | jq -c '[.records[].names_agree]')" \
    '[true,false]'
}

@test "FreeBSD's registers are put together from its two halves" {
  run_split log 'dmar0: cap=40660462<PLMR,PHMR,ZLR>,d2008c<PSI,DWD,DRD>, ndoms=2, sagaw=4, mgaw=38, fro=64, nfr=0, superp=3, mamv=18' \
    'dmar0: ecap=f050da<QI,IR,EIM,PT,SC>,0, mhmw=15, iro=80'
  assert_equal "$(jq -c '[.records[] | .iommu, (.registers.CAP // .registers.ECAP).value, .log_names[0]]' <<<"$output")" \
    '["dmar0","0x00d2008c40660462","PLMR","dmar0","0x0000000000f050da","QI"]'
}

@test "Xen's registers belong to the unit of the line before" {
  run_split log '(XEN) [VT-D]drhd->address = fed90000 iommu->reg = ffff82c00021d000' \
    '(XEN) [VT-D]cap = 1c0000c40660462 ecap = 19e2ff0505e'
  assert_equal "$(jq -c '.records[1] | [.base, .registers.CAP.value, .registers.ECAP.value]' <<<"$output")" \
    '["0xfed90000","0x01c0000c40660462","0x0000019e2ff0505e"]'
}

@test "the register set of debugfs: the registers that are known, unit by unit" {
  run_split log 'IOMMU: dmar0 Register Base Address: fed90000' $'Name\t\t\tOffset\t\tContents' \
    $'VER             \t0x00\t\t0x0000000000000010' $'GSTS            \t0x1c\t\t0x00000000c7000000' \
    $'CAP             \t0x08\t\t0x01c0000c40660462' '' 'IOMMU: dmar1 Register Base Address: fed91000' \
    $'Name\t\t\tOffset\t\tContents' $'ECAP            \t0x10\t\t0x0000000000f050da' '' 'text'
  assert_equal "$(jq -c '[.records[] | .iommu, .base, .source.lines, (.registers | map_values(.value))]' <<<"$output")" \
    '["dmar0","0xfed90000",6,{"VER":"0x00000010","CAP":"0x01c0000c40660462"},"dmar1","0xfed91000",4,{"ECAP":"0x0000000000f050da"}]'
}

@test "a device that a mailer left at the end of the line before" {
  run_split log 'There are still many messages in the logs "mt7921e 0000:05:00.0:' \
    'AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0010 address=0xffdc6a80' 'flags=0x0050]"'
  assert_equal "$(jq -c '.records[] | [.device, .driver, .address]' <<<"$output")" \
    '["0000:05:00.0","mt7921e","0xffdc6a80"]'
}

@test "a wall of output to a closed pipe is quiet, to a full disk is not" {
  for i in $(seq 3000); do printf 'DMAR: Host address width %d\n' "$i"; done >"$BATS_TEST_TMPDIR/log"
  run_split bash -c '{ "$IOMMUCTL" decode --json-lines "$1"; echo "status $?" >&2; } | head -n 1 >/dev/null' - "$BATS_TEST_TMPDIR/log"
  assert_equal "$stderr" "status 1"
  run_split bash -c '"$IOMMUCTL" decode "$1" >/dev/full' - "$BATS_TEST_TMPDIR/log"
  assert_equal "$status" 1
  [[ "$stderr" == *"No space left"* ]]
}
