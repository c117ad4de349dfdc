/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The snapshot as a document: the lists "iommus", "groups" and "devices" that
 * list and report print and that a saved report is loaded from.
 */
#ifndef IOMMUCTL_HOST_SNAPSHOT_DOC_H
#define IOMMUCTL_HOST_SNAPSHOT_DOC_H

#include "host/snapshot.h"

/* Which elements are wanted: NULL, or one flag per element of the snapshot's list. */
struct snapshot_selection {
	const bool *iommus, *groups, *devices;
};

/**
 * snapshot_doc_add() - add everything that the snapshot's lists hold to @doc
 * @doc: receives "source", "state", "state_evidence", "iommus", "groups" and "devices"
 * @select: what to leave out, or NULL for nothing. An element that stays is whole: a group
 *          names all of its devices
 */
void snapshot_doc_add(json_object *doc, const struct snapshot *snap,
		      const struct snapshot_selection *select);

/**
 * snapshot_doc_stream() - the same document for output only
 *
 * The three lists look empty to doc_get() and doc_len(): their elements are made, one a line, when
 * the document is written, and end at once, so that ten thousand devices never stand in memory
 * together. @snap and what @select points to must live until @doc is written.
 */
void snapshot_doc_stream(json_object *doc, const struct snapshot *snap,
			 const struct snapshot_selection *select);

/*
 * The elements one by one. Values that many devices share are made once, which
 * halves the time and the memory that ten thousand devices take.
 */
struct snapshot_docs;

/** @snap must live as long as it; snapshot_docs_free() frees it, not the elements made. */
struct snapshot_docs *snapshot_docs_new(const struct snapshot *snap);
void snapshot_docs_free(struct snapshot_docs *docs);

/** One element as an object of its own. */
json_object *snapshot_doc_iommu(struct snapshot_docs *docs, const struct host_iommu *iommu);
json_object *snapshot_doc_group(struct snapshot_docs *docs, const struct host_group *group);
json_object *snapshot_doc_device(struct snapshot_docs *docs, const struct host_device *dev);

#endif
