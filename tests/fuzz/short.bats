#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Each fuzz target for a moment, from its corpus, with ASan and UBSan: "make fuzz" is the long run.

load ../lib/common

setup_file() {
  command -v clang >/dev/null || return 0
  echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d[n - n] ? 0 : 0; }' >"$BATS_FILE_TMPDIR/try.c"
  # A clang without the sanitizers' libraries is none for this.
  clang -fsanitize=address,undefined,fuzzer -o "$BATS_FILE_TMPDIR/try" "$BATS_FILE_TMPDIR/try.c" || return 0
  run_make FUZZ= RUNS=0 >"$BATS_FILE_TMPDIR/build" 2>&1 && touch "$BATS_FILE_TMPDIR/ready"
  touch "$BATS_FILE_TMPDIR/clang"
}

# A make above this one has told its own flags and jobs to the environment.
run_make() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS timeout -k 5 300 make -s -C "$builddir" fuzz LEVEL=0 "$@"; }

short() {
  [ -e "$BATS_FILE_TMPDIR/clang" ] || skip "clang with libFuzzer and the sanitizers is not installed"
  [ -e "$BATS_FILE_TMPDIR/ready" ] || fail "the targets do not build: $(tail -n 20 "$BATS_FILE_TMPDIR/build")"
  run run_make FUZZ="$1" SECONDS_EACH=1 RUNS=100000 FRESH=1
  assert_success
  assert_line "fuzz_$1: nothing found"
}

@test "ACPI tables" { short acpi; }
@test "bytes as hexadecimal digits" { short hex; }
@test "kernel logs" { short klog; }
@test "registers" { short registers; }
@test "saved reports" { short report; }
@test "what is made of saved reports" { short views; }
@test "the sessions' wire" { short wire; }
