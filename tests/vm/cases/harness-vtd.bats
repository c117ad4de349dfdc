# SPDX-License-Identifier: GPL-2.0-or-later
# VT-d is in the mode that the platform is named after.
# vm: platforms=vtd-legacy,vtd-scalable,vtd-first-stage

setup()
{
	load ../lib
}

@test "harness: VT-d is in the mode that the platform is named after" {
	run vtd_register dmar0 ecap
	ecap=$((16#$output))
	smts=$((ecap >> 43 & 1)) flts=$((ecap >> 47 & 1)) slts=$((ecap >> 46 & 1))
	case $VM_PLATFORM in
	vtd-legacy)      assert_equal "$smts" 0 ;;
	vtd-scalable)    assert_equal "$smts/$flts/$slts" 1/0/1 ;;
	vtd-first-stage) assert_equal "$smts/$flts" 1/1 ;;
	esac
}
