/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows: how Linux names the VT-d fields that must be alike in all units of a
 * machine ("IOMMU feature pgsel_inv inconsistent").
 */
#include "diff/vtd_audit.h"

const struct vtd_audit vtd_audit[] = {
	{ "CAP.FS5LP", "fl5lp_support" },
	{ "CAP.FS1GP", "fl1gp_support" },
	{ "CAP.PI", "pi_support" },
	{ "CAP.DRD", "read_drain" },
	{ "CAP.DWD", "write_drain" },
	{ "CAP.PSI", "pgsel_inv" },
	{ "CAP.ZLR", "zlr" },
	{ "CAP.CM", "caching_mode" },
	{ "CAP.PHMR", "phmr" },
	{ "CAP.PLMR", "plmr" },
	{ "CAP.RWBF", "rwbf" },
	{ "CAP.AFL", "afl" },
	{ "ECAP.RPS", "rps" },
	{ "ECAP.SMPWCS", "smpwc" },
	{ "ECAP.FSTS", "flts" },
	{ "ECAP.SSTS", "slts" },
	{ "ECAP.NWFS", "nwfs" },
	{ "ECAP.SSADS", "slads" },
	{ "ECAP.SMTS", "smts" },
	{ "ECAP.PDS", "pds" },
	{ "ECAP.DIT", "dit" },
	{ "ECAP.PASID", "pasid" },
	{ "ECAP.EAFS", "eafs" },
	{ "ECAP.SRS", "srs" },
	{ "ECAP.ERS", "ers" },
	{ "ECAP.PRS", "prs" },
	{ "ECAP.NEST", "nest" },
	{ "ECAP.MTS", "mts" },
	{ "ECAP.SC", "sc_support" },
	{ "ECAP.PT", "pass_through" },
	{ "ECAP.EIM", "eim_support" },
	{ "ECAP.QI", "qis" },
	{ "ECAP.C", "coherent" },
	{ "ECAP.DT", "dev_iotlb_support" },
	{ 0 },
};
