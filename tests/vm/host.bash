# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2054,SC2100 # variables are for those who source it; commas and minus signs are QEMU's
# What the host side of the VM harness knows: platforms, kernels, QEMU, the cache. Sourced by the commands in this folder.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top_srcdir=$(cd "$vm_dir/../.." && pwd)

vm_platforms=(vtd-legacy vtd-scalable vtd-first-stage vtd-pasid none amd amd-unsafe smmuv3 smmuv3-s1)
vm_kernels=(7.3 6.12)

vm_die()
{
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit "${2-2}"
}

# Where this harness keeps what it fetches and builds.
vm_cache()
{
	printf '%s\n' "${IOMMUCTL_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/iommuctl}"
}

# Folders that may hold kernels, first match wins: the chosen cache, ../shared/vm beside the checkout (beside the main
# checkout too, when this is a linked worktree), the default cache.
vm_kernel_dirs()
{
	local common
	[ -z "${IOMMUCTL_VM_CACHE-}" ] || printf '%s\n' "$IOMMUCTL_VM_CACHE"
	printf '%s\n' "$top_srcdir/../shared/vm"
	if common=$(git -C "$top_srcdir" rev-parse --path-format=absolute --git-common-dir 2>/dev/null); then
		printf '%s\n' "${common%/.git}/../shared/vm"
	fi
	printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/iommuctl"
}

# vm_find_kernel ARCH VERSION: prints the newest image of that series, or fails.
vm_find_kernel()
{
	local arch=$1 version=$2 dir image
	while IFS= read -r dir; do
		image=$(find "$dir" -maxdepth 1 \( -name "$arch-$version.bzImage" -o -name "$arch-$version.*.bzImage" \
			-o -name "$arch-$version.Image.gz" -o -name "$arch-$version.*.Image.gz" \) 2>/dev/null | sort -V | tail -n 1)
		if [ -n "$image" ]; then
			realpath "$image"
			return 0
		fi
	done < <(vm_kernel_dirs)
	return 1
}

vm_platform_arch()
{
	case $1 in
	smmuv3*) echo aarch64 ;;
	*)       echo x86_64 ;;
	esac
}

# The kernel images are named after the kernel's own word for the architecture.
vm_kernel_arch()
{
	case $1 in
	aarch64) echo arm64 ;;
	*)       echo "$1" ;;
	esac
}

# The first QEMU that emulates what the platform needs (before 11 the AMD IOMMU does not route interrupts for these kernels).
vm_platform_needs()
{
	case $1 in
	vtd-first-stage) echo 9.2 ;;
	vtd-pasid)       echo 11.0 ;;
	amd | amd-unsafe) echo 11.0 ;;
	smmuv3)          echo 9.0 ;;
	*)               echo 7.2 ;;
	esac
}

vm_qemu_version()
{
	"$1" --version 2>/dev/null | sed -n '1s/.*version \([0-9][0-9.]*\).*/\1/p'
}

# vm_find_qemu ARCH: prints "VERSION PROGRAM" of the newest QEMU: those fetched by get-qemu into the cache, and the system's.
# VM_QEMU_X86_64 or VM_QEMU_AARCH64 in the environment names one and no other is considered.
vm_find_qemu()
{
	local arch=$1 forced program
	forced=VM_QEMU_${arch^^}
	{
		if [ -n "${!forced-}" ]; then
			printf '%s\n' "${!forced}"
		else
			find "$(vm_cache)" -maxdepth 3 -path "*/qemu-*/bin/qemu-system-$arch" 2>/dev/null
			command -v "qemu-system-$arch"
		fi
	} | while IFS= read -r program; do
		printf '%s %s\n' "$(vm_qemu_version "$program")" "$program"
	done | grep '^[0-9]' | sort -V | tail -n 1 | grep .
}

# vm_version_ge A B: A is at least B.
vm_version_ge()
{
	[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# vm_kernel_is_wanted ARCH VERSION: whether tests are made for it. Of arm64 kernels only 7.3 is.
vm_kernel_is_wanted()
{
	[ "$1" = x86_64 ] || [ "$2" = 7.3 ]
}

# vm_is_wanted KERNEL PLATFORM
vm_is_wanted()
{
	vm_kernel_is_wanted "$(vm_platform_arch "$2")" "$1"
}

# vm_missing KERNEL PLATFORM: why this combination cannot boot here, in one line; nothing (and status 1) when it can.
vm_missing()
{
	local kernel=$1 platform=$2 arch need have
	arch=$(vm_platform_arch "$platform")
	need=$(vm_platform_needs "$platform")
	if ! have=$(vm_find_qemu "$arch"); then
		echo "no qemu-system-$arch"
		return 0
	fi
	have=${have%% *}
	if ! vm_version_ge "$have" "$need"; then
		echo "needs QEMU $need or newer, the newest here is $have (tests/vm/get-qemu fetches one)"
		return 0
	fi
	if [ "$arch" = aarch64 ] && [ ! -d "$(vm_cache)/arm64" ]; then
		echo "no arm64 userland (tests/vm/get-arm64 fetches one)"
		return 0
	fi
	if [ ! -f "$kernel" ] && ! vm_find_kernel "$(vm_kernel_arch "$arch")" "$kernel" >/dev/null; then
		echo "no $(vm_kernel_arch "$arch") kernel $kernel (tests/vm/build-kernel builds one)"
		return 0
	fi
	return 1
}

# vm_platform_args PLATFORM VERSION: sets machine=(QEMU arguments) and append=(kernel parameters). Devices that only exist
# to have something behind the IOMMU are the same everywhere: an e1000e below a root port, one on the root bus, an NVMe.
vm_platform_args()
{
	local platform=$1 version=$2 scalable=x-scalable-mode=on first_stage=x-flts=on
	# Both options lost their "x-" when the emulation was no longer experimental.
	if vm_version_ge "$version" 10.0; then
		scalable=scalable-mode=on
		first_stage=fsts=on
	fi
	# On a busy host without KVM the kernel's check whether timer interrupts arrive in time can fail, and it gives up booting.
	machine=(-M "q35,kernel-irqchip=split") append=(console=ttyS0 no_timer_check)
	case $platform in
	vtd-legacy)
		machine+=(-device "intel-iommu,intremap=on,caching-mode=on")
		append+=(intel_iommu=on,sm_off)
		;;
	vtd-scalable)
		machine+=(-device "intel-iommu,intremap=on,device-iotlb=on,snoop-control=on,$scalable")
		append+=(intel_iommu=on,sm_on)
		;;
	# Besides: two devices behind a bridge, which are one group.
	vtd-pasid)
		machine+=(-device "intel-iommu,intremap=on,device-iotlb=on,snoop-control=on,$scalable,pasid-bits=20"
			-device pcie-pci-bridge,id=bridge -device e1000,bus=bridge,addr=1,romfile= -device e1000,bus=bridge,addr=2,romfile=)
		append+=(intel_iommu=on,sm_on)
		;;
	vtd-first-stage)
		machine+=(-device "intel-iommu,intremap=on,device-iotlb=on,snoop-control=on,$scalable,$first_stage")
		append+=(intel_iommu=on,sm_on)
		;;
	amd | amd-unsafe)
		machine+=(-device "amd-iommu,intremap=on,xtsup=on,dma-remap=on,device-iotlb=on")
		[ "$platform" = amd ] || append+=(iommufd.allow_unsafe_interrupts=1)
		;;
	smmuv3 | smmuv3-s1)
		machine=(-M "virt,iommu=smmuv3,gic-version=3")
		append=(console=ttyAMA0)
		# Before 8.1 there was only stage 1, and nothing to choose.
		if [ "$platform" = smmuv3 ]; then
			machine+=(-global arm-smmuv3.stage=nested)
		elif vm_version_ge "$version" 8.1; then
			machine+=(-global arm-smmuv3.stage=1)
		fi
		;;
	none)
		;;
	*)
		vm_die "unknown platform '$platform' (one of: ${vm_platforms[*]})"
		;;
	esac
	machine+=(
		-device pcie-root-port,id=rp1,chassis=1 -device e1000e,bus=rp1,romfile= -device e1000e,romfile= -nic none
		-device nvme,serial=guest,drive=d0 -drive if=none,id=d0,driver=null-co,size=1G
	)
}
