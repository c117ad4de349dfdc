#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Many sessions, many objects in one, many devices. IOMMUCTL_SESSIONS=200, IOMMUCTL_OBJECTS=10000 are the long versions.

load ../lib/common
load ../lib/session

memory_of() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

@test "many sessions at once: each has its own objects, all end" {
  n=${IOMMUCTL_SESSIONS:-20}
  for ((i = 0; i < n; i++)); do
    (s=$("$IOMMUCTL" session start "s$i" -q) && "$IOMMUCTL" -S "$s" ioas-alloc -q >"$BATS_TEST_TMPDIR/id.$i") &
  done
  wait
  assert_equal "$(cat "$BATS_TEST_TMPDIR"/id.* | sort | uniq -c | tr -s ' ')" " $n 1"
  run_split iommuctl session list --json
  assert_equal "$(jq -c '[.sessions | length, ([.[] | select(.state == "alive")] | length)]' <<<"$output")" "[$n,$n]"
  for pid in $(jq '.sessions[].keeper' <<<"$output"); do kill "$pid"; done
  for pid in $(jq '.sessions[].keeper' <<<"$output"); do gone "$pid"; done
}

@test "many objects in one session: the keeper grows by what they need, and shrinks to nothing left" {
  unchecked "memory is measured"
  n=${IOMMUCTL_OBJECTS:-500}
  IOMMUCTL_SESSION=$(iommuctl session start lab -q)
  export IOMMUCTL_SESSION
  pid=$(keeper_of lab)
  before=$(memory_of "$pid") start=$EPOCHREALTIME
  "$builddir/tests/lib/many" "$n" <<<"ioas-alloc -q" >"$BATS_TEST_TMPDIR/ids"
  assert_equal "$(sort -nu "$BATS_TEST_TMPDIR/ids" | wc -l)" "$n"
  after=$(memory_of "$pid")
  echo "# $n objects: keeper $before kB before, $after kB after, $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms" >&3
  # An entry takes less than 200 bytes; the rest is the allocator's.
  [ $((after - before)) -le $((n / 5 + 512)) ]
  assert_equal "$(iommuctl session show --json | jq '.objects | length')" "$n"
  assert_equal "$(iommuctl __words -- destroy "" | wc -l)" "$n"
  iommuctl destroy "$(tail -n 1 "$BATS_TEST_TMPDIR/ids")"
  run_split iommuctl session stop lab
  assert_equal "$status" 0
}

@test "four thousand devices: list shows each" {
  load ../lib/trees
  # One group and one device each, over 16 buses, behind one IOMMU.
  lines() {
    local b d f n=0
    echo "f sys/class/iommu/dmar0/intel-iommu/cap d2008c40660462"
    for ((b = 0; n < $1; b++)); do
      for ((d = 0; d < 32 && n < $1; d++)); do
        for ((f = 0; f < 8 && n < $1; f++)); do
          printf -v bdf '0000:%02x:%02x.%d' "$b" "$d" "$f"
          pci "$bdf" v00008086d000010D3sv00000000sd00000000bc02sc00i00 e1000e "$n" dmar0
          n=$((n + 1))
        done
      done
    done
  }
  lines 4096 >"$BATS_TEST_TMPDIR/machine"
  new_tree <"$BATS_TEST_TMPDIR/machine"
  start=$EPOCHREALTIME
  run_split iommuctl list --sysroot "$tree" --json
  echo "# 4096 devices: $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms" >&3
  assert_equal "$status" 0
  assert_equal "$(jq -c '[(.devices | length), ([.devices[].group] | unique | length)]' <<<"$output")" "[4096,4096]"
  run_split iommuctl list --sysroot "$tree"
  assert_equal "$(grep -c '^ *0000:' <<<"$output")" 4096
}
