#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What other programs take from a report, given to these programs where they are installed.

load ../lib/common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  capture=$srcdir/data/captures/vtd-guest.json
  PATH=$(dirname "$IOMMUCTL"):$PATH
}

@test "Prometheus: promtool takes the metrics" {
  iommuctl report --prometheus --from "$capture" >metrics
  grep -qF 'iommuctl_iommu_capability{iommu="dmar0",capability="input_address_bits"} 48' metrics
  grep -qF 'iommuctl_iommu_info{iommu="dmar0",type="intel-vtd"} 1' metrics
  "$srcdir/data/integrations/iommuctl-textfile" .
  grep -q '^iommuctl_info{' iommuctl.prom
  command -v promtool >/dev/null || skip "promtool (package prometheus) is not installed"
  promtool check metrics <metrics
  promtool check metrics <iommuctl.prom
}

@test "Node Feature Discovery: lines are labels" {
  iommuctl report --nfd --from "$capture" >features
  grep -qx 'iommu.driven=true' features
  grep -qx 'iommu.type=intel-vtd' features
  run grep -cvE '^[a-z0-9][a-z0-9.-]*=[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$' features
  assert_output 0
  "$srcdir/data/integrations/iommuctl-nfd" .
  grep -q '^iommu.driven=' iommuctl
}

@test "Ansible: the local fact is there" {
  jq -e .iommus < <("$srcdir/data/integrations/iommuctl.fact") >/dev/null
  command -v ansible >/dev/null || skip "ansible is not installed"
  mkdir facts
  cp "$srcdir/data/integrations/iommuctl.fact" facts/
  HOME=$PWD ansible -m setup -a "fact_path=$PWD/facts filter=ansible_local" -c local -i localhost, localhost >out
  sed 's/^localhost | SUCCESS => //' out | jq -e '.ansible_facts.ansible_local.iommuctl.schema == "iommuctl/1"' >/dev/null
}

@test "sos: the plugin loads" {
  python3 -c 'import sos.report.plugins' 2>/dev/null || skip "sos (package sosreport) is not installed"
  python3 - "$srcdir/data/integrations/sos_iommuctl.py" <<'END'
import runpy, sys
from sos.report.plugins import Plugin
plugin = runpy.run_path(sys.argv[1])['Iommuctl']
assert issubclass(plugin, Plugin) and plugin.commands == ('iommuctl',)
END
}

@test "udev: the rules are taken" {
  command -v udevadm >/dev/null && udevadm verify --help >/dev/null 2>&1 || skip "udevadm verify is not installed"
  udevadm verify "$srcdir/data/integrations/70-iommuctl-vfio.rules"
}

@test "a fleet: DuckDB says which of 10,000 hosts cannot nest" {
  command -v duckdb >/dev/null || skip "duckdb is not installed"
  make_fleet 10000
  cp "$srcdir/data/fleet.sql" .
  assert_equal "$(duckdb -csv -c '.read fleet.sql' | grep -c '^host-')" 10000
}

@test "a fleet: one line a report, with the name that was given" {
  make_fleet 3
  assert_equal "$(jq -r .report.label fleet.jsonl | tr '\n' ' ')" "host-0 host-1 host-2 "
}

# Reports of machines, one line each.
make_fleet() {
  iommuctl report --json-lines --from "$capture" --label=host-0 >one
  awk -v n="$1" '{ for (i = 0; i < n; i++) { line = $0; sub(/"label":"host-0"/, "\"label\":\"host-" i "\"", line); print line } }' one >fleet.jsonl
}
