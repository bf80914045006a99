/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/finish.h"

#include <stdio.h>
#include <string.h>

/* SLES 9 to 11; of 64 bits and of 32. */
static const struct suse_pair {
	const char *kernel, *ramdisk;
} suse_pairs[] = {
	{ "vmlinuz-xen", "initrd-xen" },
	{ "vmlinuz-xenpae", "initrd-xenpae" },
};

static bool is_family(const struct finish_from *f, const char *name)
{
	return f->distro && strcmp(f->distro->name, name) == 0;
}

static bool can_boot(const struct boot_entry *e)
{
	return !e->why && e->kernel.path[0];
}

static bool has_name(const struct boot_path *path, const char *name)
{
	const char *slash = strrchr(path->path, '/');

	return slash && strcmp(slash + 1, name) == 0;
}

static size_t find_pair(const struct boot_menu *m, const struct suse_pair *pair)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct boot_entry *e = &m->entry[i];

		if (can_boot(e) && e->ramdisk_count == 1 &&
		    has_name(&e->kernel, pair->kernel) &&
		    has_name(&e->ramdisk[0], pair->ramdisk))
			return i;
	}
	return m->count;
}

/* What domUloader would boot, or @m->count: of the architecture that was installed, else
 * of the other one. */
static size_t find_suse(const struct finish_from *f, const struct boot_menu *m)
{
	const char *arch = record_other(f->record, "install-arch");
	unsigned first = arch && strcmp(arch, "x86_64") == 0 ? 0 : 1;
	size_t found = find_pair(m, &suse_pairs[first]);

	return found < m->count ? found : find_pair(m, &suse_pairs[1 - first]);
}

/* A word of PV-bootloader-args, which are split at blanks? */
static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= 0x20 || *c > 0x7e)
			return false;
	return *text;
}

/* Files by their names; none when these cannot be said. */
static void select_files(const struct boot_entry *e, char *out, size_t size)
{
	const char *ramdisk = e->ramdisk_count == 1 ? e->ramdisk[0].path : "";
	int n;

	if (!is_word(e->kernel.path) || e->ramdisk_count > 1 ||
	    (*ramdisk && !is_word(ramdisk)))
		return;
	n = snprintf(out, size, "--kernel %s%s%s", e->kernel.path,
		     *ramdisk ? " --ramdisk " : "", ramdisk);
	if (n < 0 || (size_t)n >= size)
		out[0] = '\0'; /* cut, it would name another file */
}

/* Is there a word "root=..." in it? */
static bool names_root(const char *args)
{
	const char *at = args;

	while (at && (at = strstr(at, "root="))) {
		if (at == args || at[-1] == ' ')
			return true;
		at++;
	}
	return false;
}

static void judge_kernels(const struct finish_from *f, const struct disk_report *report,
			  size_t *ret_entry, struct disk_verdict *ret)
{
	struct disk_report bare = *report;
	const struct boot_menu *m = &report->menu;
	size_t suse = is_family(f, "sleslike") ? find_suse(f, m) : m->count;
	bool rooted = names_root(f->request->args) ||
		      names_root(record_get(f->record, "PV-args"));

	if (suse < m->count)
		*ret_entry = suse;
	if (suse < m->count || rooted || is_family(f, "pygrub")) {
		ret->state = DISK_BOOTS;
		select_files(&m->entry[*ret_entry], ret->selection,
			     sizeof(ret->selection));
		return;
	}
	bare.have_menu = false; /* but for its kernels */
	if (!m->passed && !disk_report_is_empty(&bare, ret->why, sizeof(ret->why)))
		return; /* they are not all that is on it */
	ret->state = m->passed ? DISK_BOOTS_ANYHOW : DISK_EMPTY;
	snprintf(ret->why, sizeof(ret->why),
		 "it has kernels, but no boot configuration%s",
		 m->passed ? " that is understood" : "");
}

/* Oracle's own kernel for EL 5, which does not run as a PV guest, is their default. */
static bool is_el5uek(const struct boot_entry *e)
{
	const char *oracle = e->title ? strcasestr(e->title, "oracle") : NULL;

	return oracle && strcasestr(oracle, "el5uek");
}

static void pass_el5uek(const struct boot_menu *m, size_t *entry,
			struct disk_verdict *ret)
{
	if (!is_el5uek(&m->entry[*entry]))
		return;
	for (size_t i = 0; i < m->count; i++) {
		if (!can_boot(&m->entry[i]) || is_el5uek(&m->entry[i]))
			continue;
		*entry = i;
		snprintf(ret->selection, sizeof(ret->selection), "--entry %zu", i);
		return;
	}
}

static void judge_menu(const struct finish_from *f, const struct disk_report *report,
		       size_t *ret_entry, struct disk_verdict *ret)
{
	const struct boot_menu *m = &report->menu;

	if (m->kind == BOOT_KERNELS) {
		judge_kernels(f, report, ret_entry, ret);
		return;
	}
	ret->state = DISK_BOOTS;
	if (is_family(f, "rhlike"))
		pass_el5uek(m, ret_entry, ret);
}

/* Why nothing of the menu can be booted. */
static void say_why(const struct boot_menu *m, char *out, size_t size)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct boot_entry *e = &m->entry[i];

		if (!e->why)
			continue;
		snprintf(out, size, "of %.128s, '%.128s': %.200s", m->config.path,
			 e->title ? e->title : "", e->why);
		return;
	}
	snprintf(out, size, "%.128s has no entry to boot%s%.200s",
		 m->config.path[0] ? m->config.path : "its boot configuration",
		 m->note ? ": " : "", m->note ? m->note : "");
}

void finish_judge(const struct finish_from *from, const struct disk_report *report,
		  size_t *ret_entry, struct disk_verdict *ret)
{
	const struct boot_menu *m = &report->menu;

	*ret = (struct disk_verdict){ .state = DISK_FOREIGN };
	*ret_entry = m->chosen;
	if (!report->have_menu &&
	    disk_report_is_empty(report, ret->why, sizeof(ret->why))) {
		/* a note: a configuration that nothing was got of */
		ret->state = m->note ? DISK_FOREIGN : DISK_EMPTY;
		snprintf(ret->why, sizeof(ret->why), "%.500s", m->note ? m->note : "");
	} else if (from->words) {
		ret->state = DISK_BOOTS;
		ret->why[0] = '\0';
	} else if (report->have_menu && m->chosen < m->count) {
		ret->why[0] = '\0';
		judge_menu(from, report, ret_entry, ret);
	} else if (report->have_menu) {
		say_why(m, ret->why, sizeof(ret->why));
	}
}

void finish_judge_first(const struct disk_report *report, struct disk_verdict *ret)
{
	*ret = (struct disk_verdict){ .state = DISK_EMPTY };
	for (size_t i = 0; i < report->device_count; i++) {
		const struct boot_device *d = &report->device[i];

		if (d->blank)
			continue;
		ret->state = DISK_FOREIGN;
		/* the whole disk goes before its partitions, which say more */
		snprintf(ret->why, sizeof(ret->why), "%s on %s",
			 d->fs[0]  ? d->fs
			 : d->swap ? "swap space"
				   : "something",
			 d->name);
		if (d->fs[0])
			break;
	}
	if (report->device_count > 0)
		return;
	ret->state = DISK_FOREIGN;
	snprintf(ret->why, sizeof(ret->why), "something that was not understood");
}

static const char *next_word(const char **text, size_t *ret_len)
{
	const char *word = *text + strspn(*text, " \t");

	*ret_len = strcspn(word, " \t");
	*text = word + *ret_len;
	return *ret_len ? word : NULL;
}

bool finish_same_args(const char *ours, const char *pygrubs)
{
	const char *mine, *theirs;
	size_t len, other;

	do {
		mine = next_word(&ours, &len);
		do {
			theirs = next_word(&pygrubs, &other);
		} while (theirs && *theirs == '$' &&
			 !(mine && len == other && memcmp(mine, theirs, len) == 0));
		if (!mine || !theirs)
			return !mine && !theirs;
	} while (len == other && memcmp(mine, theirs, len) == 0);
	return false;
}
