/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"

#define DISTRO_DEFAULT "rhlike" /* contract par. 2 */

static int list_distros(struct plan *p, const char *name)
{
	char shown[SHOWN_MAX], all[512] = "";
	const struct distro *d;
	size_t len;

	for (size_t i = 0; (d = distro_at(i)); i++) {
		len = strlen(all);
		(void)snprintf(all + len, sizeof(all) - len, "%s%s", len ? ", " : "",
			       d->name);
	}
	return plan_fail(
		p, FAILURE_METHOD,
		"Distribution '%s' is not supported. Set other-config:install-distro "
		"to one of %s.",
		plan_shown(shown, name), all);
}

static int take_distro(struct plan *p, const struct plan_from *f)
{
	const char *name = record_other(f->record, "install-distro");
	bool given = name && *name;

	p->distro = distro_find(given ? name : DISTRO_DEFAULT);
	if (!p->distro)
		return list_distros(p, name);
	return plan_reason(p, "install-distro is %s%s", p->distro->name,
			   given ? "" : " (not set)");
}

static int take_request_args(struct plan *p, const struct plan_from *f)
{
	const char *args = f->request->args ? f->request->args : "";

	if (!plan_is_printable(args))
		return plan_fail(
			p, FAILURE_METHOD,
			"the kernel arguments of --args have a character in them that is "
			"not printable ASCII");
	p->request_args = strdup(args);
	return p->request_args ? 0 : -ENOMEM;
}

/* Is there nothing to install?  Then the disk is booted, whatever other keys say. */
static int check_installed(struct plan *p, const struct plan_from *f)
{
	const char *distro = record_other(f->record, "install-distro");
	const char *repo = record_other(f->record, "install-repository");
	int r;

	p->action = PLAN_DISK;
	r = plan_take_installed(p, f);
	if (r != 0 || (distro && *distro) || (repo && *repo))
		return r;
	r = plan_reason(p, "neither install-distro nor install-repository is set: "
			   "there is nothing to install");
	return r < 0 ? r : PLAN_STOP;
}

static int take_action(struct plan *p, const struct plan_from *f)
{
	char shown[SHOWN_MAX];

	p->action = p->distro->dom0_files ? PLAN_DOM0_FILES : PLAN_INSTALL;
	if (p->round == 1)
		return 0;
	p->again = true;
	return plan_reason(p,
			   "the installer was given out before, and left no system%s%s: "
			   "the installer again, time %u of %u",
			   *f->disk->why ? ": " : "", plan_shown(shown, f->disk->why),
			   p->attempt, f->config->install_attempts);
}

/* Give out the installer. */
static int plan_install(struct plan *p, const struct plan_from *f, enum plan_image image)
{
	int r = plan_take_attempt(p, f, image != IMAGE_UNSURE);

	if (r == 0)
		r = plan_take_repo(p, f);
	if (r == 0 && p->repo.scheme == SCHEME_CDROM) {
		bool aside = f->request->cdrom && !request_is_xapi(f->request);

		if (image == IMAGE_DISK && !aside)
			return plan_change_to_cd(p, f);
		p->iso = aside ? f->request->cdrom : f->request->image;
		p->iso_unsure = image == IMAGE_UNSURE;
	}
	if (r == 0)
		r = plan_guard(p, f);
	if (r == 0)
		r = plan_take_proxy(p, f);
	if (r == 0)
		r = plan_take_words(p, f);
	if (r == 0)
		r = plan_take_pairs(p, f);
	if (r == 0)
		r = take_action(p, f);
	return r != 0 ? r : plan_change_install(p, f);
}

/* Something that no installer of ours is known to leave, and that is perhaps somebody's:
 * never installed over by itself. */
static int fail_foreign(struct plan *p, const struct plan_from *f)
{
	char shown[SHOWN_MAX], again[256];

	return plan_fail(
		p, FAILURE_SOURCE,
		"the disk is not empty, and cannot be booted: %s. To install "
		"again, over what it holds: %s.",
		plan_shown(shown, *f->disk->why ? f->disk->why : "no system was found"),
		plan_how_to_install(f, again));
}

/* Round 2, and the image is the disk. */
static int boot_disk(struct plan *p, const struct plan_from *f)
{
	int r;

	if (f->disk->state == DISK_FOREIGN)
		return fail_foreign(p, f);
	p->action = PLAN_DISK;
	r = plan_take_later_limits(p, f);
	if (r < 0)
		return r;
	if (f->disk->state == DISK_BOOTS) {
		r = plan_reason(p, "the disk boots: the install is finished");
		return r < 0 ? r : plan_change_finish(p, f);
	}
	if (f->disk->state == DISK_BOOTS_ANYHOW)
		return plan_reason(p, "the disk boots, but its boot configuration is not "
				      "understood: the round stays");
	p->asks_pygrub = plan_asks_pygrub(f);
	return plan_reason(p,
			   "the disk is looked at: if it boots, the install is "
			   "finished; if it is empty, the installer is given out again");
}

/* A CD with a boot menu of its own (contract par. 3.5). */
static bool boots_by_menu(const struct plan *p, const struct plan_from *f)
{
	const char *kernel = record_other(f->record, "install-kernel");

	return strcmp(p->distro->name, "pygrub") == 0 && (!kernel || !*kernel);
}

static int boot_cd_menu(struct plan *p, const struct plan_from *f)
{
	int r;

	p->repo.scheme = SCHEME_CDROM;
	p->action = PLAN_DISK;
	r = plan_reason(p, "install-distro is pygrub: the CD's own boot menu counts");
	if (r == 0)
		r = plan_take_attempt(p, f, true);
	return r != 0 ? r : plan_change_install(p, f);
}

static bool was_asked(const struct plan_from *f)
{
	return f->disk->state != DISK_NOT_ASKED && f->disk->state != DISK_NOT_ISO;
}

static bool boots(const struct plan_from *f)
{
	return f->disk->state == DISK_BOOTS || f->disk->state == DISK_BOOTS_ANYHOW;
}

static int decide_cdrom(struct plan *p, const struct plan_from *f)
{
	enum plan_image image = plan_find_image(p, f);

	if (boots_by_menu(p, f) &&
	    (image == IMAGE_CD || (image == IMAGE_UNSURE && p->round == 1))) {
		if (!was_asked(f) || boots(f))
			return boot_cd_menu(p, f);
		return plan_install(p, f,
				    IMAGE_CD); /* an error: it has no install-kernel */
	}
	if (boots_by_menu(p, f) && image == IMAGE_UNSURE)
		image = IMAGE_DISK;
	if (was_asked(f))
		image = IMAGE_DISK; /* only a disk is asked whether it boots */
	if (p->round == 1 || image != IMAGE_DISK || f->disk->state == DISK_EMPTY)
		return plan_install(p, f, image);
	return boot_disk(p, f);
}

static int decide(struct plan *p, const struct plan_from *f)
{
	const char *repo = record_other(f->record, "install-repository");
	int r = take_request_args(p, f);

	if (r == 0)
		r = plan_take_limits(p, f);
	if (r == 0)
		r = check_installed(p, f);
	if (r == 0)
		r = take_distro(p, f);
	if (r == 0)
		r = plan_take_round(p, f);
	if (r == 0)
		r = plan_check_bootloader(p, f);
	if (r != 0)
		return r;
	if (repo && strcmp(repo, "cdrom") == 0)
		return decide_cdrom(p, f);
	/* In round 2 a repository that is gone must not keep a system from booting. */
	if (p->round == 1 || f->disk->state == DISK_EMPTY)
		return plan_install(p, f, IMAGE_DISK);
	return boot_disk(p, f);
}

int plan_make(const struct request *request, const struct record *record,
	      const struct config *config, const struct plan_store_limits *store,
	      const struct disk_verdict *disk, struct plan *ret)
{
	const struct plan_from from = { request, record, config, store, disk };
	int r;

	*ret = (struct plan){ .action = PLAN_DISK, .arch = "x86_64" };
	r = decide(ret, &from);
	return r < 0 ? r : 0;
}

void plan_done(struct plan *p)
{
	for (size_t i = 0; i < p->reason_count; i++)
		free(p->reason[i]);
	free(p->reason);
	free(p->candidate);
	free(p->change);
	free(p->error_text);
	free(p->request_args);
	*p = (struct plan){ .action = PLAN_ERROR };
}
