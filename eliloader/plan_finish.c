/* SPDX-License-Identifier: BSD-2-Clause */
/* What changes when an install has come to its end; the order, and why: see plan.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define WORDS "PV-bootloader-args"

/* The sizes that hold after the install: pv-postinstall-X becomes pv-X. */
static int move_limit(struct plan *p, const struct plan_from *f, const char *from,
		      const char *to)
{
	const char *value = record_platform(f->record, from);
	uint64_t bytes;
	int r;

	if (!value)
		return 0;
	if (io_parse_u64(value, UINT64_MAX, &bytes) < 0)
		return plan_reason(p, "platform:%s is not a number and is left alone",
				   from);
	r = plan_change(p, CHANGE_PLATFORM_SET, to, value, 0);
	if (r == 0)
		r = plan_change(p, CHANGE_PLATFORM_REMOVE, from, "", 0);
	return r;
}

/* Only VBDs that say so themselves, and never a CD or the system's disk. */
static int remove_updates_disk(struct plan *p, const struct plan_from *f)
{
	int r = 0;

	if (!p->distro->dom0_files || !request_is_xapi(f->request))
		return 0;
	p->needs_vbds = f->record->vbd_count == 0;
	for (size_t i = 0; r == 0 && i < f->record->vbd_count; i++)
		if (f->record->vbd[i].updates_disk && !f->record->vbd[i].cd)
			r = plan_change(p, CHANGE_DESTROY_VBD,
					f->record->vbd[i].userdevice, "", i);
	return r;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

/* Words that eliloader takes and pygrub does not: it would fail. */
static bool is_ours_only(const char *word, size_t len)
{
	return is_word(word, len, "-v") || is_word(word, len, "--verbose") ||
	       is_word(word, len, "--cache") ||
	       (len > 8 && memcmp(word, "--cache=", 8) == 0);
}

/* The next of words between blanks; NULL at the end. */
static const char *next_word(const char **text, size_t *ret_len)
{
	const char *word = *text + strspn(*text, " ");

	*ret_len = strcspn(word, " ");
	*text = word + *ret_len;
	return *ret_len ? word : NULL;
}

static bool append(char *out, size_t size, const char *word, size_t len)
{
	size_t used = strlen(out);

	if (used + len + 2 > size)
		return false;
	(void)snprintf(out + used, size - used, "%s%.*s", used ? " " : "", (int)len,
		       word);
	return true;
}

/* PV-bootloader-args as pygrub can take them, and the verdict's selection.  false: they
 * cannot hold it. */
static bool make_words(const struct plan_from *f, bool pygrub, char *out, size_t size)
{
	const char *have = record_get(f->record, WORDS), *add = f->disk->selection, *word;
	size_t len;

	out[0] = '\0';
	have = have ? have : "";
	while ((word = next_word(&have, &len))) {
		if (pygrub && is_ours_only(word, len)) {
			if (is_word(word, len, "--cache"))
				(void)next_word(&have, &len); /* its value */
			continue;
		}
		if (!append(out, size, word, len))
			return false;
	}
	return (!*add || append(out, size, add, strlen(add))) && plan_is_printable(out);
}

/* Is it this word of install-bootloader? */
static bool is_forced(const struct plan_from *f, const char *bootloader)
{
	const char *value = record_other(f->record, "install-bootloader");

	return value && strcmp(value, bootloader) == 0;
}

/* Under xl the bootloader is the configuration file's. */
bool plan_asks_pygrub(const struct plan_from *f)
{
	return request_is_xapi(f->request) && !is_forced(f, "eliloader");
}

static int choose_bootloader(struct plan *p, const struct plan_from *f, bool *ret_pygrub)
{
	const struct disk_verdict *d = f->disk;
	bool forced = is_forced(f, "pygrub");

	*ret_pygrub = plan_asks_pygrub(f) && (forced ? d->pygrub_boots : d->pygrub);
	if (!request_is_xapi(f->request))
		return 0;
	if (is_forced(f, "eliloader"))
		return plan_reason(p, "install-bootloader is eliloader");
	if (forced)
		return plan_reason(
			p, "install-bootloader is pygrub%s",
			d->pygrub_boots ? "" : ", but pygrub finds nothing to boot");
	return plan_reason(p, "pygrub %s give out the same",
			   *ret_pygrub ? "would" : "would not");
}

/* Words that pygrub, or eliloader from now on, must be given. */
static int change_words(struct plan *p, const struct plan_from *f, bool *pygrub)
{
	const char *have = record_get(f->record, WORDS);
	char words[sizeof(((struct change *)NULL)->value)];

	if (!*f->disk->selection && !*pygrub)
		return 0;
	if (!make_words(f, *pygrub, words, sizeof(words))) {
		*pygrub = false;
		return plan_reason(p,
				   WORDS " is not changed: it would be too long, or is "
					 "not ASCII");
	}
	return strcmp(words, have ? have : "") == 0
		       ? 0
		       : plan_change(p, CHANGE_BOOTLOADER_ARGS, "", words, 0);
}

static int drop_keys(struct plan *p, const struct plan_from *f)
{
	int r = plan_drop(p, f, "install-round");

	if (r == 0)
		r = plan_drop(p, f, "eliloader-attempts");
	return r == 0 ? plan_drop(p, f, "install-distro") : r;
}

static int switch_bootloader(struct plan *p)
{
	int r = plan_change(p, CHANGE_BOOTLOADER, "", "pygrub", 0);

	return r < 0 ? r
		     : plan_change(p, CHANGE_OTHER_CONFIG_REMOVE, "eliloader-installed",
				   "", 0);
}

int plan_change_finish(struct plan *p, const struct plan_from *f)
{
	bool pygrub = false;
	int r = remove_updates_disk(p, f);

	if (r == 0)
		r = move_limit(p, f, "pv-postinstall-kernel-max-size",
			       "pv-kernel-max-size");
	if (r == 0)
		r = move_limit(p, f, "pv-postinstall-ramdisk-max-size",
			       "pv-ramdisk-max-size");
	if (r == 0)
		r = choose_bootloader(p, f, &pygrub);
	if (r == 0)
		r = change_words(p, f, &pygrub);
	if (r == 0)
		r = plan_change(p, CHANGE_OTHER_CONFIG_SET, "eliloader-installed",
				pygrub ? "pygrub" : "eliloader", 0);
	if (r == 0)
		r = drop_keys(p, f);
	return r == 0 && pygrub ? switch_bootloader(p) : r;
}

int plan_change_rest(struct plan *p, const struct plan_from *f)
{
	const char *bootloader = record_get(f->record, "PV-bootloader");
	const char *installed = record_other(f->record, "eliloader-installed");
	int r;

	/* nothing of an install that eliloader has not finished itself is changed */
	if (!installed || !*installed || record_other(f->record, "install-round"))
		return 0;
	r = drop_keys(p, f);
	if (r < 0 || strcmp(installed, "pygrub") != 0 || !plan_asks_pygrub(f))
		return r;
	if (bootloader && strcmp(bootloader, "pygrub") == 0)
		return plan_drop(p, f, "eliloader-installed");
	r = plan_reason(p, "a start was cut while it finished the install: the rest of "
			   "that is done");
	return r < 0 ? r : switch_bootloader(p);
}
