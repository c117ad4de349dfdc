# SPDX-License-Identifier: GPL-2.0-or-later
# A VFIO device without an IOMMU can be made, with an IOMMU in the machine and without.
# vm: platforms=none,vtd-scalable

setup()
{
	load ../lib
}

@test "harness: mtty makes a VFIO device without an IOMMU" {
	uuid=$(make_mtty)
	assert [ -c "/dev/vfio/devices/$(cdev_of "$uuid")" ]
	remove_mtty
	refute [ -e "/sys/bus/mdev/devices/$uuid" ]
}
