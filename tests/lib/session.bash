# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034,SC2013
# Sessions without a kernel: a private folder for sockets, and a stand-in for /dev/iommu.

setup() {
  if [ ! -e "$builddir/tests/lib/fake_iommufd.so" ]; then
    skip "tests/lib/fake_iommufd.so was not built"
  fi
  export LD_PRELOAD="$builddir/tests/lib/fake_iommufd.so"
  export XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/run"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  unset IOMMUCTL_SESSION FAKE_IOMMUFD
}

# No test leaves a keeper behind.
teardown() {
  local s
  for s in "$XDG_RUNTIME_DIR"/iommuctl/*.sock; do
    [ -e "$s" ] || continue
    pid=$(keeper_of "$s") || continue
    kill "$pid"
    # A checker of memory tells what it leaves behind when it has ended.
    [ -z "${IOMMUCTL_CHECKED-}" ] || gone "$pid"
  done
  return 0
}

# keeper_of NAME: the process id of a session's keeper.
keeper_of() {
  iommuctl session show "$1" --json 2>/dev/null | jq -er .session.keeper
}

# gone PID: waits until a process has ended.
gone() {
  local i
  for i in $(seq 400); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  fail "process $1 is still there"
}

# A checker of memory has its own, with large numbers.
descriptors() { find "/proc/$1/fd" -mindepth 1 -name '[0-9]' -o -name '[0-9][0-9]' | wc -l; }

# child_of PID: its child that is no keeper.
child_of() {
  local c
  for c in $(cat "/proc/$1/task/$1/children"); do
    [ "$(cat "/proc/$c/comm")" = iommuctl-keeper ] || echo "$c"
  done
}
