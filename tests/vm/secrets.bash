# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Private data in every place of a guest that a report looks at.
# shellcheck disable=SC2034 # for those who load this

secrets=(52:54:00:c0:ff:ee 203.0.113.77 2001:db8::5ec 6b1f64a5-9d0e-4a8e-8f3e-1f3d3c1c7a10 vault-of-carol hunter2 S3R1ALNR carol)
# What is certain to be in a report that keeps everything.
found_secrets=(52:54:00:c0:ff:ee 203.0.113.77 2001:db8::5ec 6b1f64a5-9d0e-4a8e-8f3e-1f3d3c1c7a10 vault-of-carol hunter2 S3R1ALNR)

# On the kernel's command line, as host name, as account, and as text between the IOMMU's lines of the kernel log.
plant_secrets()
{
	local line
	read -r line </proc/cmdline
	echo "$line password=hunter2 ip=203.0.113.77 root=UUID=6b1f64a5-9d0e-4a8e-8f3e-1f3d3c1c7a10" >"${TMPDIR:-/tmp}/cmdline"
	# The guests of Arm have no other mount.
	busybox mount -o bind "${TMPDIR:-/tmp}/cmdline" /proc/cmdline
	read -r name_before </proc/sys/kernel/hostname
	echo vault-of-carol >/proc/sys/kernel/hostname
	grep -q '^carol:' /etc/passwd || echo 'carol:x:1000:1000::/home/carol:/bin/sh' >>/etc/passwd
	echo 'DMAR: [Firmware Bug]: Your BIOS is broken; bad RMRR [0x00000000000e0000-0x00000000000effff] BIOS vendor: vault-of-carol;' \
		'Ver: 203.0.113.77; Product Version: serial: S3R1ALNR, 52:54:00:c0:ff:ee 2001:db8::5ec carol' >/dev/kmsg
}

pull_secrets()
{
	[ -n "${name_before+x}" ] || return 0
	busybox umount /proc/cmdline
	echo "$name_before" >/proc/sys/kernel/hostname
}
