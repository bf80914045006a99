/* SPDX-License-Identifier: BSD-2-Clause */
/* --explain: the plan for people and for machines.  Passwords are not shown. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "eliloader/json_text.h"
#include "eliloader/plan_parts.h"

#define CHANGE_TEXT_MAX 512

static const char *const action_name[] = {
	[PLAN_ERROR] = "error",
	[PLAN_INSTALL] = "install",
	[PLAN_DOM0_FILES] = "install-from-dom0-files",
	[PLAN_DISK] = "disk",
};

static const char *action_text(const struct plan *p)
{
	switch (p->action) {
	case PLAN_INSTALL:
		return p->again ? "give out the installer again"
				: "give out the installer";
	case PLAN_DOM0_FILES:
		return "give out the installer that lies in dom0";
	case PLAN_DISK:
		return "boot what is on the disk";
	default:
		return "fail";
	}
}

static const char *change_text(const struct change *c, char out[CHANGE_TEXT_MAX])
{
	char key[SHOWN_MAX], value[SHOWN_MAX];

	plan_shown(key, c->key); /* a VBD's device comes from XAPI */
	plan_shown(value, c->value);
	switch (c->kind) {
	case CHANGE_OTHER_CONFIG_REMOVE:
	case CHANGE_PLATFORM_REMOVE:
		(void)snprintf(out, CHANGE_TEXT_MAX, "%s:%s is removed",
			       c->kind == CHANGE_PLATFORM_REMOVE ? "platform"
								 : "other-config",
			       key);
		break;
	case CHANGE_OTHER_CONFIG_SET:
	case CHANGE_PLATFORM_SET:
		(void)snprintf(out, CHANGE_TEXT_MAX, "%s:%s becomes '%s'",
			       c->kind == CHANGE_PLATFORM_SET ? "platform"
							      : "other-config",
			       key, value);
		break;
	case CHANGE_BOOTLOADER:
	case CHANGE_BOOTLOADER_ARGS:
		(void)snprintf(out, CHANGE_TEXT_MAX, "PV-bootloader%s becomes '%s'",
			       c->kind == CHANGE_BOOTLOADER ? "" : "-args", value);
		break;
	case CHANGE_BOOTABLE:
		(void)snprintf(out, CHANGE_TEXT_MAX, "disk %s becomes %sbootable", key,
			       strcmp(c->value, "true") == 0 ? "" : "not ");
		break;
	case CHANGE_DESTROY_VBD:
		(void)snprintf(out, CHANGE_TEXT_MAX, "disk %s (updates) is removed", key);
		break;
	}
	return out;
}

/* A copy to be shown; what it points to stays the plan's. */
static struct plan without_passwords(const struct plan *p)
{
	struct plan shown = *p;

	repo_display(&p->repo, shown.repo.url, sizeof(shown.repo.url));
	if (p->vncpassword[0])
		(void)snprintf(shown.vncpassword, sizeof(shown.vncpassword), "***");
	return shown;
}

/* Call @visit for each kind of installer that may be found: once for each. */
static int each_media(const struct plan *p,
		      int (*visit)(const struct plan *p, enum media m, void *arg),
		      void *arg)
{
	bool seen[MEDIA_KINDS] = { false };
	int r = 0;

	if (p->action == PLAN_DOM0_FILES)
		return visit(p, p->distro->media, arg);
	if (p->treeinfo && p->distro->newest != MEDIA_UNKNOWN) {
		seen[p->distro->newest] = true;
		r = visit(p, p->distro->newest, arg);
	}
	for (size_t i = 0; r == 0 && i < p->candidate_count; i++) {
		enum media m = p->candidate[i].media;

		if (!seen[m])
			r = visit(p, m, arg);
		seen[m] = true;
	}
	return r;
}

static int print_args(const struct plan *p, enum media media, void *arg)
{
	char args[ARGS_MAX];

	if (plan_args(p, media, args) < 0)
		(void)snprintf(args, sizeof(args), "(longer than %d bytes: an error)",
			       ARGS_MAX - 1);
	(void)fprintf(arg, "  %s: %s\n", media_words(media)->name, args);
	return 0;
}

static void print_source(FILE *out, const struct plan *p)
{
	if (p->action == PLAN_DOM0_FILES)
		(void)fprintf(out, "kernel and ramdisk:\n  %s\n  %s\n", p->kernel_path,
			      p->ramdisk_path);
	if (p->action != PLAN_INSTALL)
		return;
	if (p->repo.scheme == SCHEME_CDROM)
		(void)fprintf(out, "looked for on the CD%s, the first pair counts:\n",
			      p->iso_unsure ? " (the disk image, if it is one)" : "");
	else
		(void)fprintf(out, "looked for below %s, the first pair counts:\n",
			      p->repo.url);
	if (p->treeinfo)
		(void)fprintf(out, "  what .treeinfo or treeinfo names for %s\n",
			      p->arch);
	for (size_t i = 0; i < p->candidate_count; i++) {
		const struct plan_candidate *c = &p->candidate[i];

		(void)fprintf(out, "  %s%s%s%s%s\n", c->kernel,
			      c->ramdisk[0] ? " + " : "", c->ramdisk,
			      c->sums[0] ? ", checked by " : "", c->sums);
	}
	(void)fprintf(out,
		      "limits: kernel %" PRIu64 ", ramdisk %" PRIu64 ", unpacked %" PRIu64
		      " bytes\n",
		      p->limits.kernel, p->limits.ramdisk, p->limits.unpacked);
}

void plan_print(FILE *out, const struct plan *p)
{
	struct plan shown = without_passwords(p);
	char text[CHANGE_TEXT_MAX];

	(void)fprintf(out, "plan: %s\n", action_text(p));
	if (p->action == PLAN_ERROR)
		(void)fprintf(out, "error: %s\n  %s\n", p->error_name, p->error_text);
	if (p->reason_count > 0)
		(void)fputs("because:\n", out);
	for (size_t i = 0; i < p->reason_count; i++)
		(void)fprintf(out, "  %s\n", p->reason[i]);
	print_source(out, &shown);
	if (p->action == PLAN_INSTALL || p->action == PLAN_DOM0_FILES) {
		(void)fputs("kernel arguments, by installer:\n", out);
		(void)each_media(&shown, print_args, out); /* never fails */
	}
	if (p->needs_vbds)
		(void)fputs("the VM's disks (VBDs) count, too, and are not known here\n",
			    out);
	if (p->change_count > 0)
		(void)fprintf(out, "then changed, in this order%s:\n",
			      p->action == PLAN_ERROR ? ", before it fails" : "");
	for (size_t i = 0; i < p->change_count; i++)
		(void)fprintf(out, "  %s\n", change_text(&p->change[i], text));
}

static int add_args(const struct plan *p, enum media media, void *arg)
{
	char args[ARGS_MAX];

	if (plan_args(p, media, args) < 0)
		return 0; /* too long: left out */
	return json_array_append_new(arg,
				     json_pack("{s:s, s:s}", "installer",
					       media_words(media)->name, "args", args));
}

static int add_candidates(const struct plan *p, json_t *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->candidate_count; i++) {
		const struct plan_candidate *c = &p->candidate[i];

		r = json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "kernel",
							  c->kernel, "ramdisk",
							  c->ramdisk, "sums", c->sums));
	}
	return r;
}

static int add_texts(const struct plan *p, json_t *reasons, json_t *changes)
{
	char text[CHANGE_TEXT_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->reason_count; i++)
		r = json_array_append_new(reasons, json_string(p->reason[i]));
	for (size_t i = 0; r == 0 && i < p->change_count; i++)
		r = json_array_append_new(changes,
					  json_string(change_text(&p->change[i], text)));
	return r;
}

/* All texts are ASCII by now, as json_string() wants it. */
static json_t *make_json(const struct plan *p)
{
	json_t *candidates = json_array(), *args = json_array(), *reasons = json_array(),
	       *changes = json_array(), *plan;
	bool install = p->action == PLAN_INSTALL || p->action == PLAN_DOM0_FILES;
	int r = add_candidates(p, candidates) | add_texts(p, reasons, changes);

	if (install)
		r |= each_media(p, add_args, args);
	plan = json_pack(
		"{s:s, s:o, s:s*, s:i, s:b, s:b, s:s*, s:s*, s:s*, s:s*, s:o, s:o, s:o}",
		"action", action_name[p->action], "reasons", reasons, "distro",
		p->distro ? p->distro->name : NULL, "round", (int)p->round, "again",
		p->again, "treeinfo", p->treeinfo, "repository",
		install && p->repo.given[0] ? p->repo.url : NULL, "kernel",
		p->kernel_path[0] ? p->kernel_path : NULL, "ramdisk",
		p->ramdisk_path[0] ? p->ramdisk_path : NULL, "arch", p->arch,
		"candidates", candidates, "args", args, "changes", changes);
	if (plan && r == 0)
		return plan;
	json_decref(plan);
	return NULL;
}

/* As the text form has them: of an install. */
static int add_limits(const struct plan *p, json_t *plan)
{
	if (p->action != PLAN_INSTALL && p->action != PLAN_DOM0_FILES)
		return 0;
	return json_object_set_new(plan, "limits",
				   json_pack("{s:I, s:I, s:I}", "kernel",
					     (json_int_t)p->limits.kernel, "ramdisk",
					     (json_int_t)p->limits.ramdisk, "unpacked",
					     (json_int_t)p->limits.unpacked));
}

static int add_error(const struct plan *p, json_t *plan)
{
	if (p->action != PLAN_ERROR)
		return 0;
	return json_object_set_new(
		plan, "error",
		json_pack("{s:s, s:s}", "name", p->error_name, "text", p->error_text));
}

int plan_print_json(FILE *out, const struct plan *p, const char *disk)
{
	struct plan shown = without_passwords(p);
	json_t *plan = make_json(&shown);
	int r = plan ? 0 : -ENOMEM;

	if (r == 0 && (add_error(p, plan) < 0 || add_limits(p, plan) < 0 ||
		       json_object_set_new(plan, "disk", json_text_or_null(disk)) < 0))
		r = -ENOMEM;
	if (r == 0 &&
	    (json_dumpf(plan, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF))
		r = -EIO;
	json_decref(plan);
	return r;
}
