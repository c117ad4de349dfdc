#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC1091,SC2154 # settings come from tests/vm/run
# First process of a guest: puts the root file system together, runs the command, keeps its exit status, powers off.
# tests/vm/run writes /settings: top (the checkout), build (the build folder), streams (together or apart),
# shared (folders that are not in the root file system).
b=/bin/busybox
. /settings
$b mkdir -p /proc /sys /dev /lower /rw /new
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev 2>/dev/null

plan9='trans=virtio,version=9p2000.L,msize=262144'
$b mount -t 9p -o "$plan9,ro,cache=loose" root /lower
$b mount -t tmpfs tmpfs /rw
$b mkdir /rw/u /rw/w

$b cp -a /memory/. /rw/u/
$b mount -t overlay -o lowerdir=/lower,upperdir=/rw/u,workdir=/rw/w overlay /new
for m in proc sys dev; do
	$b mount --move /$m /new/$m
done
$b mount -t debugfs debugfs /new/sys/kernel/debug
$b mkdir -p /new/dev/shm /new/dev/pts
$b ln -s /proc/self/fd /new/dev/fd
for n in 0:stdin 1:stdout 2:stderr; do
	$b ln -s "/proc/self/fd/${n%:*}" "/new/dev/${n#*:}"
done
$b mount -t tmpfs tmpfs /new/dev/shm
$b mount -t devpts devpts /new/dev/pts
$b mount -t tmpfs -o mode=755 tmpfs /new/run
$b mkdir -p /new/run/vm/io /new/run/vm/results /new/run/tmp
$b chmod 1777 /new/run/tmp /new/dev/shm
$b mount -t 9p -o "$plan9" io /new/run/vm/io
$b mount -t 9p -o "$plan9" results /new/run/vm/results

n=0
for dir in $shared; do
	$b mkdir -p "/new$dir"
	$b mount -t 9p -o "$plan9,ro,cache=loose" "shared$n" "/new$dir"
	n=$((n + 1))
done

# An ordinary user must be able to reach the program under test, wherever the checkout is.
for dir in "$top" "$build"; do
	while [ -n "$dir" ]; do
		[ -d "/new$dir" ] && $b chmod a+rx "/new$dir" 2>/dev/null
		dir=${dir%/*}
	done
done

# The small programs that tests start by the dozen: under emulation busybox's start in less than half the time.
$b mkdir /new/run/bin
$b cp $b /new/run/bin/busybox
for name in basename cat chmod cut dirname head ln mkdir mktemp mv rm rmdir sleep tail touch tr wc; do
	$b ln -s busybox /new/run/bin/$name
done

$b ip link set lo up
export PATH=/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
io=/new/run/vm/io
: >$io/started
if [ "$streams" = together ]; then
	$b chroot /new /bin/bash /run/vm/io/command </dev/null >>$io/out 2>&1
else
	$b chroot /new /bin/bash /run/vm/io/command </dev/null >>$io/out 2>>$io/err
fi
echo $? >$io/status
$b poweroff -f
