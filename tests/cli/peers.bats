#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What other programs say of the same machine, where they are installed.

load ../lib/common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
}

# table SIGNATURE FILE: our structures of the table into ours, those of iasl into table.dsl
table() {
  command -v iasl >/dev/null || skip "iasl (package acpica-tools) is not installed"
  mkdir -p "tree/sys/firmware/acpi/tables" tree/sys/bus
  cp "$srcdir/tests/captures/acpi/$2" "tree/sys/firmware/acpi/tables/$1"
  cp "$srcdir/tests/captures/acpi/$2" table.bin
  iasl -d table.bin >/dev/null 2>&1
  iommuctl report --sysroot tree 2>/dev/null | jq '.acpi.tables[0]' >ours
}

@test "DMAR: register bases, kinds of devices and their paths are those of iasl" {
  table DMAR qemu-vtd-dmar.bin
  awk '/Register Base Address :/ { print tolower($NF) }
    /Device Scope Type : / { sub(/.* : /, ""); type = $1 }
    /PCI Bus Number :/ { bus = tolower($NF) }
    /PCI Path :/ { split(tolower($NF), p, ","); printf "%s %s %s.%x\n", type, bus, p[1], p[2] }' table.dsl >theirs
  jq -r 'def number: {endpoint: "01", bridge: "02", ioapic: "03"}[.];
    (.structures[] | (.register_base // empty | .[2:]), (.scope[] | (.type | number) + " " + .start_bus + " " + .path[0]))' ours >said
  diff theirs said
  [ "$(wc -l <said)" -gt 5 ]
  assert_equal "$(jq .host_address_bits ours)" $((0x$(sed -n 's/.*Host Address Width : //p' table.dsl) + 1))
}

@test "IVRS: the register base and the devices of each entry are those of iasl" {
  table IVRS qemu-amd-ivrs.bin
  awk '/ Base Address :/ { print tolower($NF) }
    /Entry Type :/ { type = $NF }
    /\] +Device ID :/ && type != 48 { print tolower($NF) }
    /Source Used Device ID :/ { print tolower($NF) }' table.dsl >theirs
  jq -r '.structures[] | .register_base[2:], .entries[].device_id' ours |
    awk -F'[:.]' 'function hex(s,    i, v) { for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
      NF == 1 { print; next } { printf "%04x\n", hex($1) * 256 + hex($2) * 8 + hex($3) }' >said
  diff theirs said
  [ "$(wc -l <said)" -gt 5 ]
}

@test "virt-host-validate: where it passes IOMMUs, so does check; where it does not, check says what to do" {
  command -v virt-host-validate >/dev/null || skip "virt-host-validate (package libvirt-clients) is not installed"
  local theirs state fix
  theirs=$(virt-host-validate qemu 2>/dev/null | sed -n 's/.*device assignment IOMMU support *: *\([A-Z]*\).*/\1/p')
  [ -n "$theirs" ] || skip "virt-host-validate says nothing of IOMMUs on this architecture"
  iommuctl check passthrough --json >doc 2>/dev/null || true
  state=$(jq -r .iommu doc)
  fix=$(jq -r '[.findings[] | select(.status == "fail" and .id[:6] == "iommu.").fix // empty] | length' doc)
  case $theirs in
  PASS) [[ $state =~ ^(on|identity|kernel-disabled)$ ]] || fail "they pass, check says $state" ;;
  *) [ "$state" = on ] || [ "$fix" -gt 0 ] || fail "they say $theirs, check says $state and no fix" ;;
  esac
}
