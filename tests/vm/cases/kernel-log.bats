# SPDX-License-Identifier: GPL-2.0-or-later
# How the kernel's log is read. (Which IOMMU there is makes no difference, and a traced report takes long.)
# vm: platforms=vtd-legacy

setup()
{
	load ../lib
}

@test "report: a kernel log that fails in the middle is read another way, not cut short" {
	[ -x /usr/bin/strace ] || skip "no strace"
	local calls
	iommuctl report >"$BATS_TEST_TMPDIR/whole"
	calls=$(strace -y -e trace=read "$IOMMUCTL" report 2>&1 >/dev/null | grep -n '/dev/kmsg>' | sed -n '3s/:.*//p')
	strace -o /dev/null -e trace=read -e inject=read:error=EIO:when="$calls" "$IOMMUCTL" report >"$BATS_TEST_TMPDIR/report"
	assert_equal "$(jq .log.source "$BATS_TEST_TMPDIR/report")" '"syslog(2)"'
	assert_equal "$(jq -c "[.log.records[].family]" "$BATS_TEST_TMPDIR/report")" "$(jq -c "[.log.records[].family]" "$BATS_TEST_TMPDIR/whole")"
}
