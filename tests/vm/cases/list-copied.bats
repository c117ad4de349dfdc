# SPDX-License-Identifier: GPL-2.0-or-later
# list of a copied sysfs. (Copying takes thousands of small programs, and therefore some platforms only.)
# vm: platforms=vtd-scalable,amd

setup()
{
	load ../lib
}

@test "list: a copied tree lists the same" {
	"${srcdir:?}/tests/captures/collect-sysfs" >"$BATS_TEST_TMPDIR/tree"
	[ -x "$builddir/tests/lib/mktree" ] || skip "mktree is not built"
	"$builddir/tests/lib/mktree" "$BATS_TEST_TMPDIR/root" <"$BATS_TEST_TMPDIR/tree"
	assert_equal "$(iommuctl list --sysroot "$BATS_TEST_TMPDIR/root" --json)" "$(iommuctl list --json)"
}
