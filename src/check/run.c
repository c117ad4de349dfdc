/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the rules: who is asked about what, and how findings become the document. */
#include "config.h"
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/shell.h"
#include "check/consumers.h"
#include "check/rules.h"
#include "host/usable.h"

static const char *const status_names[] = {
	[CHECK_PASS] = "pass",
	[CHECK_WARN] = "warn",
	[CHECK_UNKNOWN] = "unknown",
	[CHECK_FAIL] = "fail",
};

int check_goal_find(const char *name)
{
	for (int i = 0; i < GOAL_COUNT; i++)
		if (!strcmp(check_goals[i].name, name))
			return i;
	return -1;
}

bool check_wants(const struct check_run *run, unsigned int goals)
{
	return (run->goals & goals) != 0;
}

/* --- findings ------------------------------------------------------------------------------- */

enum { MAX_VARS = 3 };

/* Put the variables into a sentence of the table. */
static json_object *expand(const char *template, const char *subject, const struct evidence *ev,
			   const char *const *vars)
{
	struct out o = { 0 };
	json_object *text;

	if (!template)
		return NULL;
	while (*template) {
		size_t len = strcspn(template, "{");

		out_bytes(&o, template, len);
		template += len;
		if (!strncmp(template, "{subject}", 9)) {
			out_str(&o, subject);
			template += 9;
		} else if (!strncmp(template, "{value}", 7)) {
			out_str(&o, ev ? ev->value : "");
			template += 7;
		} else if (template[0] == '{' && template[1] >= '1' && template[1] <= '3' &&
			   template[2] == '}') {
			out_str(&o, vars[template[1] - '1']);
			template += 3;
		} else if (*template) {
			out_bytes(&o, template, 1);
			template ++;
		}
	}
	text = doc_strn(o.data ? o.data : "", o.len);
	out_free(&o);
	return text;
}

static json_object *evidence_doc(const struct evidence *ev)
{
	json_object *obj = doc_object();

	doc_add(obj, "source", doc_str(ev->source));
	doc_add(obj, "where", doc_str(ev->where[0] ? ev->where : NULL));
	doc_add(obj, "value", doc_str(ev->value[0] ? ev->value : NULL));
	return obj;
}

static json_object *finding_doc(enum check_goal goal, enum check_finding which, const char *subject,
				const struct evidence *ev, const char *const *vars)
{
	const struct check_finding_info *info = &check_findings[which];
	json_object *obj = doc_object();
	/* A fix is a command to copy, and the name may come from somebody else's report. */
	char *word = shell_word(subject);

	doc_add(obj, "id", doc_str(info->id));
	doc_add(obj, "goal", doc_str(check_goals[goal].name));
	doc_add(obj, "status", doc_str(status_names[info->status]));
	doc_add(obj, "subject", doc_str(subject));
	doc_add(obj, "evidence", ev && ev->source ? evidence_doc(ev) : NULL);
	doc_add(obj, "reason", expand(info->reason, subject, ev, vars));
	doc_add(obj, "fix", expand(info->fix, word, ev, vars));
	free(word);
	return obj;
}

static void emit(struct check_run *run, unsigned int goals, enum check_finding which,
		 const struct check_subject *subject, const struct evidence *ev, int n, va_list ap)
{
	const char *vars[MAX_VARS] = { "", "", "" };

	for (int i = 0; i < n && i < MAX_VARS; i++)
		vars[i] = va_arg(ap, const char *);
	for (int g = 0; g < GOAL_COUNT; g++) {
		if (!(goals & run->goals & 1u << g))
			continue;
		doc_push(run->by_goal[g],
			 finding_doc((enum check_goal)g, which, subject->name, ev, vars));
		if (check_findings[which].status > run->status[g])
			run->status[g] = check_findings[which].status;
	}
}

void check_emit(struct check_run *run, enum check_finding which,
		const struct check_subject *subject, const struct evidence *ev, int n, ...)
{
	va_list ap;

	va_start(ap, n);
	emit(run, run->rule->goals, which, subject, ev, n, ap);
	va_end(ap);
}

void check_emit_for(struct check_run *run, unsigned int goals, enum check_finding which,
		    const struct check_subject *subject, const struct evidence *ev, int n, ...)
{
	va_list ap;

	va_start(ap, n);
	emit(run, run->rule->goals & goals, which, subject, ev, n, ap);
	va_end(ap);
}

bool check_emit_unread(struct check_run *run, enum check_finding which,
		       const struct check_subject *subject, json_object *unread, const char *more)
{
	const char *path = doc_get_str(unread, "path", "");
	struct evidence ev;

	if (!unread)
		return false;
	ev = evidence_of("sysfs", path, "%s", doc_get_str(unread, "errno", "not read"));
	check_emit(run, which, subject, &ev, 3, path, doc_get_str(unread, "why", "not known why"),
		   more);
	return true;
}

/* --- who is asked ---------------------------------------------------------------------------- */

static struct check_subject device_subject(const struct snapshot *snap,
					   const struct host_device *dev)
{
	return (struct check_subject) {
		.name = dev->name,
		.device = dev,
		.group = snapshot_group(snap, dev->group),
		.iommu = device_iommu(snap, dev),
	};
}

static bool device_is_named(const struct check_run *run, size_t i)
{
	for (size_t n = 0; n < run->n_devices; n++)
		if (run->devices[n] == i)
			return true;
	return false;
}

/* Devices that were named; when none was, those that a VFIO driver holds. */
static bool device_is_asked(const struct check_run *run, size_t i)
{
	if (run->n_devices)
		return device_is_named(run, i);
	return device_on_vfio(&fact_snapshot(run->facts)->devices[i]);
}

static void ask_devices(struct check_run *run)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	for (size_t i = 0; i < snap->n_devices; i++) {
		struct check_subject s;

		if (!device_is_asked(run, i))
			continue;
		s = device_subject(snap, &snap->devices[i]);
		run->rule->judge(run, &s);
	}
}

static bool iommu_is_asked(const struct check_run *run, const struct host_iommu *iommu)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	if (!iommu_is_hardware(iommu))
		return false;
	for (size_t n = 0; n < run->n_devices; n++)
		if (device_iommu(snap, &snap->devices[run->devices[n]]) == iommu)
			return true;
	return !run->n_devices;
}

/* Where there are IOMMUs that are not listed, silence would be a yes. */
static void miss_iommus(struct check_run *run)
{
	const struct check_subject machine = { .name = "machine" };
	const struct evidence ev = evidence_of("sysfs", "/sys/class/iommu", "nothing");
	enum check_iommu_state state = check_iommu_state(run->facts);

	if (state == CHECK_IOMMU_ON || state == CHECK_IOMMU_IDENTITY)
		check_emit(run, F_IOMMU_UNLISTED, &machine, &ev, 0);
}

static void ask_iommus(struct check_run *run)
{
	const struct snapshot *snap = fact_snapshot(run->facts);
	size_t asked = 0;

	for (size_t i = 0; i < snap->n_iommus; i++) {
		struct check_subject s = { .name = snap->iommus[i].name,
					   .iommu = &snap->iommus[i] };

		if (!iommu_is_asked(run, s.iommu))
			continue;
		run->rule->judge(run, &s);
		asked++;
	}
	if (!asked)
		miss_iommus(run);
}

static bool group_is_asked(const struct check_run *run, const struct host_group *g)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	for (size_t n = 0; n < run->n_devices; n++)
		if (snap->devices[run->devices[n]].group == g->id)
			return true;
	return !run->n_devices;
}

static void ask_groups(struct check_run *run)
{
	const struct snapshot *snap = fact_snapshot(run->facts);

	for (size_t i = 0; i < snap->n_groups; i++) {
		struct check_subject s = { .group = &snap->groups[i] };
		char name[24];

		snprintf(name, sizeof(name), "group %d", s.group->id);
		s.name = name;
		if (group_is_asked(run, s.group))
			run->rule->judge(run, &s);
	}
}

static void ask(struct check_run *run, const struct check_rule *rule)
{
	const struct check_subject machine = { .name = "machine" };

	run->rule = rule;
	switch (rule->scope) {
	case SCOPE_MACHINE:
		rule->judge(run, &machine);
		break;
	case SCOPE_IOMMU:
		ask_iommus(run);
		break;
	case SCOPE_GROUP:
		ask_groups(run);
		break;
	case SCOPE_DEVICE:
		ask_devices(run);
		break;
	case SCOPE_NAMED:
		if (run->n_devices)
			ask_devices(run);
		break;
	}
}

/* --- the document ----------------------------------------------------------------------------- */

static json_object *goals_doc(const struct check_run *run)
{
	json_object *list = doc_list();

	for (int g = 0; g < GOAL_COUNT; g++) {
		json_object *obj;

		if (!(run->goals & 1u << g))
			continue;
		obj = doc_object();
		doc_add(obj, "goal", doc_str(check_goals[g].name));
		doc_add(obj, "status", doc_str(status_names[run->status[g]]));
		doc_push(list, obj);
	}
	return list;
}

static json_object *collect_findings(struct check_run *run)
{
	json_object *list = doc_list();

	for (int g = 0; g < GOAL_COUNT; g++) {
		for (size_t i = 0; i < doc_len(run->by_goal[g]); i++)
			doc_push(list, json_object_get(doc_at(run->by_goal[g], i)));
		json_object_put(run->by_goal[g]);
		run->by_goal[g] = NULL;
	}
	return list;
}

json_object *check_run_all(struct check_run *run)
{
	json_object *doc = doc_object();

	for (int g = 0; g < GOAL_COUNT; g++)
		run->by_goal[g] = doc_list();
	for (size_t i = 0; i < check_n_rules; i++)
		if (check_wants(run, check_rules[i].goals))
			ask(run, &check_rules[i]);
	if (run->consumer)
		check_consumer(run);
	doc_add(doc, "iommu", doc_str(check_iommu_state_name(check_iommu_state(run->facts))));
	doc_add(doc, "goals", goals_doc(run));
	doc_add(doc, "findings", collect_findings(run));
	if (run->consumer) {
		doc_add(doc, "consumer", doc_str(run->consumer));
		doc_add(doc, "configurations", run->configurations);
	}
	return doc;
}

int check_exit_status(const struct check_run *run)
{
	enum check_status worst = CHECK_PASS;

	for (int g = 0; g < GOAL_COUNT; g++)
		if (run->goals & 1u << g && run->status[g] > worst)
			worst = run->status[g];
	return worst == CHECK_FAIL      ? STATUS_FAILED
	       : worst == CHECK_UNKNOWN ? STATUS_TROUBLE
					: STATUS_OK;
}

/* --- the table itself ------------------------------------------------------------------------- */

json_object *check_list_findings(void)
{
	json_object *list = doc_list();

	for (size_t i = 0; i < F_COUNT; i++) {
		const struct check_finding_info *info = &check_findings[i];
		json_object *obj = doc_object();

		doc_add(obj, "id", doc_str(info->id));
		doc_add(obj, "status", doc_str(status_names[info->status]));
		doc_add(obj, "about", doc_str(info->about));
		doc_add(obj, "reason", doc_str(info->reason));
		doc_add(obj, "fix", doc_str(info->fix));
		doc_push(list, obj);
	}
	return list;
}
