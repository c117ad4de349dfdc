/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommuctl: what an IOMMU can do, what the kernel lets you do with it, and why not. */
#include "config.h"
#include "cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
