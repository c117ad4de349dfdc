# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin for sos: put it beside sos's own as sos/report/plugins/iommuctl.py."""

from sos.report.plugins import Plugin, IndependentPlugin


class Iommuctl(Plugin, IndependentPlugin):

    short_desc = 'IOMMUs, their groups and devices'
    plugin_name = 'iommuctl'
    profiles = ('hardware', 'virt')
    packages = ('iommuctl',)
    commands = ('iommuctl',)

    def setup(self):
        self.add_cmd_output('iommuctl report', suggest_filename='iommuctl_report.json')
        self.add_cmd_output('iommuctl list')
        self.add_copy_spec([
            '/sys/class/iommu/*/intel-iommu/version',
            '/sys/class/iommu/*/intel-iommu/cap',
            '/sys/class/iommu/*/intel-iommu/ecap',
            '/sys/class/iommu/*/amd-iommu',
            '/sys/kernel/iommu_groups/*/type',
            '/sys/kernel/iommu_groups/*/reserved_regions',
        ])
