# SPDX-License-Identifier: GPL-2.0-or-later
# hwinfo when the kernel refuses what it seldom refuses: answers put in by strace.
# (The kernel's own fault injection is for mock devices: under it, 7.3 can crash while it closes a PCI device.)
# vm: platforms=vtd-legacy kernels=7.3

setup()
{
	load ../lib
	nic=$(nic_behind_port)
	bind_vfio "$nic"
}

teardown()
{
	unbind_vfio "$nic"
}

# inject ERRNO WHEN: hwinfo of the device while the ioctls of that number (1 is BIND) answer so
inject()
{
	run_split strace -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=ioctl -e inject=ioctl:error="$1":when="$2" \
		"$IOMMUCTL" hwinfo --get source "$nic"
}

@test "hwinfo: what is only for now is tried again" {
	[ -x /usr/bin/strace ] || skip "no strace"
	for answer in 'EINTR 1' 'EAGAIN 1..2' 'EINTR 2..3' 'E2BIG 2' 'EOPNOTSUPP 2'; do
		# shellcheck disable=SC2086
		inject $answer
		assert_equal "$answer: $status $output $stderr" "$answer: 0 iommufd "
	done
}

@test "hwinfo: what is for good is explained, and sysfs answers" {
	[ -x /usr/bin/strace ] || skip "no strace"
	while read -r when errno words; do
		inject "$errno" "$when"
		assert_equal "$errno: $status $output" "$errno: 1 sysfs"
		[[ "$stderr" == *"cause: "*"$words"*"try: "* ]] || fail "$errno: $stderr"
	done <<-'END'
		1 EIO switched on or reset
		1 EBADFD not an open /dev/iommu
		1 EACCES token is missing or wrong
		1 EBUSY group's file
		1 ENODEV being unloaded
		2+ ENOTTY came with Linux 6.6 (this is Linux 7.3
		2+ EFAULT buffer
		2+ ENOENT not that of a bound device
		3+ ENOMEM no memory
	END
}
