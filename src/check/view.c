/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of `iommuctl check`: a verdict for each goal, and what stands in its way. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/check.h"
#include "host/index.h"

static const struct {
	const char *status, *verdict, *label;
	enum out_style style;
} styles[] = {
	{ "pass", "yes", "pass", OUT_GOOD },
	{ "warn", "yes, but", "warn", OUT_WARN },
	{ "unknown", "cannot tell", "unknown", OUT_WARN },
	{ "fail", "no", "FAIL", OUT_BAD },
};

static size_t style_of(const char *status)
{
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
		if (!strcmp(styles[i].status, status))
			return i;
	return 0;
}

/* For each finding the first one with the same key, which can be itself. To be freed. */
static size_t *find_first(json_object *findings, char *(*key)(json_object *finding))
{
	size_t n = doc_len(findings), *first = mem_alloc((n + 1) * sizeof(*first));
	char **keys = mem_alloc((n + 1) * sizeof(*keys));
	struct index said = { 0 };

	for (size_t i = 0; i < n; i++) {
		keys[i] = key(doc_at(findings, i));
		if (index_put(&said, keys[i], i))
			first[i] = i;
		else
			index_get(&said, keys[i], &first[i]);
	}
	index_free(&said);
	for (size_t i = 0; i < n; i++)
		free(keys[i]);
	free(keys);
	return first;
}

/* What a finding says, whatever goal it is for. */
static char *said(json_object *f)
{
	return mem_printf("%s\n%s\n%s", doc_get_str(f, "id", ""), doc_get_str(f, "subject", ""),
			  doc_get_str(f, "reason", ""));
}

/* --- the same of many ------------------------------------------------------------------------- */

enum { SUBJECTS_SHOWN = 6 };

/* What else a finding holds for. */
struct alike {
	bool folded;   /* it is shown with an earlier one */
	size_t others; /* how many are shown with this one */
	char *names;   /* of the first of them */
};

/* What a finding says, whoever it is about. */
static char *general(json_object *f)
{
	const char *subject = doc_get_str(f, "subject", ""), *reason = doc_get_str(f, "reason", "");
	const char *at = *subject ? strstr(reason, subject) : NULL;
	size_t before = at ? (size_t)(at - reason) : 0;

	return mem_printf("%s\n%s\n%s\n%.*s\1%s", doc_get_str(f, "goal", ""),
			  doc_get_str(f, "id", ""), doc_get_str(f, "fix", ""), (int)before, reason,
			  at ? at + strlen(subject) : reason);
}

static void add_name(struct alike *a, const char *own, const char *subject)
{
	if (strcmp(own, subject) && ++a->others <= SUBJECTS_SHOWN)
		a->names = mem_append(a->names, ", ", subject);
}

/* One for each finding, to be freed with free_alike(). */
static struct alike *find_alike(json_object *findings)
{
	size_t n = doc_len(findings), *first = find_first(findings, general);
	struct alike *list = mem_zalloc((n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		list[i].folded = first[i] != i;
		if (list[i].folded)
			add_name(&list[first[i]],
				 doc_get_str(doc_at(findings, first[i]), "subject", ""),
				 doc_get_str(doc_at(findings, i), "subject", ""));
	}
	free(first);
	return list;
}

static void free_alike(struct alike *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].names);
	free(list);
}

static void show_alike(struct out *o, const struct alike *a)
{
	char *text;

	if (o->verbose || !a->others)
		return;
	text = a->others > SUBJECTS_SHOWN
		       ? mem_printf("%s and %zu more", a->names, a->others - SUBJECTS_SHOWN)
		       : mem_strdup(a->names);
	out_str(o, "           same of");
	out_wrap(o, 11, text);
	out_str(o, "\n");
	free(text);
}

/* --- findings --------------------------------------------------------------------------------- */

static void show_evidence(struct out *o, json_object *ev)
{
	const char *where = doc_get_str(ev, "where", NULL), *value = doc_get_str(ev, "value", NULL);

	if (!ev)
		return;
	out_str(o, "           ");
	out_styled(o, OUT_DIM, "seen in: ");
	out_str(o, doc_get_str(ev, "source", ""));
	if (where)
		out_printf(o, ", %s", where);
	if (value)
		out_printf(o, ": %s", value);
	out_str(o, "\n");
}

static void show_finding(struct out *o, json_object *f, bool said, const struct alike *alike)
{
	size_t style = style_of(doc_get_str(f, "status", ""));
	const char *fix = doc_get_str(f, "fix", NULL);
	char *text;

	out_str(o, "  ");
	out_styled(o, styles[style].style, styles[style].label);
	out_pad(o, 9 - strlen(styles[style].label));
	if (said) {
		out_printf(o, "see above [%s]\n", doc_get_str(f, "id", ""));
		return;
	}
	text = mem_printf("%s [%s]", doc_get_str(f, "reason", ""), doc_get_str(f, "id", ""));
	out_wrap(o, 11, text);
	out_str(o, "\n");
	free(text);
	show_alike(o, alike);
	if (o->verbose)
		show_evidence(o, doc_get(f, "evidence"));
	if (fix && style) {
		out_str(o, "           ");
		out_styled(o, OUT_BOLD, "fix: ");
		out_wrap(o, 16, fix);
		out_str(o, "\n");
	}
}

/* Findings stand in the order of the goals: those of this one begin at *at. */
static void show_goal(struct out *o, json_object *goal, json_object *findings,
		      const size_t *said_at, const struct alike *alike, size_t *at)
{
	const char *name = doc_get_str(goal, "goal", "");
	size_t style = style_of(doc_get_str(goal, "status", "")), passed = 0;

	out_styled(o, OUT_TITLE, name);
	out_str(o, ": ");
	out_styled(o, styles[style].style, styles[style].verdict);
	out_str(o, "\n");
	for (; *at < doc_len(findings); ++*at) {
		json_object *f = doc_at(findings, *at);
		bool pass = !strcmp(doc_get_str(f, "status", ""), "pass");

		if (strcmp(doc_get_str(f, "goal", ""), name))
			break;
		passed += pass;
		if (o->verbose || (!pass && !alike[*at].folded))
			show_finding(o, f, said_at[*at] != *at, &alike[*at]);
	}
	if (!o->verbose && passed)
		out_printf(o, "  pass     %zu check%s\n", passed, passed == 1 ? "" : "s");
}

static void show_state(struct out *o, const char *state)
{
	static const struct {
		const char *state, *words;
		enum out_style style;
	} states[] = {
		{ "on", "on", OUT_GOOD },
		{ "identity", "on, but kernel drivers bypass it (passthrough)", OUT_WARN },
		{ "kernel-disabled", "disabled by the kernel", OUT_BAD },
		{ "firmware-disabled", "disabled in firmware", OUT_BAD },
		{ "absent", "absent", OUT_BAD },
	};
	size_t i = 0;

	out_styled(o, OUT_TITLE, "IOMMU");
	out_str(o, ": ");
	while (i < ARRAY_SIZE(states) && (!state || strcmp(states[i].state, state)))
		i++;
	if (i < ARRAY_SIZE(states))
		out_styled(o, states[i].style, states[i].words);
	else
		out_str(o, "unknown");
	out_str(o, "\n");
}

static void show_configuration(struct out *o, json_object *doc, json_object *c)
{
	const char *note = doc_get_str(c, "note", NULL);

	out_str(o, "\n");
	out_styled(o, OUT_TITLE, "Largest guest configuration");
	out_printf(o, " (%s, %s):\n", doc_get_str(doc, "consumer", ""),
		   doc_get_str(c, "iommu", ""));
	out_str(o, doc_get_str(c, "text", ""));
	if (note) {
		out_str(o, "note: ");
		out_wrap(o, 6, note);
		out_str(o, "\n");
	}
}

void check_view(struct out *o, json_object *doc)
{
	json_object *goals = doc_get(doc, "goals"), *findings = doc_get(doc, "findings"),
		    *configurations = doc_get(doc, "configurations");
	size_t *said_at = find_first(findings, said);
	struct alike *alike = find_alike(findings);
	size_t at = 0;

	show_state(o, doc_get_str(doc, "iommu", NULL));
	for (size_t i = 0; i < doc_len(goals); i++) {
		out_str(o, "\n");
		show_goal(o, doc_at(goals, i), findings, said_at, alike, &at);
	}
	free(said_at);
	free_alike(alike, doc_len(findings));
	for (size_t i = 0; i < doc_len(configurations); i++)
		show_configuration(o, doc, doc_at(configurations, i));
}

void check_view_findings(struct out *o, json_object *doc)
{
	json_object *list = doc_get(doc, "known_findings");

	for (size_t i = 0; i < doc_len(list); i++) {
		json_object *f = doc_at(list, i);

		out_cell(o, doc_get_str(f, "id", ""), 38);
		out_printf(o, " ");
		out_cell(o, doc_get_str(f, "status", ""), 8);
		out_printf(o, " %s\n", doc_get_str(f, "about", ""));
	}
}
