/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of commands: one row each, in the order of the overview. */
#include "config.h"
#include "commands/table.h"

const struct command *const commands[] = {
	&command_list,
	&command_hwinfo,
	&command_decode,
	&command_check,
	&command_diff,
	&command_report,
	&command_explain,
	&command_ps,
	&command_watch,
	&command_help,
	/* IO address spaces. */
	&command_ioas_alloc,
	&command_ioas_map,
	&command_ioas_unmap,
	&command_ioas_copy,
	&command_iova_ranges,
	&command_allow_iovas,
	&command_option,
	&command_vfio_ioas,
	&command_ioas_change_process,
	&command_noiommu_get_pa,
	/* Page tables. */
	&command_hwpt_alloc,
	&command_hwpt_invalidate,
	&command_dirty_start,
	&command_dirty_stop,
	&command_dirty_read,
	/* Devices and objects. */
	&command_bind,
	&command_unbind,
	&command_attach,
	&command_replace,
	&command_detach,
	&command_destroy,
	/* Events and virtual IOMMUs. */
	&command_fault_queue_alloc,
	&command_fault_queue_read,
	&command_fault_queue_respond,
	&command_viommu_alloc,
	&command_vdevice_alloc,
	&command_veventq_alloc,
	&command_veventq_read,
	&command_hw_queue_alloc,
	/* Sessions. */
	&command_session_start,
	&command_session_exec,
	&command_session_list,
	&command_session_show,
	&command_session_stop,
	/* Hidden. */
	&command_complete,
	&command_meta,
	&command_words,
	NULL,
};
