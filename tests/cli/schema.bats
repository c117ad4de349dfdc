#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The published schema takes every document, and refuses one that is wrong.

load ../lib/common

setup() {
  /usr/bin/python3 -W ignore -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
  cd "$BATS_TEST_TMPDIR" || return
  captures=$srcdir/data/captures
}

validate() { /usr/bin/python3 -W ignore "$srcdir/tests/cli/validate" "$@"; }

# document NAME WORD...: what a command prints; its answer may be no.
document() {
  local name=$1 status=0
  shift
  iommuctl "$@" >"$name" 2>/dev/null || status=$?
  [ "$status" -le 2 ]
}

@test "documents of saved machines are valid, and wrong ones are refused" {
  for machine in vtd smmuv3; do
    capture=$captures/$machine-guest.json
    document "$machine-list" list --json --from "$capture"
    document "$machine-hwinfo" hwinfo --json --from "$capture"
    document "$machine-device" hwinfo --json --from "$capture" 0000:01:00.0
    document "$machine-check" check --json --from "$capture"
    document "$machine-nested" check nested --for=qemu --json --from "$capture"
    document "$machine-report" report --from "$capture"
  done
  document diff diff --json "$captures/vtd-guest.json" "$captures/smmuv3-guest.json"
  document errors list --json --from nothing
  validate {vtd,smmuv3}-{list,hwinfo,device,check,nested,report} diff errors -- \
    'vtd-list schema "iommuctl/2"' 'vtd-list devices/0/group "x"' 'vtd-list devices/0/vendor "8086"' 'vtd-list devices/0/name' \
    'vtd-list iommus/0/registers []' 'vtd-list groups/0/reserved/0/start 7' 'vtd-list state "on"' \
    'vtd-hwinfo iommus/0/hint' 'vtd-hwinfo iommus/0/source "guess"' 'vtd-hwinfo iommus/0/type "vtd"' \
    'vtd-hwinfo iommus/0/registers/CAP/value "0x1"' 'vtd-hwinfo iommus/0/registers/CAP/fields/NEW {"bits": "0", "raw": 1}' \
    'vtd-hwinfo iommus/0/capabilities/ats "yes"' 'vtd-device devices/0/hw_info/data "0"' 'smmuv3-device devices/0/group "7"' \
    'vtd-check findings/0/status "maybe"' 'vtd-check findings/0/fix' 'vtd-check findings/0/id "Nested"' 'vtd-check iommu "enabled"' \
    'vtd-check goals/0/status' 'vtd-nested configurations {}' \
    'vtd-report report/private_data "some"' 'vtd-report devices {}' 'vtd-report unread {}' 'smmuv3-report groups/0/id -1' \
    'diff differences/0/weight "heavy"' 'diff migration/verdict "yes"' 'diff same "no"' \
    'errors errors/0/message' 'errors errors/0/errno 2'
}

@test "documents of logs, registers, explanations and processes are valid, and wrong ones are refused" {
  local logs=("$srcdir"/tests/captures/logs/hosts/*) n=0 names=()
  for log in "${logs[@]:0:12}"; do
    document "log-$n" decode --json "$log"
    names+=("log-$n")
    n=$((n + 1))
  done
  echo 'DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c40660462 ecap f050da' >log
  document decode decode --json log
  document words decode --json --type=intel-vtd ECAP=0xf050da
  document fields decode --list-fields --json
  document explain explain --json
  document findings check --list-findings --json
  document ps ps --json
  document live list --json
  document hwinfo hwinfo --json
  document check check --json
  document version --version --json
  document help help --json
  document group help session --json
  validate "${names[@]}" decode words fields explain findings ps live hwinfo check version help group -- \
    'help topic 1' 'help commands/0/name' 'group commands {}' \
    'decode records/0/kind "news"' 'decode records/0/source/line 0' 'decode records/0/source' \
    'words registers/ECAP/value 7' 'words registers/ECAP/fields/ITS {"bits": "0", "raw": 1}' \
    'explain operations/0/answers {}' 'explain operations/0/answers/0/cause' 'findings known_findings/0/status "good"' \
    'ps processes {}' 'ps unseen -1' 'version command'
}
