#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Pressing Tab in the real shells.

load ../lib/common

setup() {
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s "$IOMMUCTL" "$BATS_TEST_TMPDIR/bin/iommuctl"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# in_bash LINE: what bash would offer at the end of LINE.
in_bash() {
  bash --norc -c '
    . "$srcdir/completions/iommuctl"
    COMP_LINE=$1 COMP_POINT=${#1}
    compopt() { :; }
    _iommuctl
    printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

in_fish() { fish --no-config -c "source $srcdir/completions/iommuctl.fish; complete -C '$1'" | cut -f1; }

# in_zsh LINE: type it into an interactive zsh, press Tab twice, and look at the screen.
in_zsh() {
  zsh -f "$srcdir/tests/lib/zsh-complete" "$srcdir/completions" "$1"
}

need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

@test "bash offers global options, their values and what belongs to the word" {
  run in_bash "iommuctl --col"
  assert_output "--color="
  run in_bash "iommuctl --color=a"
  assert_line "auto"
  assert_line "always"
  refute_line "never"
  run in_bash "iommuctl --color n"
  assert_output "never"
}

@test "fish offers global options, their values and what belongs to the word" {
  need fish
  run in_fish "iommuctl --col"
  assert_output "--color="
  run in_fish "iommuctl --color=a"
  assert_line "--color=auto"
  refute_line "--color=never"
}

@test "zsh offers global options and their values" {
  need zsh
  run in_zsh "iommuctl --color=a"
  [ "$status" -ne 77 ] || skip "no pseudo-terminal can be had here"
  assert_output --partial "auto"
  assert_output --partial "always"
  refute_output --partial "never"
}

@test "files are left to the shell" {
  touch "$BATS_TEST_TMPDIR/report.json"
  cd "$BATS_TEST_TMPDIR"
  run in_bash "iommuctl --from rep"
  assert_output "report.json"
  need fish
  run in_fish "iommuctl --from rep"
  assert_output "report.json"
}

@test "a wrong line offers nothing and says nothing" {
  run_split iommuctl __words -- nonsense ""
  assert_equal "$status" 0
  assert_equal "$output$stderr" ""
}
