#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The frame around every command: version, help, wrong words, streams.

load ../lib/common

@test "--version names the program and what was built in" {
  run_split iommuctl --version
  assert_equal "$status" 0
  assert_equal "${output%% *}" iommuctl
  [[ "$output" == *"built with:"* ]]
  assert_equal "$stderr" ""
}

@test "--version --json is a document" {
  run_split iommuctl --version --json
  assert_equal "$status" 0
  assert_equal "$(jq -r '.schema + " " + .command' <<<"$output")" "iommuctl/1 version"
}

@test "no command, an unknown command and an unknown option are usage errors" {
  refuses 2 "which command" iommuctl
  refuses 2 "'hwinof'" iommuctl hwinof
  refuses 2 "'--colour'" iommuctl --colour=never __commands
  refuses 2 "'-x'" iommuctl __commands -x
  refuses 2 "'extra'" iommuctl __commands extra
}

@test "a name that is nearly right is told: commands, second words, words typed apart or together" {
  local words near
  while IFS=: read -r words near; do
    # shellcheck disable=SC2086 # words
    refuses 2 "did you mean '$near'" iommuctl $words
  done <<'END'
hwifno:hwinfo
lsit:list
hwpt-aloc:hwpt-alloc
hwpt alloc:hwpt-alloc
sesion:session
sesion list:session list
session lst:session list
fault-queue-alloc:fault-queue alloc
veventq alloc:veventq-alloc
help hwifno:hwinfo
END
  refuses 2 "is it one of hwpt-alloc, hwpt-invalidate?" iommuctl hwpt
  # What is nothing like a command, and one of two letters.
  run iommuctl frobnicate
  refute_output --partial "mean"
  run iommuctl ls
  refute_output --partial "mean"
}

@test "a group of commands answers --help with its commands, and alone it asks for the second word" {
  local group
  for group in session dirty fault-queue veventq; do
    run_split iommuctl "$group" --help
    assert_equal "$status$stderr" 0
    assert_equal "$(sed -n "s/^  \($group [a-z]*\) .*/\1/p" <<<"$output")" "$("$IOMMUCTL" __commands | grep "^$group ")"
    [ "$(wc -L <<<"$output")" -le 80 ]
    refuses 2 "'$group' needs a second word" iommuctl "$group"
    refuses 2 "iommuctl $group --help" iommuctl "$group" bogus
  done
  refuses 2 "'--bogus'" iommuctl session --bogus
  # Global options can stand between the two words.
  assert_equal "$("$IOMMUCTL" session --json start --help | jq -r .topic)" "session start"
}

@test "help as a word is --help" {
  local words
  for words in "" list hwpt-alloc session "session start" help; do
    # shellcheck disable=SC2086 # words
    assert_equal "$("$IOMMUCTL" help $words)" "$("$IOMMUCTL" $words --help)"
  done
  assert_equal "$("$IOMMUCTL" help session --json | jq -c '[.topic, (.commands | length)]')" '["session",5]'
  assert_equal "$("$IOMMUCTL" hwinfo --help --json | jq -r '.commands[].name')" hwinfo
  refuses 2 "'extra'" iommuctl help list extra
  refuses 2 "'foo' is no command of 'session'" iommuctl help session foo
}

@test "an option that is cut too short is told what it can mean, letters of the other case are no mistake" {
  refuses 2 "can mean more than one: --columns, --color" iommuctl list --col
  refuses 2 "did you mean 'list'" iommuctl LIST
  refuses 2 "which command?" iommuctl ""
  run_split iommuctl check --json-lines
  assert_equal "$status" 2
  [[ "$stderr" == *"it prints one document, with --json"* ]]
}

@test "a value that is missing, or one too many, is named" {
  refuses 2 "'--color' needs a value" iommuctl __commands --color
  refuses 2 "'--json' takes no value" iommuctl __commands --json=1
  refuses 2 "'blue'" iommuctl --color=blue __commands
}

@test "global options are accepted before and after the command" {
  assert_equal "$(iommuctl --json __commands | jq -r .command)" __commands
  assert_equal "$(iommuctl __commands --json | jq -r .command)" __commands
}

@test "an option that a command has no use for is refused" {
  refuses 2 "--from" iommuctl __commands --from=x
}

@test "with --json a usage error is a document too" {
  run_split iommuctl --json __commands extra
  assert_equal "$status" 2
  assert_equal "$(jq -r '.errors[0].message' <<<"$output")" "unexpected word 'extra'"
}

@test "a full disk is noticed, a closed pipe is quiet" {
  run_split bash -c '"$IOMMUCTL" --version >/dev/full'
  assert_equal "$status" 1
  [[ "$stderr" == *"No space left"* ]]
  run_split bash -c '{ sleep 0.2; "$IOMMUCTL" --version; echo $? >&2; } | true'
  assert_equal "$stderr" 1
}

@test "control characters in arguments do not reach the terminal" {
  run_split iommuctl $'bad\e[31mname\nsecond'
  assert_equal "$status" 2
  [[ "$stderr" != *$'\e'* ]]
  [[ "$stderr" == *'bad\x1b[31mname\nsecond'* ]]
}

# Nothing in it takes locks, so neither it nor the libraries that it loads, by their symbols' names, may start one.
@test "the program has no threads" {
  not_under sanitizers "they have threads"
  [ -s "$builddir/iommuctl" ]
  run grep -aoE 'pthread_create|thrd_create|lzma_stream_(de|en)coder_mt|ZSTD_c_nbWorkers|ZSTD_CCtx_setParameter' "$builddir/iommuctl"
  assert_equal "$output" ""
}
