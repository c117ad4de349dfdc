# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Helpers for tests that run in a guest (cases/*.bats: "load ../lib"). Everything here needs root in a throw-away machine.

if [ ! -d /run/vm/io ]; then
	echo "this takes devices from their drivers and runs in a guest only: tests/vm/run -- tests/vm/tap FILE" >&2
	exit 1
fi

load "$(cd "${BASH_SOURCE[0]%/*}/../lib" && pwd)/common"

# The devices that every guest has.
# (Shell built-ins only, here and below: without hardware virtualisation every program started costs tens of milliseconds.)
# find_pci FILE VALUE PATTERN: the first device whose address matches PATTERN and whose FILE holds VALUE
find_pci()
{
	local dev value
	for dev in /sys/bus/pci/devices/*; do
		# shellcheck disable=SC2053 # a pattern is meant
		[[ ${dev##*/} == $3 ]] || continue
		read -r value <"$dev/$1"
		[ "$value" = "$2" ] || continue
		echo "${dev##*/}"
		return 0
	done
	return 1
}

nic_behind_port()
{
	find_pci device 0x10d3 '0000:0[1-9]:*'
}

nic_on_root_bus()
{
	find_pci device 0x10d3 '0000:00:*'
}

nvme_bdf()
{
	find_pci class 0x010802 '*'
}

# link_name PATH: the last part of what a symbolic link leads to; nothing when there is no link
link_name()
{
	[ -e "$1" ] || return 0
	(cd -P "$1" && echo "${PWD##*/}")
}

driver_of()
{
	link_name "/sys/bus/pci/devices/$1/driver"
}

# bind_driver BDF DRIVER: takes the device from whatever driver has it; nothing to do when DRIVER has it already.
bind_driver()
{
	local dev=/sys/bus/pci/devices/$1
	[ "$(driver_of "$1")" != "$2" ] || return 0
	echo "$2" >"$dev/driver_override"
	[ ! -e "$dev/driver" ] || echo "$1" >"$dev/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = "$2" ]
}

bind_vfio()
{
	bind_driver "$1" vfio-pci
}

# unbind_vfio BDF: back to the driver that the kernel chooses by itself.
unbind_vfio()
{
	local dev=/sys/bus/pci/devices/$1
	[ ! -e "$dev/driver" ] || echo "$1" >"$dev/driver/unbind"
	echo >"$dev/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
}

# Name of the VFIO character device of a PCI device or of an mdev's UUID: vfio0
cdev_of()
{
	local d
	for d in /sys/bus/*/devices/"$1"/vfio-dev/vfio*; do
		[ -e "$d" ] || return 1
		echo "${d##*/}"
		return 0
	done
}

iommu_of()
{
	link_name "/sys/bus/pci/devices/$1/iommu"
}

group_of()
{
	link_name "/sys/bus/pci/devices/$1/iommu_group"
}

# as_user COMMAND [ARGUMENT]...: as an ordinary user without any privilege.
as_user()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs -- "$@"
}

# without_dev_iommu COMMAND [ARGUMENT]...: while there is no /dev/iommu.
without_dev_iommu()
{
	local status=0
	mv /dev/iommu /dev/iommu.away
	"$@" || status=$?
	mv /dev/iommu.away /dev/iommu
	return "$status"
}

# make_mtty: a VFIO device without an IOMMU (the kernel's emulated serial port); prints its UUID. remove_mtty takes it away.
mtty_uuid=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001

make_mtty()
{
	local uuid=${1-$mtty_uuid}
	echo "$uuid" >/sys/class/mtty/mtty/mdev_supported_types/mtty-1/create || return
	printf '%s\n' "$uuid"
}

remove_mtty()
{
	echo 1 >"/sys/bus/mdev/devices/${1-$mtty_uuid}/remove"
}

# with_mock [OPTION]... COMMAND [ARGUMENT]...: the command inherits an iommufd with mock devices in it; see mockdev.c for
# the options and for the variables that name the objects ($MOCK_IOMMUFD, $MOCK_DEV, ...). Commands are not functions here:
#     run with_mock bash -c '"$IOMMUCTL" hwpt-alloc --iommufd="$MOCK_IOMMUFD" "$MOCK_DEV" "$MOCK_IOAS"'
with_mock()
{
	"$MOCKDEV" "$@"
}

# while_held BDF COMMAND [ARGUMENT]...: while another process has the device bound to an iommufd. Commands are programs here.
while_held()
{
	local bdf=$1
	shift
	"$HOLDCDEV" "$(cdev_of "$bdf")" "$@"
}

# raw_info BDF: what the kernel answers to IOMMU_GET_HW_INFO, asked without the program: "TYPE LENGTH HEX-DIGITS"
raw_info()
{
	"$RAWINFO" "/dev/vfio/devices/$(cdev_of "$1")"
}

# A register as the guest's own sysfs has it, as the bare hex digits: vtd_register dmar0 cap
vtd_register()
{
	local value
	read -r value <"/sys/class/iommu/$1/intel-iommu/$2"
	echo "$value"
}

# on_platform NAME... / on_kernel VERSION...: whether this guest is one of them.
on_platform()
{
	[[ " $* " == *" $VM_PLATFORM "* ]]
}

on_kernel()
{
	[[ " $* " == *" $VM_KERNEL "* ]]
}

# seen OPERATION RESULT[-DETAIL]: a success, or a refusal with its errno, for the table that tests/vm/ioctl-table makes.
seen()
{
	echo "# seen $* $VM_KERNEL" >&3
}

# errno_text ERRNO: as the C library has it
errno_text()
{
	case $1 in
	EBUSY)      echo "Device or resource busy" ;;
	EEXIST)     echo "File exists" ;;
	EFAULT)     echo "Bad address" ;;
	EINVAL)     echo "Invalid argument" ;;
	ENODEV)     echo "No such device" ;;
	ENOENT)     echo "No such file or directory" ;;
	ENOTTY)     echo "Inappropriate ioctl for device" ;;
	ENXIO)      echo "No such device or address" ;;
	EOPNOTSUPP) echo "Operation not supported" ;;
	EPERM)      echo "Operation not permitted" ;;
	EADDRINUSE) echo "Address already in use" ;;
	*)          echo "(no text for $1)" ;;
	esac
}

# refused OPERATION ERRNO[-DETAIL]: the command that was run has failed with this answer of the kernel.
refused()
{
	assert_equal "$status" 1
	[[ "${output?}${stderr-}" == *": $(errno_text "${2%%-*}")"* ]] || fail "not refused with $2: $output${stderr-}"
	seen "$@"
}
