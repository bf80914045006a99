/* SPDX-License-Identifier: BSD-2-Clause */
/* What changes in the record, in an order in which a kill at any point is repaired by the
 * next start: see plan.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "lib/io.h"

int plan_change(struct plan *p, enum change_kind kind, const char *key, const char *value,
		size_t vbd)
{
	struct change *more = reallocarray(p->change, p->change_count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	p->change = more;
	more += p->change_count++;
	*more = (struct change){ .kind = kind, .vbd = vbd };
	(void)snprintf(more->key, sizeof(more->key), "%s", key); /* our own, short */
	(void)snprintf(more->value, sizeof(more->value), "%s",
		       value); /* checked by callers */
	return 0;
}

/* The disk to install to: device 0 by any of its names, else the first that is not a CD.
 * The count when there is none. */
static size_t find_disk(const struct record *r)
{
	static const char *const names[] = { "0", "xvda", "hda", "sda" };
	size_t found = r->vbd_count;

	for (size_t i = r->vbd_count; i > 0; i--) {
		const struct record_vbd *v = &r->vbd[i - 1];

		if (v->cd || v->updates_disk)
			continue;
		found = i - 1;
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			if (strcmp(v->userdevice, names[n]) == 0)
				return found;
	}
	return found;
}

static bool has_cd(const struct record *r)
{
	for (size_t i = 0; i < r->vbd_count; i++)
		if (r->vbd[i].cd)
			return true;
	return false;
}

static bool has_medium(const struct record *r)
{
	for (size_t i = 0; i < r->vbd_count; i++)
		if (r->vbd[i].cd && !r->vbd[i].empty)
			return true;
	return false;
}

/* Is a CD the boot device already, as far as the record tells? */
static bool cd_is_bootable(const struct record *r)
{
	for (size_t i = 0; i < r->vbd_count; i++)
		if (r->vbd[i].cd && r->vbd[i].bootable && !r->vbd[i].empty)
			return true;
	return false;
}

/* Would a CD be handed over if all CDs were bootable, too?  XAPI takes the first that is
 * not empty, in the order of VM.VBDs, which is ours. */
static bool cd_goes_before_disk(const struct record *r)
{
	for (size_t i = 0; i < r->vbd_count; i++)
		if (!r->vbd[i].empty && (r->vbd[i].cd || r->vbd[i].bootable))
			return r->vbd[i].cd;
	return false;
}

/* Set the flags of those VBDs that @pick takes and that differ. */
static int set_bootable(struct plan *p, const struct record *r, bool bootable,
			bool (*pick)(const struct record *r, size_t vbd))
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < r->vbd_count; i++)
		if (pick(r, i) && r->vbd[i].bootable != bootable)
			ret = plan_change(p, CHANGE_BOOTABLE, r->vbd[i].userdevice,
					  bootable ? "true" : "false", i);
	return ret;
}

static bool is_system_disk(const struct record *r, size_t vbd)
{
	return vbd == find_disk(r);
}

static bool is_not_system_disk(const struct record *r, size_t vbd)
{
	return vbd != find_disk(r);
}

static bool is_cd(const struct record *r, size_t vbd)
{
	return r->vbd[vbd].cd;
}

static bool is_not_cd(const struct record *r, size_t vbd)
{
	return !r->vbd[vbd].cd;
}

enum plan_image plan_find_image(struct plan *p, const struct plan_from *f)
{
	bool cd = false, disk = false, xapi = request_is_xapi(f->request);

	p->needs_vbds = xapi && f->record->vbd_count == 0;
	if (f->disk->state == DISK_NOT_ISO)
		return IMAGE_DISK;
	if (!xapi)
		return f->request->cdrom ? IMAGE_DISK : IMAGE_UNSURE;
	for (size_t i = 0; i < f->record->vbd_count; i++) {
		cd |= f->record->vbd[i].cd && f->record->vbd[i].bootable;
		disk |= !f->record->vbd[i].cd && f->record->vbd[i].bootable;
	}
	if (cd != disk)
		return cd ? IMAGE_CD : IMAGE_DISK;
	if (p->round == 1 && has_cd(f->record) && !has_medium(f->record))
		return IMAGE_DISK; /* in later rounds it is looked at, to be sure */
	return IMAGE_UNSURE;
}

/* Remove a key of other-config that is there. */
int plan_drop(struct plan *p, const struct plan_from *f, const char *key)
{
	if (!record_other(f->record, key))
		return 0;
	return plan_change(p, CHANGE_OTHER_CONFIG_REMOVE, key, "", 0);
}

static int count_round(struct plan *p, const struct plan_from *f)
{
	char number[16];
	int r;

	if (p->round != 1) {
		(void)snprintf(number, sizeof(number), "%u", p->attempt);
		return p->attempt == 0 ? 0
				       : plan_change(p, CHANGE_OTHER_CONFIG_SET,
						     "eliloader-attempts", number, 0);
	}
	/* of an install before; while install-round is 1 they count for nothing */
	r = plan_drop(p, f, "eliloader-installed");
	if (r == 0)
		r = plan_drop(p, f, "eliloader-attempts");
	return r == 0 ? plan_change(p, CHANGE_OTHER_CONFIG_SET, "install-round", "2", 0)
		      : r;
}

int plan_change_install(struct plan *p, const struct plan_from *f)
{
	bool flags = p->repo.scheme == SCHEME_CDROM && request_is_xapi(f->request) &&
		     find_disk(f->record) < f->record->vbd_count;
	int r = 0;

	if (flags)
		r = set_bootable(p, f->record, true, is_system_disk);
	if (r == 0)
		r = count_round(p, f);
	if (r == 0 && flags)
		r = set_bootable(p, f->record, false, is_not_system_disk);
	return r;
}

int plan_change_to_cd(struct plan *p, const struct plan_from *f)
{
	const char *state =
		p->round == 1 ? "is to be installed to" : "has no system that boots";
	/* where a CD was bootable already, and yet the disk was handed over, the order
	 * does not hold */
	bool disk_stays = !cd_is_bootable(f->record) && cd_goes_before_disk(f->record);
	int r;

	if (!request_is_xapi(f->request))
		return plan_fail(
			p, FAILURE_SOURCE,
			"install-repository is cdrom, but the configuration's first disk "
			"is no ISO 9660 image. Put the ISO first, or name it with "
			"--cdrom=FILE in bootloader_args.");
	if (!has_cd(f->record))
		return plan_fail(
			p, FAILURE_SOURCE,
			"install-repository is cdrom, but the VM has no CD drive. Add "
			"one: xe vm-cd-add vm=%s cd-name=ISO device=3",
			f->request->vm_uuid);
	if (!has_medium(f->record))
		return plan_fail(p, FAILURE_SOURCE,
				 "the disk %s, and the installer's medium is not in the "
				 "VM's CD drive. Insert it, and start the VM again: xe "
				 "vm-cd-insert vm=%s cd-name=ISO",
				 state, f->request->vm_uuid);
	r = set_bootable(p, f->record, true, is_cd);
	if (r == 0 && !disk_stays)
		r = set_bootable(p, f->record, false, is_not_cd);
	if (r < 0)
		return r;
	return plan_fail(
		p, FAILURE_SOURCE,
		"the disk %s, and the installer is on the CD, which was not the boot "
		"device. Now it is%s: start the VM once more to install.",
		state,
		disk_stays ? "" : ", and the only one (leave the medium in the drive)");
}
