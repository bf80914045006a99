/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/menu.h"
#include "lib/log.h"

#define SHOWN_MAX 256 /* bytes of a title in a sentence */

static char no_image[] = "/dev/null";

void disk_words_done(struct disk_words *w)
{
	request_done(&w->parsed);
	free(w->text);
	w->text = NULL;
}

/* Under xl the state keeps PV-bootloader-args, and nobody else gives them to us. */
static int read_kept(struct run *run, const char *kept, struct disk_words *w)
{
	char why[512], *rest;
	int n = 1;

	rest = w->text = strdup(kept);
	w->word[0] = program_invocation_short_name;
	while (rest && n <= DISK_WORDS_MAX - 1 && (w->word[n] = strsep(&rest, " ")))
		n++;
	w->word[n++] = no_image; /* it wants one */
	w->word[n] = NULL;
	if (!w->text || rest ||
	    request_parse(n, w->word, &w->parsed, why, sizeof(why)) != REQUEST_RUN)
		return failure_set(&run->failure, -EINVAL, FAILURE_METHOD,
				   "PV-bootloader-args: '%s'", kept);
	return 0;
}

int disk_words_read(struct run *run, const struct record *record, struct disk_words *ret)
{
	const char *kept = record_get(record, "PV-bootloader-args");
	const struct request *q = run->request;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!q->vm_uuid && kept && *kept && !q->kernel && !q->entry) {
		r = read_kept(run, kept, ret);
		if (r < 0)
			return r;
		q = &ret->parsed;
	}
	ret->kernel = q->kernel;
	ret->ramdisk = q->kernel ? q->ramdisk : NULL; /* alone it says nothing */
	ret->entry = q->kernel ? NULL : q->entry;
	ret->args = q->args ? q->args : run->request->args;
	return 0;
}

bool disk_words_choose(const struct disk_words *w)
{
	return w->kernel || w->entry;
}

static const char *title_of(const struct boot_menu *m, size_t index)
{
	return m->entry[index].title ? m->entry[index].title : "";
}

/* Why there is nothing to boot: of the first entry. */
static int fail_none(struct run *run, const struct boot_menu *m)
{
	return failure_set(&run->failure, -ENODATA, FAILURE_SOURCE,
			   "the disk's boot menu has nothing that can be booted (%zu "
			   "entr%s; '%.*s': %.*s)",
			   m->count, m->count == 1 ? "y" : "ies", SHOWN_MAX,
			   m->count ? title_of(m, 0) : "", SHOWN_MAX,
			   m->count && m->entry[0].why ? m->entry[0].why : "");
}

int disk_choose(struct run *run, const struct disk_report *report,
		const struct disk_words *words, size_t usual, size_t *ret_index)
{
	const struct boot_menu *m = &report->menu;
	size_t index = usual;
	int r = 0;

	if (words->entry)
		r = boot_menu_find(m, words->entry, &index);
	if (r < 0) {
		log_warning(
			"the disk's boot menu has no entry '%s'%s: the default is booted",
			words->entry, r == -ENOTUNIQ ? " (several begin so)" : "");
		index = usual;
	}
	if (index >= m->count)
		return fail_none(run, m);
	if (m->entry[index].why)
		return failure_set(&run->failure, -ENOEXEC, FAILURE_SOURCE,
				   "entry %zu of the disk's boot menu, '%.*s', cannot be "
				   "booted: %.*s",
				   index, SHOWN_MAX, title_of(m, index), SHOWN_MAX,
				   m->entry[index].why);
	*ret_index = index;
	return 0;
}

int disk_ask_menu(struct run *run, struct disk_report *report, size_t usual,
		  size_t *ret_index)
{
	const struct request *q = run->request;
	struct boot_menu *m = &report->menu;
	unsigned seconds = menu_seconds(m, &run->config);
	int r;

	*ret_index = usual;
	if (!request_is_libxl(q) || q->vm_uuid || q->quiet || seconds == 0 ||
	    !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return 0;
	m->chosen = usual;
	(void)fflush(stdout); /* what was said before comes before */
	r = menu_choose(STDIN_FILENO, STDOUT_FILENO, m, seconds, MENU_OPEN_S, ret_index);
	return r < 0 ? failure_set(&run->failure, r, "", "the boot menu: %s",
				   r == -ECANCELED ? "^C was typed" : strerror(-r))
		     : 0;
}

int disk_join_args(struct run *run, const char *own, const char *added,
		   char ret_args[ARGS_MAX])
{
	bool both = own && *own && added && *added;

	if (snprintf(ret_args, ARGS_MAX, "%s%s%s", own ? own : "", both ? " " : "",
		     added ? added : "") < ARGS_MAX)
		return 0;
	return failure_set(
		&run->failure, -ENAMETOOLONG, FAILURE_LIMITS,
		"the arguments that the disk's boot menu gives its kernel, and "
		"those of the configuration, are longer than %d bytes",
		ARGS_MAX - 1);
}
