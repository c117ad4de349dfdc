/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repair: finding out what became of a command that died half-way.
 *
 * Such a command leaves its intent in the ledger. What it asked the kernel for
 * may have been done or not, and the kernel has no list to look at; but what was
 * asked can be finished or undone so that the ledger is right again:
 *
 *	something made		destroyed: nobody was told its id, which is the
 *				lowest that the ledger does not have
 *	attach, replace,	done again, with the same answer
 *	detach, dirty tracking
 *	map, copy		everything is unmapped that the ledger does not have
 *	unmap, destroy		done again; that it is gone already is no error
 *
 * What cannot be repaired (objects of strangers are in the iommufd) is said, and
 * marked uncertain.
 */
#ifndef IOMMUCTL_SESSION_REPAIR_H
#define IOMMUCTL_SESSION_REPAIR_H

struct iommu_context;

/** Follow up an intent that was left behind, if there is one. Says what it did on stderr. */
void repair(struct iommu_context *ctx);

#endif
