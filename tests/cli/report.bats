#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report: what is in it, what is not, and how it is written.

load ../lib/common

# A copied tree with one VT-d unit, a device behind it, and private data in every place.
make_tree() {
  local root=$1 dev
  mkdir -p "$root"/{etc,boot,dev} "$root"/proc/sys/kernel "$root"/sys/class/iommu "$root"/sys/bus/pci/{devices,drivers} \
    "$root"/sys/firmware/acpi/tables "$root"/sys/module/vfio_iommu_type1/parameters
  echo 'BOOT_IMAGE=/vmlinuz root=UUID=0fc63daf-8483-4772-8e79-3d69d8477de4 intel_iommu=on,sm_on iommu=pt password=hunter2' \
    >"$root/proc/cmdline"
  echo 6.12.1 >"$root/proc/sys/kernel/osrelease"
  echo '#1 SMP built by alice on build-17 at 10.1.2.3' >"$root/proc/sys/kernel/version"
  echo build-17.example.org >"$root/etc/hostname"
  printf 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n' >"$root/etc/passwd"
  printf 'CONFIG_IOMMUFD=m\n# CONFIG_INTEL_IOMMU_SVM is not set\nCONFIG_USB=y\n' >"$root/boot/config-6.12.1"
  echo N >"$root/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
  cp "$srcdir/tests/captures/acpi/qemu-vtd-dmar.bin" "$root/sys/firmware/acpi/tables/DMAR"
  dev=$root/sys/devices/pci0000:00/0000:00:03.0
  mkdir -p "$dev" "$root/sys/devices/virtual/iommu/dmar0"/{intel-iommu,devices} "$root/sys/kernel/iommu_groups/7/devices"
  echo 'pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00' >"$dev/modalias"
  # Bus 0, PCI Express endpoint at 0x40; ATS at 0x100, PASID at 0x120.
  config "$dev/config"
  ln -s ../../../devices/pci0000:00/0000:00:03.0 "$root/sys/bus/pci/devices/0000:00:03.0"
  ln -s ../../../../devices/pci0000:00/0000:00:03.0 "$root/sys/kernel/iommu_groups/7/devices/0000:00:03.0"
  ln -s ../../../../../kernel/iommu_groups/7 "$dev/iommu_group"
  echo DMA-FQ >"$root/sys/kernel/iommu_groups/7/type"
  echo '0x00000000fee00000 0x00000000feefffff msi' >"$root/sys/kernel/iommu_groups/7/reserved_regions"
  echo 1:0 >"$root/sys/devices/virtual/iommu/dmar0/intel-iommu/version"
  echo d2008c40660462 >"$root/sys/devices/virtual/iommu/dmar0/intel-iommu/cap"
  echo f050da >"$root/sys/devices/virtual/iommu/dmar0/intel-iommu/ecap"
  ln -s ../../devices/virtual/iommu/dmar0 "$root/sys/class/iommu/dmar0"
  ln -s ../../../../pci0000:00/0000:00:03.0 "$root/sys/devices/virtual/iommu/dmar0/devices/0000:00:03.0"
}

config() {
  head -c 4096 /dev/zero >"$1"
  poke "$1" 6 '\x10\x00'
  poke "$1" 52 '\x40'
  poke "$1" 64 '\x10\x00\x02\x00'
  poke "$1" 256 '\x0f\x00\x01\x12\x45\x00\x00\x80'
  poke "$1" 288 '\x1b\x00\x01\x00\x06\x14\x01\x00'
}

# poke FILE OFFSET BYTES
poke() { printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

setup() {
  tree=$BATS_TEST_TMPDIR/tree
  make_tree "$tree"
  cd "$BATS_TEST_TMPDIR" || return
}

@test "one document holds kernel, IOMMUs, groups, devices, PCI capabilities and ACPI" {
  run_split iommuctl report --sysroot "$tree"
  assert_equal "$status" 0
  assert_equal "$stderr" ""
  jq . <<<"$output" >doc
  assert_equal "$(jq -r '.schema + " " + .command + " " + .report.private_data' doc)" "iommuctl/1 report removed"
  assert_equal "$(jq -c '[.kernel.release, .kernel.command_line, .kernel.command_line_omitted]' doc)" \
    '["6.12.1",["intel_iommu=on,sm_on","iommu=pt"],3]'
  assert_equal "$(jq -c .kernel.config doc)" \
    '{"source":"/boot/config-6.12.1","options":{"CONFIG_IOMMUFD":"m","CONFIG_INTEL_IOMMU_SVM":"n"}}'
  assert_equal "$(jq -c .kernel.modules doc)" '[{"name":"vfio_iommu_type1","parameters":{"allow_unsafe_interrupts":"N"}}]'
  assert_equal "$(jq -c '.iommus[0] | [.name, .registers.CAP.fields.ND.raw, .capabilities.max_domains]' doc)" '["dmar0",2,256]'
  assert_equal "$(jq -c '.groups[0].reserved[0].type' doc)" '"msi"'
  assert_equal "$(jq -c '.pci[0] | [.device, .config, .port, .ats.enabled, .ats.queue_depth, .pasid.bits, .pasid.privileged, has("pri")]' doc)" \
    '["0000:00:03.0","full","endpoint",true,5,20,true,false]'
  assert_equal "$(jq -c '.acpi.tables[0] | [.signature, .interrupt_remapping, .structures[0].devices]' doc)" \
    '["DMAR",true,["0000:00:03.0"]]'
}

@test "private data is left out, and the same value has the same placeholder" {
  iommuctl report --sysroot "$tree" >doc
  for secret in build-17 alice 10.1.2.3 0fc63daf hunter2 password; do
    run grep -ic -- "$secret" doc
    assert_output 0
  done
  assert_equal "$(jq -r .kernel.version doc)" '#1 SMP built by <user-1> on <host-1> at <ip-1>'
  assert_equal "$(jq -c '.report.removed | [.user, .host, .ip]' doc)" '[1,1,1]'
}

@test "--full keeps it, and the file says so" {
  iommuctl report --full --sysroot "$tree" >doc
  assert_equal "$(jq -r .report.private_data doc)" kept
  run jq -r '.kernel.command_line | join(" ")' doc
  assert_output --partial password=hunter2
  # A report of that file is without it again; --full cannot bring back what was removed.
  iommuctl report --from doc >second
  run grep -c hunter2 second
  assert_output 0
  assert_equal "$(jq -r .report.private_data second)" removed
  iommuctl report --full --from second >third
  assert_equal "$(jq -r .report.private_data third)" removed
}

@test "a report of a report is the same report" {
  iommuctl report --sysroot "$tree" >first
  iommuctl report --from first >second
  cmp first second
}

@test "hwinfo is the same on the tree and on its report" {
  iommuctl report --sysroot "$tree" -o saved.json
  iommuctl hwinfo --json --sysroot "$tree" >a
  iommuctl hwinfo --json --from saved.json >b
  cmp a b
}

@test "the file is private, whole, and replaces a regular file only" {
  run_split iommuctl report --sysroot "$tree" -o saved.json
  assert_equal "$status" 0
  assert_equal "$output" "report written to saved.json (private data removed)
1 thing could not be read: see \"unread\" in it"
  assert_equal "$(stat -c %a saved.json)" 600
  echo old >other
  chmod 644 other
  iommuctl report --sysroot "$tree" -o other -q
  assert_equal "$(stat -c %a other)" 600
  jq -e .devices other >/dev/null
  echo precious >target
  ln -s target link
  refuses 2 "'link' is a symbolic link" iommuctl report --sysroot "$tree" -o link
  assert_equal "$(cat target)" precious
  mkdir folder
  refuses 2 "'folder' is a folder: name a file in it" iommuctl report --sysroot "$tree" -o folder
  refuses 2 "see: -o -" iommuctl report --sysroot "$tree" -o /dev/stdout
  refuses 2 "ends in .gz, .xz or .zst" iommuctl report --sysroot "$tree" -o machine.json.bz2
  [ ! -e machine.json.bz2 ]
  refuses 1 "cannot write 'nowhere/x.json'" iommuctl report --sysroot "$tree" -o nowhere/x.json
  assert_equal "$(find . -maxdepth 2 -name '*.tmp' | wc -l)" 0
}

@test "--text has the words of hwinfo for capabilities" {
  run iommuctl report --text --from "$srcdir/data/captures/vtd-guest.json"
  assert_line --regexp "^  page sizes +4 KiB, 2 MiB, 1 GiB$"
  assert_line --regexp "^  nested translation +no$"
  assert_line "  iommufd_selftest_iommu.0  0 devices, no registers"
  jq '.iommus += [.iommus[0] | .name = "dmar1"]' "$srcdir/data/captures/vtd-guest.json" >two.json
  run iommuctl report --text --from two.json
  assert_line --regexp "^  same as +dmar0$"
}

@test "-o - is standard output, and --json with -o says what was written" {
  iommuctl report --sysroot "$tree" -o - | jq -e '.command == "report"' >/dev/null
  assert_equal "$(iommuctl report --json --sysroot "$tree" -o x.json | jq -c '[.file, .private_data]')" '["x.json","removed"]'
}

@test "names that end in .gz, .xz and .zst are compressed" {
  need_compression
  iommuctl report --sysroot "$tree" | jq 'del(.report.created)' >plain
  local unpack=(gz gzip xz xz zst zstd) i
  for ((i = 0; i < 6; i += 2)); do
    iommuctl report -q --sysroot "$tree" -o "r.json.${unpack[i]}"
    "${unpack[i + 1]}" -dc "r.json.${unpack[i]}" | jq 'del(.report.created)' | cmp - plain
  done
}

@test "a table comes out of the report as it went in" {
  iommuctl report --sysroot "$tree" | jq -r '.acpi.tables[0].raw' | xxd -r -p | cmp - "$tree/sys/firmware/acpi/tables/DMAR"
}

@test "the kernel log of a copied tree is decoded, as a sosreport has it" {
  mkdir -p "$tree/sos_commands/kernel"
  cat >"$tree/sos_commands/kernel/dmesg" <<'END'
[    0.100000] DMAR: Host address width 46
[   10.000000] DMAR: DRHD: handling fault status reg 2
[   10.000001] DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xdeadb000 [fault reason 0x06] PTE Read access is not set
[   11.000000] nvme nvme0: serial S123 of alice
END
  iommuctl report --sysroot "$tree" >doc
  assert_equal "$(jq -r .log.source doc)" sos_commands/kernel/dmesg
  assert_equal "$(jq -c '[.log.records[] | select(.kind == "fault")] | length' doc)" 1
  assert_equal "$(iommuctl report --prometheus --from doc | grep 'log_records{kind="fault"}')" 'iommuctl_log_records{kind="fault"} 1'
}

@test "metrics: what a machine wrote cannot end a label or reach a terminal" {
  jq '.groups[0].type = "a\u001b[1m\"} 1\nb\\"' "$srcdir/tests/cli/data/check-vtd.json" >doc
  run iommuctl report --prometheus --from doc
  assert_success
  assert_line 'iommuctl_groups{type="a\\x1b[1m\"} 1\\nb\\"} 1'
}

@test "what cannot be read is listed with what is missing" {
  rm -r "$tree/boot" "$tree/proc/cmdline" "$tree/sys/devices/pci0000:00/0000:00:03.0/config"
  iommuctl report --sysroot "$tree" >doc
  assert_equal "$(jq -c '[.kernel.command_line, .kernel.config, .pci[0].config, .pci[0].ats]' doc)" '[null,null,"unread",null]'
  assert_equal "$(jq -c '[.unread[] | select(.path == "/proc/cmdline") | .errno]' doc)" '["ENOENT"]'
  run jq -r '.unread[].what' doc
  assert_output --partial "kernel configuration"
  assert_output --partial "PCI configuration space of 1 devices"
}

@test "a limit that the kernel does not tell is not known, and not zero" {
  need_strace
  local deny=(strace -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=prlimit64 -e inject=prlimit64:error=EPERM)
  "${deny[@]}" "$IOMMUCTL" report -o "$BATS_TEST_TMPDIR/report" -q
  run jq -c '.limits.memlock, [.unread[].what | select(test("locked"))]' "$BATS_TEST_TMPDIR/report"
  assert_output $'null\n["the limit of locked memory"]'
  run iommuctl report --text --from "$BATS_TEST_TMPDIR/report"
  assert_line --regexp '^  locked memory +unknown$'
}

@test "an ordinary user gets a report of this machine" {
  [ "$(id -u)" = 0 ] || skip "needs root to become somebody else"
  run_split setpriv --reuid=65534 --regid=65534 --clear-groups "$IOMMUCTL" report
  assert_equal "$status" 0
  jq -e '.kernel.release and (.unread | type == "array") and (.limits.capabilities == [])' <<<"$output" >/dev/null
}

@test "text names the parts and holds no control characters" {
  printf 'evil\e[31m\n' >"$tree/proc/sys/kernel/version"
  run_split iommuctl report --text --sysroot "$tree"
  assert_equal "$status" 0
  for part in Kernel IOMMUs Groups Devices Firmware "Could not be read"; do
    assert_equal "$(grep -c "^$part" <<<"$output")" 1
  done
  run grep -c $'\e' <<<"$output"
  assert_output 0
}

@test "formats exclude each other, operands are refused" {
  refuses 2 "exclude each other" iommuctl report --text --nfd
  refuses 2 "'extra'" iommuctl report extra
  refuses 2 "'missing'" iommuctl report --from missing
}

# An unpacked sosreport has no IOMMUs and groups in its /sys.
make_sosreport() {
  mkdir -p "$1"/{proc,sys/kernel} "$1"/sos_commands/{kernel,pci}
  echo intel_iommu=on >"$1/proc/cmdline"
  cat >"$1/sos_commands/kernel/dmesg" <<'LOG'
[    0.400000] DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c40660462 ecap f050da
[    0.410000] pci 0000:00:00.0: Adding to iommu group 0
[    0.420000] pci 0000:00:1f.2: Adding to iommu group 9
[    0.430000] pci 0000:00:1f.3: Adding to iommu group 9
LOG
  cat >"$1/sos_commands/pci/lspci_-nnvv" <<'LSPCI'
00:00.0 Host bridge [0600]: Intel Corporation 82G33 Express DRAM Controller [8086:29c0]
	Subsystem: Red Hat, Inc. QEMU Virtual Machine [1af4:1100]

00:1f.2 SATA controller [0106]: Intel Corporation 6 port SATA Controller [AHCI mode] [8086:2922] (rev 02) (prog-if 01 [AHCI 1.0])
	Subsystem: Red Hat, Inc. QEMU Virtual Machine [1af4:1100]
	Kernel driver in use: ahci
LSPCI
}

@test "a sosreport: IOMMUs and groups are those of its kernel log, devices those of its lspci" {
  make_sosreport sos
  run_split iommuctl list --json --sysroot sos
  assert_equal "$status" 0
  [[ $stderr == *"note: "*"sos_commands/kernel/dmesg"*"the rest is unknown"* ]]
  assert_equal "$(jq -c '[.state, (.iommus[] | .name, .type, .source, .registers.CAP.value, .address)]' <<<"$output")" \
    '["present","dmar0","intel-vtd","log","0x00d2008c40660462","0x00000000fed90000"]'
  assert_equal "$(jq -c '.groups[] | [.id, .type, .reserved, .devices]' <<<"$output")" \
    $'[0,null,null,["0000:00:00.0"]]\n[9,null,null,["0000:00:1f.2","0000:00:1f.3"]]'
  assert_equal "$(jq -c '.devices[] | [.name, .vendor, .device, .subsystem_vendor, .class, .driver, .iommu, .group]' <<<"$output")" \
    '["0000:00:00.0","0x8086","0x29c0","0x1af4","0x060000",null,null,0]
["0000:00:1f.2","0x8086","0x2922","0x1af4","0x010601","ahci",null,9]
["0000:00:1f.3",null,null,null,null,null,null,9]'
  run_split iommuctl report --sysroot sos
  assert_equal "$(jq -r '[.unread[].path] | contains(["sys/kernel/iommu_groups", "sys/class/iommu"])' <<<"$output")" true
}

@test "a sosreport whose log has registers but no group: nothing says that the kernel drives the IOMMU" {
  make_sosreport sos
  sed -i '/group/d' sos/sos_commands/kernel/dmesg
  run_split iommuctl list --json --sysroot sos
  assert_equal "$(jq -c '[.state, (.iommus | length), (.devices | length)]' <<<"$output")" '["absent",0,2]'
}
