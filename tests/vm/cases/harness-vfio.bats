# SPDX-License-Identifier: GPL-2.0-or-later
# Devices can be given to VFIO where there is an IOMMU.
# vm: platforms=vtd-legacy,vtd-scalable,vtd-first-stage,amd,amd-unsafe,smmuv3,smmuv3-s1

setup()
{
	load ../lib
	nic=$(nic_behind_port)
}

@test "harness: a device goes to vfio-pci and back, and has a character device meanwhile" {
	assert_equal "$(driver_of "$nic")" e1000e
	bind_vfio "$nic"
	assert_equal "$(driver_of "$nic")" vfio-pci
	assert [ -c "/dev/vfio/devices/$(cdev_of "$nic")" ]
	unbind_vfio "$nic"
	assert_equal "$(driver_of "$nic")" e1000e
	run cdev_of "$nic"
	assert_failure
}
