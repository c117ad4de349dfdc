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

# words_of WORD...: candidates for the last word, without descriptions.
words_of() { "$IOMMUCTL" __words -- "$@" | cut -f1; }

@test "goals, VMMs, errnos and paths are offered, a command that issues two ioctls once" {
  assert_equal "$(words_of check pas | paste -sd' ')" "passthrough pasid"
  assert_equal "$(words_of check --for= | paste -sd' ')" "--for=qemu --for=libvirt --for=cloud-hypervisor"
  run words_of explain bind EBU
  assert_output "EBUSY"
  run words_of explain EBU
  assert_output "EBUSY"
  run words_of explain bin
  assert_output "bind"
  run words_of hwinfo --get=capabilities.pasid
  assert_output "--get=capabilities.pasid_bits"
  run words_of hwinfo --type=intel
  assert_output "--type=intel-vtd"
  run words_of list -o name,drive
  assert_output "name,driver"
}

@test "help is followed by commands, and options can stand before a second word" {
  assert_equal "$(words_of help se)" "session"
  assert_equal "$("$IOMMUCTL" __words -- se)" $'session\tstart, exec, list, show, stop'
  assert_equal "$(words_of help session st | paste -sd' ')" "start stop"
  assert_equal "$(words_of help list "")" ""
  assert_equal "$(words_of session --json li)" "list"
  assert_equal "$(words_of session --json stop --no-p)" "--no-pager"
}

@test "devices are those of the report or tree that the line names" {
  local report=$srcdir/data/captures/vtd-guest.json
  assert_equal "$(words_of hwinfo --from "$report" dm)" "dmar0"
  assert_equal "$(words_of --from="$report" diff dm)" ":files
dmar0"
  assert_equal "$(words_of check --from "$report" 0000:01 | head -n 1)" "0000:01:00.0"
  "$builddir/tests/lib/mktree" "$BATS_TEST_TMPDIR/machine" <"$srcdir/tests/captures/sysfs/qemu-amd-7.3.tree"
  assert_equal "$(words_of list --sysroot "$BATS_TEST_TMPDIR/machine" --iommu iv)" "ivhd0"
  # Nothing of this machine, and nobody waits.
  assert_equal "$(words_of hwinfo --from /nowhere "")" ""
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  assert_equal "$(timeout 10 "$IOMMUCTL" __words -- hwinfo --from "$BATS_TEST_TMPDIR/fifo" "" || echo late)" ""
}

# What these words can be does not depend on the machine. No flag is defined for the operations that are left out.
@test "every option and operand whose words are known offers some" {
  local known='^(ANSWER|CLASS|COL|COMMAND|DIR|ERRNO|FILE|FLAGS|GOAL|IOCTL|PATH|TYPE|VERB|VMM|WHEN)$'
  local command option kind bad=0
  "$IOMMUCTL" __commands --json >"$BATS_TEST_TMPDIR/commands"
  while IFS=$'\t' read -r command option kind; do
    case $command:$option in
    ioas-alloc:flags | fault-queue\ alloc:flags | viommu-alloc:flags | veventq-alloc:flags | hw-queue-alloc:flags) continue ;;
    esac
    # shellcheck disable=SC2086 # a command can be two words
    [ -n "$(words_of $command ${option:+"--$option="})" ] || { echo "$command ${option:+--$option=}$kind: nothing is offered" >&2; bad=1; }
  done < <(jq -r --arg known "$known" '.commands[] | .name as $n | .options[] | select(.argument)
    | select(.argument | split("[|,.]"; "")[0] | test($known)) | [$n, .name, .argument] | @tsv' "$BATS_TEST_TMPDIR/commands")
  [ "$bad" -eq 0 ]
}
