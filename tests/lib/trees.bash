# SPDX-License-Identifier: GPL-2.0-or-later
# Machines made of text: copied trees for --sysroot.
# shellcheck shell=bash
MKTREE=${MKTREE:-${builddir:?}/tests/lib/mktree}
# Names do not depend on what is installed here.
export IOMMUCTL_PCI_IDS="${srcdir:?}/tests/captures/sysfs/pci.ids"

# tree NAME: the tree of a machine in tests/captures/sysfs, made once a file. Sets $tree.
tree() {
  tree=$BATS_FILE_TMPDIR/$1
  [ -d "$tree" ] || "$MKTREE" "$tree" <"$srcdir/tests/captures/sysfs/$1.tree"
}

# new_tree <DESCRIPTION: a tree of this test's own. Sets $tree.
new_tree() {
  tree=$(mktemp -d "$BATS_TEST_TMPDIR/tree.XXXXXX")
  mkdir -p "$tree/sys"
  "$MKTREE" "$tree"
}

# pci BDF MODALIAS-TAIL [DRIVER [GROUP [IOMMU]]]: lines for a PCI device, as collect-sysfs writes them.
# "v00008086d000010D3sv00000000sd00000000bc02sc00i00" is an Ethernet controller.
pci() {
  local bdf=$1 real=sys/devices/pci${1%%:*}:00/$1
  echo "l sys/bus/pci/devices/$bdf ../../../devices/pci${1%%:*}:00/$bdf"
  echo "f $real/modalias pci:$2"
  echo "l $real/subsystem ../../../bus/pci"
  if [ -n "${3-}" ]; then
    echo "l sys/bus/pci/drivers/$3/$bdf ../../../../devices/pci${1%%:*}:00/$bdf"
    echo "l $real/driver ../../../bus/pci/drivers/$3"
  fi
  [ -z "${4-}" ] || echo "l sys/kernel/iommu_groups/$4/devices/$bdf ../../../../devices/pci${1%%:*}:00/$bdf"
  [ -z "${5-}" ] || echo "l sys/class/iommu/$5/devices/$bdf ../../../../devices/pci${1%%:*}:00/$bdf"
}

# cdev NAME BDF: lines for a VFIO character device.
cdev() {
  echo "f sys/devices/pci${2%%:*}:00/$2/vfio-dev/$1/dev 511:0"
  echo "l sys/class/vfio-dev/$1 ../../devices/pci${2%%:*}:00/$2/vfio-dev/$1"
}

# shellcheck disable=SC2034 # for the tests
nic=v00008086d000010D3sv00008086sd00000000bc02sc00i00 nvme=v00001B36d00000010sv00001AF4sd00001100bc01sc08i02
# shellcheck disable=SC2034
bridge=v00001B36d0000000Csv00000000sd00000000bc06sc04i00
