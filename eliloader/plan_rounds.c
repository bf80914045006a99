/* SPDX-License-Identifier: BSD-2-Clause */
/* Which round it is, how often the installer was given out, and whether an install is
 * over: the keys by which eliloader counts. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "lib/io.h"

#define ROUND_LAST 2 /* see plan.h */

static int fail_round(struct plan *p, const struct plan_from *f, const char *value)
{
	char shown[SHOWN_MAX], again[256], remove[256];

	if (!request_is_xapi(f->request))
		return plan_fail(
			p, FAILURE_METHOD,
			"install-round is '%s', but there are only rounds 1 and 2. "
			"To install again: %s.",
			plan_shown(shown, value), plan_how_to_install(f, again));
	return plan_fail(
		p, FAILURE_METHOD,
		"other-config:install-round is '%s', but there are only rounds 1 "
		"and 2. To install again: %s. To boot what is installed: %s; "
		"xe vm-param-set uuid=%s PV-bootloader=pygrub",
		plan_shown(shown, value), plan_how_to_install(f, again),
		plan_how_to_remove(f, "install-round", remove), f->request->vm_uuid);
}

int plan_take_round(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "install-round");
	uint64_t round = 1;

	if (value && (io_parse_u64(value, ROUND_LAST, &round) < 0 || round == 0))
		return fail_round(p, f, value);
	p->round = (unsigned)round;
	return plan_reason(
		p, "install-round is %u%s: %s", p->round, value ? "" : " (not set)",
		p->round == 1 ? "the installer" : "the disk is asked whether it boots");
}

static int fail_attempts(struct plan *p, const struct plan_from *f, unsigned given)
{
	char shown[SHOWN_MAX], again[256];

	plan_how_to_install(f, again);
	if (f->disk->state != DISK_EMPTY)
		return plan_fail(
			p, FAILURE_SOURCE,
			"the installer was given out %u times, and its CD is the boot "
			"device still. If the system is installed, take the CD out of "
			"the "
			"VM. To try again: %s.",
			given, again);
	return plan_fail(
		p, FAILURE_SOURCE,
		"the installer was given out %u times, and the disk still holds no "
		"system%s%s. The VM's console tells what it came to. To try again: "
		"%s.",
		given, *f->disk->why ? ": " : "", plan_shown(shown, f->disk->why), again);
}

int plan_take_attempt(struct plan *p, const struct plan_from *f, bool sure)
{
	const char *value = record_other(f->record, "eliloader-attempts");
	char shown[SHOWN_MAX];
	uint64_t given = 1;

	if (p->round == 1)
		return 0;
	if (value && (io_parse_u64(value, UINT32_MAX - 1, &given) < 0 || given == 0))
		return plan_fail(p, FAILURE_METHOD,
				 "other-config:eliloader-attempts is '%s', which is not "
				 "how often an installer was given out. Remove it.",
				 plan_shown(shown, value));
	if (sure && given >= f->config->install_attempts)
		return fail_attempts(p, f, (unsigned)given);
	p->attempt = (unsigned)given + 1;
	return 0;
}

int plan_take_installed(struct plan *p, const struct plan_from *f)
{
	const char *bootloader = record_get(f->record, "PV-bootloader");
	const char *installed = record_other(f->record, "eliloader-installed");
	int r;

	if (bootloader && strcmp(bootloader, "pygrub") == 0)
		r = plan_reason(p, "PV-bootloader is pygrub: the install is finished");
	else if (installed && *installed && !record_other(f->record, "install-round"))
		r = plan_reason(p, "eliloader-installed is set, and install-round is not:"
				   " the install is finished");
	else
		return 0;
	if (r == 0)
		r = plan_change_rest(p, f);
	return r < 0 ? r : PLAN_STOP;
}

int plan_check_bootloader(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "install-bootloader");
	char shown[SHOWN_MAX];

	if (!value || !*value || strcmp(value, "auto") == 0 ||
	    strcmp(value, "pygrub") == 0 || strcmp(value, "eliloader") == 0)
		return 0;
	return plan_fail(p, FAILURE_METHOD,
			 "other-config:install-bootloader is '%s'. Set it to pygrub, "
			 "eliloader or auto.",
			 plan_shown(shown, value));
}

/* Is what the installer gets the disk that the toolstack names, and nothing known of it? */
static bool wants_empty(const struct plan *p, const struct plan_from *f)
{
	bool is_iso = p->repo.scheme == SCHEME_CDROM && !f->request->cdrom;

	return p->round == 1 && !request_is_xapi(f->request) && f->request->image &&
	       !is_iso && !record_other(f->record, "install-round");
}

int plan_guard(struct plan *p, const struct plan_from *f)
{
	const struct disk_verdict *d = f->disk;
	char shown[SHOWN_MAX];

	if (!wants_empty(p, f) || d->state == DISK_EMPTY)
		return 0;
	if (d->state == DISK_NOT_ASKED || d->state == DISK_NOT_ISO) {
		p->guards = true;
		return plan_reason(p, "nothing is known of an install before: the disk "
				      "is looked at, and must be empty");
	}
	return plan_fail(
		p, FAILURE_METHOD,
		"nothing is known of an install of this VM, and its disk is not empty: "
		"%s. To install over what it holds, add --set install-round=1; to boot "
		"it, "
		"take out install-repository and install-distro.",
		d->state != DISK_FOREIGN ? "a system that boots"
		: *d->why		 ? plan_shown(shown, d->why)
					 : "something that cannot be booted");
}
