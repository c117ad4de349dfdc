# SPDX-License-Identifier: GPL-2.0-or-later
# Two devices in one group, which move together, and PASIDs.
# vm: platforms=vtd-pasid kernels=7.3

setup()
{
	load ../lib
	export XDG_RUNTIME_DIR=
	IOMMUCTL_SESSION=$("$IOMMUCTL" session start lab -q)
	export IOMMUCTL_SESSION
	dev=$(nic_behind_port)
	twins=(/sys/bus/pci/devices/*/0000:0?:0[12].0/iommu_group)
	for one in "${twins[@]}"; do
		one=${one%/iommu_group}
		bind_vfio "${one##*/}"
	done
	first=${twins[0]%/iommu_group} second=${twins[1]%/iommu_group}
	first=${first##*/} second=${second##*/}
}

teardown()
{
	"$IOMMUCTL" session stop lab -q 2>/dev/null || true
	unbind_vfio "$dev"
	unbind_vfio "$first"
	unbind_vfio "$second"
}

@test "group: replace and attach move the other members along: said, and in the ledger" {
	a=$(iommuctl bind "$first" -q)
	b=$(iommuctl bind "$second" -q)
	ioas=$(iommuctl ioas-alloc -q)
	iommuctl attach "$first" "$ioas" -q
	iommuctl attach "$second" "$ioas" -q
	hwpt=$(iommuctl hwpt-alloc "$first" "$ioas" -q)
	run_split iommuctl replace "$first" "$hwpt" --json
	assert_equal "$status" 0
	assert_equal "$(jq -c '[.moved_along, [.warnings[].id]]' <<<"$output")" "[[$b],[\"attach.replaced\"]]"
	[[ "$stderr" == *"$second (device $b) is in the same group and has moved along"* ]]
	run_split iommuctl session show --json
	assert_equal "$(jq -c '[.attachments[] | [.device, .hwpt]]' <<<"$output")" "[[$a,$hwpt],[$b,$hwpt]]"
	# The table that the kernel had made is gone, as both have left it.
	assert_equal "$(jq -c '[.objects[] | select(.type == "hwpt") | .id]' <<<"$output")" "[$hwpt]"
	run_split iommuctl attach "$second" "$ioas"
	assert_equal "$status" 0
	[[ "$stderr" == *"$first (device $a) is in the same group and has moved along"* ]]
	iommuctl destroy "$hwpt"
}

@test "group: a member cannot go onto another table than the group is on, and is told where it can" {
	iommuctl bind "$first" -q
	iommuctl bind "$second" -q
	ioas=$(iommuctl ioas-alloc -q)
	iommuctl attach "$first" "$ioas" -q
	hwpt=$(iommuctl hwpt-alloc "$first" "$ioas" -q)
	run_split iommuctl attach "$second" "$hwpt"
	refused ATTACH EINVAL-group
	[[ "$stderr" == *"$first"*"all members of a group share one"* ]]
}

@test "pasid: attach, replace, detach; what the kernel says of a device without PASIDs is not believed" {
	bind_vfio "$dev"
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	one=$(iommuctl hwpt-alloc "$dev" "$ioas" --flags=pasid -q)
	two=$(iommuctl hwpt-alloc "$dev" "$ioas" --flags=pasid -q)
	iommuctl attach "$dev" "$one" -q
	run_split iommuctl attach "$dev" "$two" --pasid=5 --json
	assert_equal "$status" 0
	assert_equal "$(jq -c '[.attachment.pasid, .attachment.hwpt, [.warnings[].id]]' <<<"$output")" "[5,$two,[\"attach.no-pasid\"]]"
	seen ATTACH success-pasid
	run_split iommuctl attach "$dev" "$ioas" --pasid=6
	refused ATTACH EINVAL-pasid-ioas
	[[ "$stderr" == *"$ioas is an IOAS"* ]]
	run_split iommuctl replace "$dev" "$one" --pasid=6
	assert_equal "$status" 1
	[[ "$stderr" == *"not attached"* ]]
	run_split iommuctl replace "$dev" "$one" --pasid=5
	assert_equal "$output" "$dev (device 1) PASID 5: HWPT $two replaced by HWPT $one"
	assert_equal "$(iommuctl session show --json | jq -c '[.attachments[] | [.pasid, .hwpt]]')" "[[5,$one],[null,$one]]"
	iommuctl destroy "$two"
	run_split iommuctl detach "$dev" --pasid=5
	assert_equal "$output" "$dev (device 1) PASID 5 detached from HWPT $one: its DMA is blocked"
	seen DETACH success-pasid
	run_split iommuctl detach "$dev"
	assert_equal "$(iommuctl session show --json | jq -c .attachments)" "[]"
}

@test "hwinfo: a device that is bound in the session is asked through it; without the session it is told who has it" {
	bind_vfio "$dev"
	iommuctl bind "$dev" -q
	for words in "-S lab" "-S $IOMMUCTL_SESSION" ""; do
		# shellcheck disable=SC2086
		run_split iommuctl $words hwinfo --json "$dev"
		assert_equal "$status $stderr" "0 "
		assert_equal "$(jq -r '.devices[0] | "\(.source) \(.hw_info.data_type)"' <<<"$output")" "iommufd 1"
	done
	run_split env -u IOMMUCTL_SESSION "$IOMMUCTL" hwinfo --json "$dev"
	assert_equal "$(jq -r '.devices[0].source' <<<"$output")" sysfs
	[[ "$output$stderr" == *iommuctl-keeper* ]]
}
