# SPDX-License-Identifier: GPL-2.0-or-later
# ps: who holds iommufd, devices and groups.
# vm: platforms=vtd-scalable

setup()
{
	load ../lib
	nic=$(nic_behind_port)
	bind_vfio "$nic"
	cdev=$(cdev_of "$nic")
}

teardown()
{
	unbind_vfio "$nic"
}

@test "ps: a process with an iommufd and a bound device" {
	run_split while_held "$nic" "$IOMMUCTL" ps --json
	assert_equal "$status" 0
	assert_equal "$(jq -c '[.processes[] | [.command, .uid, .iommufds, .devices, [.files[].kind]]]' <<<"$output")" \
		"[[\"holdcdev\",0,1,[\"$nic\"],[\"iommufd\",\"cdev\"]]]"
	assert_equal "$(jq -r '.processes[0].files[1].cdev, .unseen' <<<"$output")" "$cdev"$'\n0'
	run_split while_held "$nic" "$IOMMUCTL" ps
	[[ "$output" == *"holdcdev"*"$nic ($cdev)"* ]]
}

@test "ps: only those that keep a device from others" {
	run_split while_held "$nic" "$IOMMUCTL" ps --json "$cdev"
	assert_equal "$(jq '.processes | length' <<<"$output")" 1
	run_split while_held "$nic" "$IOMMUCTL" ps --json "$(nic_on_root_bus)"
	assert_equal "$(jq '.processes | length' <<<"$output")" 0
}

@test "ps: a group's file" {
	group=$(group_of "$nic")
	exec 9<>"/dev/vfio/$group"
	run_split iommuctl ps --json "$nic"
	exec 9>&-
	assert_equal "$(jq -c '[.processes[0].files[] | [.kind, .group]] | unique' <<<"$output")" "[[\"group\",$group]]"
}

@test "ps: an ordinary user is told that others could not be seen" {
	run_split while_held "$nic" setpriv --reuid=65534 --regid=65534 --clear-groups -- "$IOMMUCTL" ps --json
	assert_equal "$status" 0
	assert_equal "$(jq -c '[.processes, (.unseen > 0)]' <<<"$output")" '[[],true]'
	[[ "$stderr" == *"could not be looked into"* ]]
}

@test "ps: the objects of a session are shown with its keeper" {
	export XDG_RUNTIME_DIR=
	IOMMUCTL_SESSION=$("$IOMMUCTL" session start lab -q)
	export IOMMUCTL_SESSION
	iommuctl bind "$nic" -q
	ioas=$(iommuctl ioas-alloc -q)
	iommuctl attach "$nic" "$ioas" -q
	run_split iommuctl ps --json "$nic"
	assert_equal "$(jq -c '.processes[0] | [.command, .session.name, [.session.objects[].type], [.session.attachments[].hwpt]]' <<<"$output")" \
		'["iommuctl-keeper","lab",["device","ioas","hwpt"],[3]]'
	run_split iommuctl ps
	[[ "$output" == *"iommuctl-keeper"*"$nic ($cdev), session lab: device 1, IOAS 2, HWPT 3"* ]]
	iommuctl session stop -q
}
