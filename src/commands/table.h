/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ordered list of commands. */
#ifndef IOMMUCTL_COMMANDS_TABLE_H
#define IOMMUCTL_COMMANDS_TABLE_H

#include "cli.h"

/* In the order of the overview, ended by NULL. */
extern const struct command *const commands[];

extern const struct command command_allow_iovas;
extern const struct command command_attach;
extern const struct command command_bind;
extern const struct command command_check;
extern const struct command command_complete;
extern const struct command command_decode;
extern const struct command command_destroy;
extern const struct command command_detach;
extern const struct command command_diff;
extern const struct command command_dirty_read;
extern const struct command command_dirty_start;
extern const struct command command_dirty_stop;
extern const struct command command_explain;
extern const struct command command_fault_queue_alloc;
extern const struct command command_fault_queue_read;
extern const struct command command_fault_queue_respond;
extern const struct command command_help;
extern const struct command command_hw_queue_alloc;
extern const struct command command_hwinfo;
extern const struct command command_hwpt_alloc;
extern const struct command command_hwpt_invalidate;
extern const struct command command_ioas_alloc;
extern const struct command command_ioas_change_process;
extern const struct command command_ioas_copy;
extern const struct command command_ioas_map;
extern const struct command command_ioas_unmap;
extern const struct command command_iova_ranges;
extern const struct command command_list;
extern const struct command command_meta;
extern const struct command command_noiommu_get_pa;
extern const struct command command_option;
extern const struct command command_ps;
extern const struct command command_replace;
extern const struct command command_report;
extern const struct command command_session_exec;
extern const struct command command_session_list;
extern const struct command command_session_show;
extern const struct command command_session_start;
extern const struct command command_session_stop;
extern const struct command command_watch;
extern const struct command command_unbind;
extern const struct command command_vdevice_alloc;
extern const struct command command_veventq_alloc;
extern const struct command command_veventq_read;
extern const struct command command_vfio_ioas;
extern const struct command command_viommu_alloc;
extern const struct command command_words;

/** What help, completions and manual pages are made from, as a document: of a command, of options.
 */
json_object *command_metadata(const struct command *cmd);
json_object *options_metadata(const struct argp_option *opt);

#endif
