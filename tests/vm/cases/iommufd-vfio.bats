# SPDX-License-Identifier: GPL-2.0-or-later
# Driving iommufd with a real VFIO device: objects, sessions, refusals, what the ledger says.
# vm: platforms=vtd-legacy,vtd-scalable,smmuv3,smmuv3-s1

setup()
{
	load ../lib
	dev=$(nic_behind_port)
	bind_vfio "$dev"
	export XDG_RUNTIME_DIR=
}

teardown()
{
	"$IOMMUCTL" session stop lab -q 2>/dev/null || true
	unbind_vfio "$dev"
}

start_lab()
{
	IOMMUCTL_SESSION=$("$IOMMUCTL" session start lab -q)
	export IOMMUCTL_SESSION
}

@test "iommufd: without a session a command works and says that nothing stays" {
	run iommuctl attach "$dev"
	assert_success
	assert_output --partial "detached again when this command exits"
	run iommuctl hwpt-alloc "$dev" --json
	assert_success
	assert_equal "$(jq -r '.object.type + " " + .context.kind' <<<"$output")" "hwpt own"
	# Free again at once.
	run iommuctl bind "$dev" -q
	assert_success
}

@test "iommufd: a device must be bound before it is used in a session" {
	start_lab
	run iommuctl attach "$dev" 1
	assert_failure 2
	assert_output --partial "is not bound in session 'lab'"
	run iommuctl bind "$dev" -q
	assert_success
	run iommuctl bind "$dev"
	assert_failure 2
	seen BIND success
	# Another context does not get it, and is told who has it.
	run env -u IOMMUCTL_SESSION "$IOMMUCTL" bind "$dev"
	refused BIND EINVAL-held
	assert_output --partial "iommuctl-keeper"
}

@test "iommufd: attach, replace by a HWPT, back to the IOAS, destroy" {
	start_lab
	d=$(iommuctl bind "$dev" -q)
	ioas=$(iommuctl ioas-alloc -q)
	seen IOAS_ALLOC success
	auto=$(iommuctl attach "$dev" "$ioas" -q)
	seen ATTACH success
	hwpt=$(iommuctl hwpt-alloc "$dev" "$ioas" -q)
	seen HWPT_ALLOC success
	run iommuctl replace "$dev" "$hwpt"
	assert_success
	assert_output --partial "HWPT $auto replaced by HWPT $hwpt"
	run iommuctl destroy "$hwpt"
	refused DESTROY EBUSY-hwpt
	assert_output --partial "$dev (device $d) is attached"
	run iommuctl destroy "$ioas" "$d"
	refused DESTROY EBUSY-ioas-device
	assert_output --partial "in use: HWPT $hwpt"
	assert_output --partial "iommuctl unbind $dev"
	run iommuctl replace "$dev" "$ioas"
	assert_success
	run iommuctl destroy "$hwpt"
	assert_success
	run iommuctl destroy "$hwpt"
	refused DESTROY ENOENT
	run iommuctl detach "$dev"
	assert_success
	seen DETACH success
	run iommuctl detach "$dev"
	assert_success
	assert_output --partial "not attached"
	run iommuctl replace "$dev" "$ioas"
	assert_failure 1
	assert_output --partial "nothing to replace"
	run iommuctl attach "$dev" 77
	refused ATTACH ENOENT
	run iommuctl destroy "$ioas"
	assert_success
	seen DESTROY success
	run iommuctl unbind "$dev"
	assert_success
	run iommuctl session show --json
	assert_equal "$(jq -c '[.objects, .mappings, .attachments]' <<<"$output")" "[[],[],[]]"
}

@test "iommufd: mappings, and what is mapped in the ledger" {
	start_lab
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	# Before 6.13 memory is mapped by address, which in a session ends with the command: attach first.
	on_kernel 6.12 && iommuctl attach "$dev" "$ioas" -q
	run iommuctl ioas-map "$ioas" 2M --iova=0x1000000 --json
	assert_success
	if on_kernel 6.12; then
		assert_output --partial "map.address-in-session"
	else
		assert_output --partial "nothing is pinned yet"
		iommuctl attach "$dev" "$ioas" -q
	fi
	iova=$(iommuctl ioas-map "$ioas" 64K -q)
	iommuctl ioas-map "$ioas" 4K --by-address --iova=0x3000000 -q
	seen IOAS_MAP success
	iommuctl ioas-unmap "$ioas" 0x3000000 4K
	run iommuctl ioas-map "$ioas" 64K --iova=0x1000000 --by-address
	refused IOAS_MAP EEXIST
	assert_output --partial "0x1000000-0x11fffff"
	run iommuctl ioas-map "$ioas" 4K --iova=0x1001 --by-address
	refused IOAS_MAP EINVAL-alignment
	run iommuctl ioas-map 77 4K --by-address
	refused IOAS_MAP ENOENT
	# Away from the MSI windows of both architectures.
	run iommuctl ioas-copy "$ioas" 0x1000000 4K "$ioas" --iova=0x20000000
	assert_success
	seen IOAS_COPY success
	run iommuctl ioas-copy "$ioas" 0x5000000 4K "$ioas"
	refused IOAS_COPY ENOENT
	run iommuctl ioas-copy "$ioas" 0x1000000 4K "$ioas" --iova=0x1000000
	refused IOAS_COPY EEXIST
	run iommuctl ioas-copy "$ioas" 0x1000000 4K "$ioas" --iova=0x1000001
	refused IOAS_COPY EINVAL-alignment
	run iommuctl ioas-unmap "$ioas" 0x1000000 4K
	refused IOAS_UNMAP ENOENT-cut
	assert_output --partial "0x1000000-0x11fffff"
	assert_equal "$(iommuctl session show --json | jq '[.mappings[].length] | add')" $((2097152 + 65536 + 4096))
	assert_equal "$(iommuctl ioas-unmap "$ioas" "$iova" 64K -q)" 65536
	seen IOAS_UNMAP success
	iommuctl ioas-unmap "$ioas" --all
	assert_equal "$(iommuctl session show --json | jq -c .mappings)" "[]"
	run iommuctl iova-ranges "$ioas" --json
	assert_success
	[ "$(jq '.ranges | length' <<<"$output")" -ge 1 ]
	seen IOAS_IOVA_RANGES success
	run iommuctl iova-ranges 77
	refused IOAS_IOVA_RANGES ENOENT
	run iommuctl allow-iovas "$ioas" 0x1000000-0x1ffffff
	assert_success
	assert_equal "$(iommuctl ioas-map "$ioas" 4K -q | cut -c1-13)" "0x00000000010"
	seen IOAS_ALLOW_IOVAS success
	run iommuctl allow-iovas "$ioas" 0x1000-0x2fff 0x2000-0x3fff
	refused IOAS_ALLOW_IOVAS EINVAL-overlap
	run iommuctl allow-iovas 77 0x1000-0x1fff
	refused IOAS_ALLOW_IOVAS ENOENT
}

@test "iommufd: options, the older interface, change of process" {
	start_lab
	run iommuctl option rlimit-mode 1
	assert_success
	assert_equal "$(iommuctl option rlimit-mode -q)" 1
	seen OPTION success
	ioas=$(iommuctl ioas-alloc -q)
	run iommuctl option rlimit-mode 0
	refused OPTION EBUSY
	assert_output --partial "before anything else"
	refuses 2 "which one? --ioas=ID" iommuctl option huge-pages
	run iommuctl option huge-pages --ioas=77
	refused OPTION ENOENT
	run iommuctl vfio-ioas get
	refused VFIO_IOAS ENODEV
	run iommuctl vfio-ioas set 77
	refused VFIO_IOAS ENOENT
	iommuctl vfio-ioas set "$ioas"
	assert_equal "$(iommuctl vfio-ioas get -q)" "$ioas"
	iommuctl vfio-ioas clear
	seen VFIO_IOAS success
	run iommuctl ioas-change-process
	if on_kernel 6.12; then
		refused IOAS_CHANGE_PROCESS ENOTTY
		assert_output --partial "6.13"
	else
		assert_success
		seen IOAS_CHANGE_PROCESS success
		iommuctl ioas-map "$ioas" 4K --by-address -q
		run iommuctl ioas-change-process
		refused IOAS_CHANGE_PROCESS EINVAL-by-address
	fi
	run iommuctl noiommu-get-pa "$ioas" 0x1000
	if on_kernel 6.12; then
		refused IOAS_NOIOMMU_GET_PA ENOTTY
	else
		refused IOAS_NOIOMMU_GET_PA EOPNOTSUPP
	fi
	run iommuctl viommu-alloc "$ioas" "$ioas" --type=arm-smmuv3
	assert_failure 1
}

@test "iommufd: a file is mapped through the file where the kernel can" {
	start_lab
	ioas=$(iommuctl ioas-alloc -q)
	truncate -s 64K /dev/shm/memory
	run iommuctl ioas-map "$ioas" --file=/dev/shm/memory --iova=0x1000000
	if on_kernel 6.12; then
		refused IOAS_MAP_FILE ENOTTY
		assert_output --partial "--by-address"
		run iommuctl ioas-map "$ioas" --file=/dev/shm/memory --iova=0x1000000 --by-address --json
		assert_success
		assert_output --partial "map.address-in-session"
		return
	fi
	assert_success
	assert_equal "$(iommuctl session show --json | jq -c '[.mappings[] | [.source, .length]]')" '[["file",65536]]'
	seen IOAS_MAP_FILE success
	run iommuctl ioas-map "$ioas" --file=/dev/shm/memory --iova=0x1000000
	refused IOAS_MAP_FILE EEXIST
	run iommuctl ioas-map 77 --file=/dev/shm/memory
	refused IOAS_MAP_FILE ENOENT
	# What the file is, and where it may go, is looked at once something is attached.
	iommuctl bind "$dev" -q
	iommuctl attach "$dev" "$ioas" -q
	# (The checkout cannot be written to in the guests of Arm.)
	! on_platform smmuv3 smmuv3-s1 || return 0
	run iommuctl ioas-map "$ioas" --file="$srcdir/README"
	refused IOAS_MAP_FILE EINVAL-file
	run iommuctl ioas-map "$ioas" 4K --file=/dev/shm/memory --iova=0x2000800
	refused IOAS_MAP_FILE EINVAL-alignment
}

@test "iommufd: the proposal of 2023 is sent as asked, and explained" {
	run iommuctl hwpt-alloc "$dev" --data=default max_addr=0xffffffff
	refused HWPT_ALLOC EINVAL-data-none
	assert_output --partial "August 2023"
	run iommuctl hwpt-alloc "$dev" --data=default max_addr=0xffffffff --data-len=0 --json
	assert_success
	assert_output --partial "hwpt-alloc.data-ignored"
}

@test "iommufd: --probe tries everything and leaves nothing" {
	start_lab
	run iommuctl hwpt-alloc --probe "$dev" --json
	assert_success
	assert_equal "$(jq -r '.results[0] | "\(.parent) \(.accepted)"' <<<"$output")" "ioas true"
	[ "$(jq '.results | length' <<<"$output")" -ge 96 ]
	assert_equal "$(iommuctl ioas-alloc -q)" 1
	# Text: what is accepted, and how often each errno came; everything with -v.
	run iommuctl hwpt-alloc --probe "$dev"
	assert_success
	assert_line --regexp "^ioas +- +none$"
	assert_line --regexp "^refused: [0-9]+ with E.*\\(all of it: -v\\)$"
	refute_line --regexp "^ioas.*(EINVAL|EOPNOTSUPP)"
	run iommuctl hwpt-alloc --probe -v "$dev"
	assert_line --regexp "^ioas +- +yes .*E[A-Z]+"
}

@test "iommufd: a failed replacement on VT-d leaves DMA blocked: said, remembered, cured" {
	on_platform vtd-scalable vtd-legacy || skip "of VT-d"
	on_kernel 6.12 && skip "VT-d of 6.12 takes no fault queue here"
	start_lab
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	iommuctl attach "$dev" "$ioas" -q
	q=$(iommuctl fault-queue alloc -q)
	seen FAULT_QUEUE_ALLOC success
	hwpt=$(iommuctl hwpt-alloc "$dev" "$ioas" --fault-queue="$q" -q)
	run iommuctl replace "$dev" "$hwpt"
	refused ATTACH ENODEV-fault
	assert_output --partial "DMA blocked"
	assert_equal "$(iommuctl session show --json | jq '.attachments[0].uncertain')" true
	run iommuctl attach "$dev" "$ioas" --json
	assert_success
	assert_output --partial "replace.vtd-blocked"
	iommuctl detach "$dev" -q
	iommuctl attach "$dev" "$ioas" -q
	assert_equal "$(iommuctl session show --json | jq '.attachments[0].uncertain')" false
	run iommuctl destroy "$q"
	assert_failure 1
	assert_output --partial "HWPT $hwpt"
	run iommuctl destroy "$hwpt" "$q"
	assert_success
	run iommuctl fault-queue read "$q"
	assert_failure 2
	run iommuctl fault-queue alloc --flags=1
	refused FAULT_QUEUE_ALLOC EOPNOTSUPP
}

@test "iommufd: a PASID" {
	start_lab
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	run iommuctl attach "$dev" "$ioas" --pasid=0
	assert_failure 2
	run iommuctl attach "$dev" "$ioas" --pasid=5
	refused ATTACH EINVAL-pasid
}

@test "iommufd: a command killed half-way is followed up by the next" {
	start_lab
	iommuctl bind "$dev" -q
	ioas=$(iommuctl ioas-alloc -q)
	# The preloaded library kills the process after the ioctl has been done.
	[ -e "$builddir/tests/lib/die_after.so" ] || skip "die_after.so was not built"
	on_platform vtd-scalable vtd-legacy || skip "die_after.so is of the machine that builds"
	for cmd in "ioas-alloc" "hwpt-alloc $dev $ioas" "attach $dev $ioas" "ioas-map $ioas 4K" "ioas-unmap $ioas --all" "detach $dev" "fault-queue alloc" "destroy $ioas"; do
		# shellcheck disable=SC2086
		run env LD_PRELOAD="$builddir/tests/lib/die_after.so" "$IOMMUCTL" $cmd
		[ "$status" = 137 ]
		run iommuctl ioas-alloc -q
		assert_success
		iommuctl destroy "${lines[-1]}" -q
	done
	run iommuctl session show --json
	assert_equal "$(jq -c '[.objects[].type]' <<<"$output")" '["device"]'
	assert_equal "$(iommuctl ioas-alloc -q)" 2
}
