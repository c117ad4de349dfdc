#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# explain: the table of refusals, by command, ioctl, number and errno.

load ../lib/common

@test "a finding of check is explained by its name" {
  run iommuctl explain nested.no-hardware
  assert_success
  assert_line "nested.no-hardware, fail"
  assert_line --regexp "^  about: "
  run iommuctl explain iommufd.unknown
  assert_line --partial "it depends on what was found"
  local id
  for id in $("$IOMMUCTL" check --list-findings --json | jq -r '.known_findings[].id'); do
    "$IOMMUCTL" explain "$id" --json
  done | jq -es --slurpfile all <("$IOMMUCTL" check --list-findings --json) \
    '[.[].findings[0]] == $all[0].known_findings and all(.[]; .operations == [])'
  refuses 2 "did you mean 'nested.no-hardware'" iommuctl explain nested.no-hardwar
}

@test "commands of two words are taken as they are typed, and the errno can come first" {
  assert_equal "$(iommuctl explain dirty start EOPNOTSUPP)" "$(iommuctl explain 'dirty start' EOPNOTSUPP)"
  assert_equal "$(iommuctl explain EINVAL bind)" "$(iommuctl explain bind EINVAL)"
  assert_equal "$(iommuctl explain EBUSY dirty read)" "$(iommuctl explain dirty read EBUSY)"
  refuses 2 "'list' asks nothing of iommufd" iommuctl explain list
  refuses 2 "unexpected word 'more'" iommuctl explain bind EINVAL more
  refuses 2 "'EBUSY' is no command or ioctl" iommuctl explain EINVAL EBUSY
}

@test "a command and an errno: cause and next step of each circumstance" {
  run_split iommuctl explain bind EINVAL
  assert_equal "$status" 0
  assert_equal "$stderr" ""
  [[ "${output%%$'\n'*}" == *"VFIO_DEVICE_BIND_IOMMUFD"*"0x3b76"* ]]
  [[ "$output" == *"EINVAL (22, Invalid argument), when another process has the device open"* ]]
  [[ "$output" == *"  cause: "*"  try:   "* ]]
  [[ "$output" != *"{"* ]]
}

@test "names and numbers of ioctls and errnos mean the same" {
  local want
  want=$(iommuctl explain hwpt-alloc EOPNOTSUPP)
  assert_equal "$(iommuctl explain IOMMU_HWPT_ALLOC 95)" "$want"
  assert_equal "$(iommuctl explain 0x3b89 opnotsupp)" "$want"
  assert_equal "$(iommuctl explain 0x89 eopnotsupp)" "$want"
  assert_equal "$(iommuctl explain hwpt_alloc 0x5f)" "$want"
}

@test "without operands everything is listed, every ioctl among it" {
  run_split iommuctl explain --json
  assert_equal "$status" 0
  assert_equal "$(jq '[.operations[].number | select(.)] | length' <<<"$output")" "$(grep -c "$(printf '^\tROW(')" "$srcdir/src/uapi/ioctls.tab.c")"
  assert_equal "$(jq '[.operations[].answers[].id] | length - (unique | length)' <<<"$output")" 0
  assert_equal "$(jq '[.operations[].answers[] | select((.cause | length) < 10 or (.next | length) < 4)] | length' <<<"$output")" 0
  [ "$(jq '[.operations[].answers[]] | length' <<<"$output")" -gt 200 ]
}

@test "an errno alone: everything that can answer it" {
  run_split iommuctl explain --json EBUSY
  assert_equal "$status" 0
  assert_equal "$(jq -r '[.operations[].answers[].errno] | unique | join(" ")' <<<"$output")" "EBUSY any"
  assert_equal "$(jq -r 'any(.operations[]; .operation == "IOMMU_DESTROY")' <<<"$output")" true
  assert_equal "$(jq -r '.operations[-1].operation' <<<"$output")" any
}

@test "a success that hides something" {
  run_split iommuctl explain attach success
  assert_equal "$status" 0
  [[ "$output" == *"table was replaced"* ]]
  assert_equal "$(iommuctl explain attach 0)" "$output"
}

@test "an ioctl that an old kernel lacks is explained with the version" {
  run_split iommuctl explain viommu-alloc ENOTTY
  [[ "$output" == *"IOMMU_VIOMMU_ALLOC, which came with Linux 6.13"* ]]
  run_split iommuctl explain hwinfo ENOTTY
  [[ "$output" == *"Linux 6.6"* ]]
}

@test "a command of two words, and the first of them alone" {
  assert_equal "$(iommuctl explain --json dirty | jq -r '[.operations[].operation] | join(" ")')" \
    "IOMMU_HWPT_SET_DIRTY_TRACKING IOMMU_HWPT_GET_DIRTY_BITMAP"
  assert_equal "$(iommuctl explain --json 'fault-queue read' | jq -r '.operations[0].operation')" "read fault queue"
}

@test "what is not known is said, exit 1" {
  refuses 1 "'ESTALE'" iommuctl explain destroy ESTALE
  run_split iommuctl explain --json destroy ESTALE
  assert_equal "$status" 1
  assert_equal "$(jq -c '[.operations, (.errors | length)]' <<<"$output")" '[[],1]'
}

@test "words that are none are refused" {
  refuses 2 "'hwptalok'" iommuctl explain hwptalok
  refuses 2 "'hwpt-alocc'" iommuctl explain hwpt-alocc
  [[ "$stderr" == *"did you mean 'hwpt-alloc'"* ]]
  refuses 2 "'EFOO'" iommuctl explain bind EFOO
  refuses 2 "'EBUSY'" iommuctl explain EBUSY EBUSY
  refuses 2 "'5000'" iommuctl explain bind 5000
}
