#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Sessions: starting, ending, who may use them, what is left behind.

load ../lib/common
load ../lib/session

@test "what starts a session takes none" {
  refuses 2 "--session has no meaning for 'session start'" iommuctl session start -S lab
  refuses 2 "--session has no meaning for 'session exec'" iommuctl -S lab session exec -- true
  refuses 2 "there is no session 'lab' (/nowhere/lab) (see: iommuctl session list)" iommuctl -S /nowhere/lab ioas-alloc
  # Where the name came from is not on the command line.
  IOMMUCTL_SESSION=/nowhere/lab refuses 2 "unset IOMMUCTL_SESSION" iommuctl ioas-alloc
}

@test "session start prints what a shell evaluates" {
  run_split iommuctl session start lab
  assert_equal "$status" 0
  assert_equal "$stderr" ""
  eval "$output"
  assert_equal "$IOMMUCTL_SESSION" "$XDG_RUNTIME_DIR/iommuctl/lab.sock"
  assert_equal "$(env | grep -c ^IOMMUCTL_SESSION=)" 1
  assert_equal "$(iommuctl session show --json | jq -r .session.name)" lab
}

@test "session start: --csh, --quiet and --json" {
  assert_equal "$(iommuctl session start a --csh)" "setenv IOMMUCTL_SESSION '$XDG_RUNTIME_DIR/iommuctl/a.sock';"
  assert_equal "$(iommuctl session start b -q)" "$XDG_RUNTIME_DIR/iommuctl/b.sock"
  run_split iommuctl session start c --json --idle=2m
  assert_equal "$(jq -r '.session.name, .session.ends_when_idle_for, .session.adopted' <<<"$output" | paste -sd' ')" "c 120 false"
}

@test "a folder with a quote in its name cannot end the shell word" {
  export XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/it's \$(touch hit)"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  cd "$BATS_TEST_TMPDIR"
  eval "$(iommuctl session start lab)"
  assert_equal "$IOMMUCTL_SESSION" "$XDG_RUNTIME_DIR/iommuctl/lab.sock"
  [ ! -e hit ]
}

@test "a folder with letters beyond ASCII in its name" {
  export XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/Übung"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  eval "$(iommuctl session start lab)"
  assert_equal "$IOMMUCTL_SESSION" "$XDG_RUNTIME_DIR/iommuctl/lab.sock"
  assert_equal "$(iommuctl session show --json | jq -r .session.name)" lab
}

@test "a long path is no obstacle" {
  XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/$(printf 'd%.0s' {1..150})"
  export XDG_RUNTIME_DIR
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  path=$(iommuctl session start long -q)
  [ "${#path}" -gt 108 ]
  iommuctl -S "$path" session show
  iommuctl session stop long
  [ ! -e "$path" ]
}

@test "the keeper keeps to itself: folder, mode, working directory, descriptors" {
  exec 7<"$srcdir/README"
  iommuctl session start lab
  exec 7<&-
  assert_equal "$(stat -c %a "$XDG_RUNTIME_DIR/iommuctl")" 700
  assert_equal "$(stat -c %a "$XDG_RUNTIME_DIR/iommuctl/lab.sock")" 600
  pid=$(keeper_of lab)
  assert_equal "$(readlink "/proc/$pid/cwd")" /
  assert_equal "$(cat "/proc/$pid/comm")" iommuctl-keeper
  assert_equal "$(awk '/^Threads/ { print $2 }' "/proc/$pid/status")" 1
  run ls -l "/proc/$pid/fd"
  refute_output --partial README
  # Standard streams, socket, folder, signals, and the iommufd.
  assert_equal "$(descriptors "$pid")" 7
  # Of the two real-time signals that the C library keeps for itself, what was inherited stays.
  local ignored
  ignored=$(awk '/^SigIgn/ { print $2 }' "/proc/$pid/status")
  assert_equal "$((0x$ignored & 0x7fffffff))" 0
}

@test "session stop releases everything before it returns" {
  iommuctl session start lab
  pid=$(keeper_of lab)
  run_split iommuctl session stop lab
  assert_equal "$status" 0
  assert_equal "$output" "session lab has ended: 0 objects and 1 descriptor released"
  [ ! -e "$XDG_RUNTIME_DIR/iommuctl/lab.sock" ]
  gone "$pid"
  refuses 2 "no session 'lab'" iommuctl session stop lab
}

@test "signals end a keeper in good order" {
  for sig in TERM INT HUP; do
    iommuctl session start lab
    pid=$(keeper_of lab)
    kill -s "$sig" "$pid"
    gone "$pid"
    [ ! -e "$XDG_RUNTIME_DIR/iommuctl/lab.sock" ]
  done
}

@test "a killed keeper leaves a stale socket, which is said, shown and taken over" {
  iommuctl session start lab
  pid=$(keeper_of lab)
  kill -9 "$pid"
  gone "$pid"
  run_split iommuctl -S lab session show
  assert_equal "$status" 2
  [[ "$stderr" == *"session 'lab' has ended"*"cause:"*"killed"*"try:"* ]]
  assert_equal "$(iommuctl session list --json | jq -r '.sessions[0] | .state, .reason')" \
    $'stale\nits keeper was killed and has left the socket behind; the objects went with it'
  iommuctl session start lab
  assert_equal "$(iommuctl session list --json | jq -r '.sessions[0].state')" alive
}

@test "session stop removes the socket that a killed keeper left" {
  iommuctl session start lab -q
  pid=$(keeper_of lab)
  kill -9 "$pid"
  gone "$pid"
  assert_equal "$(iommuctl session stop lab)" "session lab had ended: its keeper was killed; the socket is removed"
  assert_equal "$(iommuctl session list)" "no sessions"
  refuses 2 "no session 'lab'" iommuctl session stop lab
}

@test "one name, one session" {
  iommuctl session start lab
  refuses 2 "session 'lab' is running already" iommuctl session start lab
}

@test "names that are none, and files that are no socket" {
  refuses 2 "'../x'" iommuctl session start ../x
  refuses 2 "'.hidden'" iommuctl session start .hidden
  refuses 2 "'a b'" iommuctl -S "a b" session show
  refuses 2 "no session 'nobody'" iommuctl -S nobody session show
  run_split iommuctl -S "$srcdir/README" session show
  assert_equal "$status" 2
  [[ "$stderr" == *"not the socket of a session"* ]]
  refuses 2 "which session" iommuctl session show
}

@test "a folder that others can enter is refused" {
  mkdir -m 755 "$XDG_RUNTIME_DIR/iommuctl"
  refuses 2 "cannot use '$XDG_RUNTIME_DIR/iommuctl'" iommuctl session start lab
  rmdir "$XDG_RUNTIME_DIR/iommuctl"
  ln -s "$BATS_TEST_TMPDIR" "$XDG_RUNTIME_DIR/iommuctl"
  refuses 2 "cannot use '$XDG_RUNTIME_DIR/iommuctl'" iommuctl session start lab
}

@test "the session of another user is refused" {
  [ "$(id -u)" = 0 ] || skip "needs root to be two users"
  iommuctl session start lab
  chmod 711 "$BATS_TEST_TMPDIR" "$XDG_RUNTIME_DIR" "$XDG_RUNTIME_DIR/iommuctl"
  chmod 666 "$XDG_RUNTIME_DIR/iommuctl/lab.sock"
  run_split setpriv --reuid=65534 --clear-groups "$IOMMUCTL" -S "$XDG_RUNTIME_DIR/iommuctl/lab.sock" session show
  assert_equal "$status" 2
  [[ "$stderr" == *"belongs to another user"* ]]
  chmod 700 "$XDG_RUNTIME_DIR/iommuctl"
  iommuctl session show lab
}

@test "session exec ends with its command and has its exit status" {
  run_split iommuctl session exec lab -- sh -c 'echo "$IOMMUCTL_SESSION"; exit 7'
  assert_equal "$status" 7
  assert_equal "$output" "$XDG_RUNTIME_DIR/iommuctl/lab.sock"
  [ ! -e "$XDG_RUNTIME_DIR/iommuctl/lab.sock" ]
  run_split iommuctl session exec -- sh -c 'kill -9 $$' || true
  [ -z "$(ls "$XDG_RUNTIME_DIR/iommuctl")" ]
}

@test "session exec: what cannot be run" {
  not_under valgrind "it makes a fork of posix_spawn(), which then does not tell the error"
  refuses 2 "cannot run 'no-such-command'" iommuctl session exec -- no-such-command
  [ -z "$(ls "$XDG_RUNTIME_DIR/iommuctl")" ]
}

@test "session exec: a missing --" {
  refuses 2 "'--'" iommuctl session exec ls
  refuses 2 "'two'" iommuctl session exec one two -- ls
}

@test "options of the command behind -- are its own" {
  run_split iommuctl session exec -- echo --json -q --idle=3
  assert_equal "$output" "--json -q --idle=3"
}

@test "session exec killed: the keeper goes too" {
  not_under valgrind "it has no pidfd_open()"
  "$IOMMUCTL" session exec lab -- sleep 60 &
  exec=$!
  for _ in $(seq 50); do pid=$(keeper_of lab) && break; sleep 0.1; done
  kill -9 "$(child_of "$exec")"
  wait "$exec" || true
  gone "$pid"
  "$IOMMUCTL" session exec lab -- sleep 60 &
  exec=$!
  for _ in $(seq 50); do pid=$(keeper_of lab) && break; sleep 0.1; done
  sleep=$(child_of "$exec")
  kill -9 "$exec"
  gone "$pid"
  kill "$sleep"
}

@test "an idle session ends, a used one does not" {
  unchecked "time is measured"
  iommuctl session start lab --idle=2
  pid=$(keeper_of lab)
  for _ in 1 2 3 4; do sleep 0.8; iommuctl session show lab; done
  gone "$pid"
  [ ! -e "$XDG_RUNTIME_DIR/iommuctl/lab.sock" ]
}

@test "an idle time that is none is refused" {
  refuses 2 "'soon'" iommuctl session start lab --idle=soon
  refuses 2 "'-1'" iommuctl session start lab --idle=-1
}

@test "--iommufd: a descriptor of the caller, of systemd, and what is none" {
  own_process
  refuses 2 "descriptor 87 is not open" iommuctl session start lab --iommufd=87
  run_split bash -c '"$IOMMUCTL" session start lab --iommufd=87 87</dev/null'
  assert_equal "$status" 2
  [[ "$stderr" == *"descriptor 87 is not an iommufd"* ]]
  refuses 2 "'x'" iommuctl session start lab --iommufd=x
  refuses 2 "systemd:tables" iommuctl session start lab --iommufd=systemd:tables
  run_split bash -c 'LISTEN_PID=$BASHPID LISTEN_FDS=2 LISTEN_FDNAMES=other:tables \
    exec "$IOMMUCTL" session start lab --iommufd=systemd:tables 3</dev/null 4</dev/null'
  [[ "$stderr" == *"descriptor 4 is not an iommufd"* ]]
}

@test "no /dev/iommu, or no access to it: said before anything is started" {
  FAKE_IOMMUFD=ENOENT refuses 2 "/dev/iommu" iommuctl session start lab
  FAKE_IOMMUFD=EACCES refuses 2 "/dev/iommu" iommuctl session start lab
  [ ! -e "$XDG_RUNTIME_DIR/iommuctl/lab.sock" ]
}

@test "a keeper that is stopped does not hang its clients for ever" {
  iommuctl session start lab
  pid=$(keeper_of lab)
  kill -STOP "$pid"
  run_split timeout 60 "$IOMMUCTL" -S lab session show
  kill -CONT "$pid"
  assert_equal "$status" 2
  [[ "$stderr" == *"does not answer"* ]]
}

# fails_at CALL ERROR N COMMAND...: the Nth system call of that name fails
fails_at() {
  strace -qq -o "$BATS_TEST_TMPDIR/trace" -e trace="$1" -e inject="$1:error=$2:when=$3" "${@:4}"
}

@test "a lost connection leaves no object that the session does not list, and lists none that is not there" {
  need_strace
  export IOMMUCTL_SESSION
  IOMMUCTL_SESSION=$(iommuctl session start lab -q)
  local call n failed=0 id
  for call in sendmsg:EPIPE recvmsg:ECONNRESET; do
    for n in 1 2 3 4 5 6 7 8; do
      run fails_at "${call%:*}" "${call#*:}" "$n" "$IOMMUCTL" ioas-alloc
      [ "$status" = 0 ] || failed=$((failed + 1))
      # What is half done is followed up by the next command.
      iommuctl option rlimit-mode >/dev/null 2>&1 || true
      for id in $(iommuctl session show --json | jq '.objects[].id'); do
        run iommuctl destroy "$id"
        assert_equal "$call $n: $status" "$call $n: 0"
      done
      assert_equal "$call $n: $(iommuctl ioas-alloc -q)" "$call $n: 1"
      iommuctl destroy 1 -q
    done
  done
  [ "$failed" -ge 6 ]
  iommuctl session stop
}

@test "a session that cannot be started leaves no socket" {
  need_strace
  for call in listen:EADDRINUSE clone:EAGAIN; do
    run fails_at "${call%:*}" "${call#*:}" 1 "$IOMMUCTL" session start lab -q
    assert_equal "$call: $status $(ls "$XDG_RUNTIME_DIR/iommuctl")" "$call: 2 "
  done
}

@test "session list: nothing there, several there" {
  assert_equal "$(iommuctl session list)" "no sessions"
  assert_equal "$(iommuctl session list -q)" ""
  assert_equal "$(iommuctl session list --json | jq -c .sessions)" "[]"
  iommuctl session start b
  iommuctl session start a
  assert_equal "$(iommuctl session list --json | jq -r '.sessions[].name' | paste -sd' ')" "a b"
  assert_equal "$(iommuctl session list -q | paste -sd' ')" "a b"
  export IOMMUCTL_SESSION="$XDG_RUNTIME_DIR/iommuctl/a.sock"
  assert_equal "$(iommuctl session list --json | jq -r '.sessions[] | select(.current).name')" a
}

# SESSIONS=200 for a longer run.
@test "many sessions at once" {
  n=${SESSIONS:-30}
  for i in $(seq "$n"); do iommuctl session start "s$i" -q; done >"$BATS_TEST_TMPDIR/paths"
  assert_equal "$(sort -u "$BATS_TEST_TMPDIR/paths" | wc -l)" "$n"
  assert_equal "$(iommuctl session list --json | jq '[.sessions[] | select(.state == "alive")] | length')" "$n"
  for i in $(seq "$n"); do iommuctl session stop "s$i" -q; done
  assert_equal "$(iommuctl session list)" "no sessions"
}
