#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every example of every manual page and every --help is run. Here commands that look get a captured machine, and commands that
# act stop where the kernel would be asked: their words are right when an iommufd is all they miss. On real kernels the sessions
# of the manual are run in tests/vm/cases/examples.bats.

load ../lib/common
load ../lib/manual

# The examples read and write what gzip and xz have packed.
setup() {
  "$IOMMUCTL" --version --json | jq -e '.features.gzip and .features.xz' >/dev/null || skip "built without gzip or xz"
}

setup_file() {
  local data=$BATS_FILE_TMPDIR/data
  mkdir -p "$data/bin" "$data/cwd"
  # One machine that has what the pages talk of: the port's network card under both names, and a second IOMMU.
  jq '(.devices | map(select(.name == "0000:01:00.0") | .name = "0000:3b:00.0" | .cdev = "vfio3")) as $more
      | .devices += $more | .iommus += [.iommus[0] | .name = "dmar1"]' "$srcdir/data/captures/vtd-guest.json" >"$data/machine.json"
  printf '4,1,1000,-;DMAR: DRHD: handling fault status reg 2\n4,2,2000,-;DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x7cd80000 [fault reason 0x06] PTE Read access is not set\n' >"$data/kmsg"
  cut -d';' -f2 "$data/kmsg" >"$data/dmesg"
  ln -s "$srcdir/tests/lib/example-program" "$data/bin/iommuctl"
  printf '#!/bin/sh\nexec "$@"\n' >"$data/bin/sudo"
  printf '#!/bin/sh\ncat "%s/kmsg"\n' "$data" >"$data/bin/ssh"
  printf '#!/bin/sh\ncat "%s/dmesg"\n' "$data" >"$data/bin/dmesg"
  # What is drawn is looked at elsewhere; here it must only be asked for.
  printf '#!/bin/sh\ngrep -q digraph\n' >"$data/bin/dot"
  chmod +x "$data"/bin/*
  cd "$data/cwd"
  cp "$data/machine.json" report.json
  cp "$data/machine.json" before.json
  cp "$data/machine.json" here.json
  xz -k here.json
  cp here.json.xz machine.json.xz
  cp here.json.xz other.json.xz
  cp here.json.xz old.json.xz
  cp here.json.xz new.json.xz
  cp here.json.xz there.json.xz
  gzip -c <"$data/dmesg" >kern.log.1.gz
  xz -c <"$data/dmesg" >kern.log.1.xz
  "$builddir/tests/lib/mktree" machine <"$srcdir/tests/captures/sysfs/qemu-vtd-7.3.tree"
  echo 'iommuctl session show' >experiment.sh
}

# run_examples NAME: the lines on standard input as one script; every call of the program is judged.
run_examples() {
  local name=$1 log=$BATS_FILE_TMPDIR/data/log.$BASHPID status kind err line bad=0 script
  script=$(cat)
  : >"$log"
  (
    cd "$BATS_FILE_TMPDIR/data/cwd"
    export EXAMPLE_LOG=$log EXAMPLE_DATA=$BATS_FILE_TMPDIR/data PATH=$BATS_FILE_TMPDIR/data/bin:$PATH
    unset IOMMUCTL_SESSION
    timeout 300 bash -c "$script" </dev/null >"$log.out" 2>&1
  ) || true
  # As many calls as the text has, or it was not run to its end.
  [ "$(wc -l <"$log")" -ge "$(grep -c iommuctl <<<"$script")" ] || { echo "$name: not every line ran:" >&2; cat "$log" "$log.out" >&2; return 1; }
  while IFS=$'\t' read -r status kind err line; do
    case $kind:$status:$err in
    look:0:*) ;;
    # The answer is no, or the machines differ.
    look:1:*) [[ $line =~ ^iommuctl\ (check|diff|watch|hwinfo) ]] || { echo "$name: $line: exit 1: $err" >&2; bad=1; } ;;
    # Who holds devices is a question to the running kernel.
    look:2:*"no device '0000:3b:00.0' on this machine"*) [[ $line == "iommuctl ps "* ]] || { echo "$name: $line: $err" >&2; bad=1; } ;;
    act:2:*"is not an iommufd"*) ;;
    # These know it before they need one.
    act:2:*"which session?"* | act:[012]:*"no session"*) [[ $line == "iommuctl session "* ]] || { echo "$name: $line: $err" >&2; bad=1; } ;;
    *) echo "$name: $line: exit $status: $err" >&2; bad=1 ;;
    esac
  done <"$log"
  return "$bad"
}

@test "examples: every manual page has some that run" {
  local page bad=0 count=0
  for page in "$srcdir"/man/*.[1-8]; do
    examples_of "$page" >"$BATS_TEST_TMPDIR/examples"
    grep -q iommuctl "$BATS_TEST_TMPDIR/examples" || { echo "${page##*/}: no example" >&2; bad=$((bad + 1)); continue; }
    count=$((count + $(grep -c iommuctl "$BATS_TEST_TMPDIR/examples")))
    run_examples "${page##*/}" <"$BATS_TEST_TMPDIR/examples" || bad=$((bad + 1))
  done
  [ "$count" -ge 100 ] || fail "only $count examples were found"
  [ "$bad" -eq 0 ] || fail "$bad pages"
}

@test "examples: those of every --help run" {
  # All of them in one shell: each is judged by what it wrote to the log.
  "$IOMMUCTL" __commands --json | jq -r '.commands[].examples[]' >"$BATS_TEST_TMPDIR/examples"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/examples")" -ge 60 ]
  run_examples "--help" <"$BATS_TEST_TMPDIR/examples"
}

@test "the cookbook has twenty tasks, each with a command" {
  local page=$srcdir/man/iommuctl-cookbook.7
  assert_equal "$(sed -n 's/^\.Ss \([0-9]*\)\. .*/\1/p' "$page" | paste -sd' ')" "$(seq -s' ' 20)"
  assert_equal "$(awk '/^\.Ss/ { if (task && !found) print task; task = $0; found = 0 } /^(\.Dl .*)?[$#]? ?(eval "\$\()?iommuctl / || /^\.Dl . .*iommuctl/ { found = 1 } END { if (!found) print task }' "$page")" ""
}
