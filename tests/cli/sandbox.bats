#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The filter of system calls under which files of strangers are parsed.

load ../lib/common

machine="$srcdir/data/captures/vtd-guest.json"
fault='DMAR: [DMA Write NO_PASID] Request device [02:00.0] fault addr 0xffe4c000 [fault reason 0x05] PTE Write access is not set'

need_seccomp() {
  unchecked "the program goes without a filter"
  iommuctl --version --json | jq -e .features.seccomp >/dev/null || skip "built without libseccomp"
  grep -q '^Seccomp:' /proc/self/status || skip "the kernel has no seccomp"
  ! "$IOMMUCTL" -v decode /dev/null 2>&1 | grep -q 'without a filter' || skip "no filter here: $("$IOMMUCTL" -v decode /dev/null 2>&1)"
}

# held FILE COMMAND...: start COMMAND, which reads FILE, a FIFO, and print what the kernel says of it when it has read the first part.
held() {
  local fifo=$1 pid i
  shift
  mkfifo "$fifo"
  "$@" <"$fifo" >"$fifo.out" 3>&- &
  pid=$!
  exec 7>"$fifo"
  cat "$fifo.text" >&7
  for i in {1..100}; do
    grep -q '^Seccomp:.*2' "/proc/$pid/status" && break
    sleep 0.05
  done
  grep -E '^(Seccomp|NoNewPrivs):' "/proc/$pid/status" | tr -d '\n\t '
  exec 7>&-
  wait "$pid"
}

@test "it is in force while a log is decoded, and nothing gets lost" {
  need_seccomp
  for i in {1..40}; do echo "$fault"; done >"$BATS_TEST_TMPDIR/fifo.text"
  assert_equal "$(held "$BATS_TEST_TMPDIR/fifo" iommuctl_exec decode --json -)" NoNewPrivs:1Seccomp:2
  assert_equal "$(jq '.records | length' "$BATS_TEST_TMPDIR/fifo.out")" 40
}

iommuctl_exec() { exec "$IOMMUCTL" "$@"; }

@test "it is in force while a report is read" {
  need_seccomp
  cp "$machine" "$BATS_TEST_TMPDIR/fifo.text"
  assert_equal "$(held "$BATS_TEST_TMPDIR/fifo" iommuctl_exec list --from - --json)" NoNewPrivs:1Seccomp:2
  assert_equal "$(jq '.devices | length' "$BATS_TEST_TMPDIR/fifo.out")" "$(jq '.devices | length' "$machine")"
}

@test "nothing that a command needs is refused to it" {
  need_seccomp
  need_strace
  cd "$BATS_TEST_TMPDIR"
  cp "$machine" m.json
  for tool in gzip xz zstd; do "$tool" -kc m.json >"m.$tool"; done
  printf '%s\n' "$fault" >log
  printf '0102' >bytes
  "$builddir/tests/lib/mktree" tree <"$srcdir/tests/captures/sysfs/qemu-vtd-7.3.tree"
  local words
  for words in 'decode log' 'decode log m.xz m.gzip m.zstd' 'decode m.zstd' 'decode --type=amd-vi --hex=bytes' 'list --from m.gzip' \
    'hwinfo --from m.xz' 'check --from m.json' 'report --text --from m.json' 'report --from m.json -o new.json.xz' \
    'diff m.json m.xz' 'decode -v /nonexistent log' 'list -v --sysroot tree' 'hwinfo --sysroot tree' 'check -v --sysroot tree' \
    'report --text --sysroot tree' 'report --sysroot tree -o tree.json.xz' 'diff tree m.json' 'diff m.json'; do
    # shellcheck disable=SC2086 # words
    strace -f -o trace "$IOMMUCTL" $words >/dev/null 2>&1 || [ $? -le 2 ]
    grep -q 'seccomp(' trace || fail "$words: no filter"
    ! grep -a EPERM trace || fail "$words: refused"
  done
  iommuctl list --from new.json.xz >/dev/null
  iommuctl list --from tree.json.xz >/dev/null
}

@test "without a filter the work is done all the same, and -v says so" {
  need_seccomp
  need_strace
  printf '%s\n' "$fault" >"$BATS_TEST_TMPDIR/log"
  strace -o /dev/null -e trace=seccomp -e inject=seccomp:error=ENOSYS true 2>/dev/null || skip "strace cannot inject here"
  run_split strace -o /dev/null -e trace=seccomp,prctl -e inject=seccomp,prctl:error=EINVAL "$IOMMUCTL" -v decode "$BATS_TEST_TMPDIR/log"
  assert_equal "$status" 0
  [[ "$output" == *LGN.2* ]]
  [[ "$stderr" == *"without a filter of system calls"* ]]
}

@test "a long text on a terminal still goes through the pager" {
  command -v script >/dev/null || skip "script is not installed"
  export IOMMUCTL_PAGER="sed 's/^/paged: /'" TERM=dumb
  unset SUDO_UID DOAS_USER PKEXEC_UID
  run_split script -qec "stty rows 10; '$IOMMUCTL' hwinfo --from '$machine'" /dev/null </dev/null
  assert_equal "$status" 0
  [[ "$output" == *"paged: dmar0"* ]]
  # Nothing to show: nothing is paged, and nothing stays behind.
  run_split script -qec "'$IOMMUCTL' hwinfo --from /nonexistent" /dev/null </dev/null
  assert_equal "$status" 2
  [[ "$output" != *paged* ]]
}
