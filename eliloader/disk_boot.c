/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_boot.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/disk.h"
#include "eliloader/disk_blank.h"
#include "eliloader/disk_choose.h"
#include "eliloader/finish.h"
#include "eliloader/inspect.h"
#include "eliloader/pygrub.h"
#include "eliloader/ready.h"
#include "lib/log.h"

/* What it shows, and the entry that is usual. */
static void judge(const struct run *run, const struct disk *d,
		  const struct record *record, const struct plan *plan,
		  const struct disk_words *words, size_t *ret_entry,
		  struct disk_verdict *ret)
{
	const struct finish_from from = { run->request, record, plan->distro,
					  disk_words_choose(words) };

	if (plan->distro) {
		finish_judge(&from, &d->report, ret_entry, ret);
		return;
	}
	/* no install: whatever it has is booted */
	*ret_entry = d->report.menu.chosen;
	memset(ret, 0, sizeof(*ret));
	if (d->report.have_menu || words->kernel)
		ret->state = DISK_BOOTS;
	else if (disk_report_is_empty(&d->report, ret->why, sizeof(ret->why)))
		ret->state = DISK_EMPTY;
	else
		ret->state = DISK_FOREIGN;
}

static bool boots(const struct disk_verdict *v)
{
	return v->state == DISK_BOOTS || v->state == DISK_BOOTS_ANYHOW;
}

static void put_why(struct disk_verdict *v, const char *text)
{
	(void)snprintf(v->why, sizeof(v->why), "%.*s", (int)sizeof(v->why) - 1, text);
}

/* What was found cannot be had or cannot run: in an install the plan says how to go on. */
static int is_foreign(struct run *run, const struct plan *plan, struct disk_verdict *v,
		      int r)
{
	if (!plan->distro || (r != -ENOENT && r != -ENOEXEC && r != -ENODATA))
		return r;
	v->state = DISK_FOREIGN;
	put_why(v, run->failure.text);
	run->failure.text[0] = '\0';
	return 0;
}

static int take_files(struct run *run, struct disk *d, const struct disk_words *words,
		      struct output *output, struct fetched *files,
		      struct disk_system *ret)
{
	int r = disk_join_args(run, NULL, words->args, ret->args);

	if (r < 0)
		return r;
	progress_say(&run->progress, "booting %s", words->kernel);
	return disk_take_files(run, d, words->kernel, words->ramdisk, output, files);
}

static int take_entry(struct run *run, struct disk *d, const struct plan *plan,
		      const struct disk_words *words, size_t usual, struct output *output,
		      struct fetched *files, struct disk_system *ret)
{
	const struct boot_entry *e;
	size_t index;
	int r = disk_choose(run, &d->report, words, usual, &index);

	/* in an install nobody is asked: it is the default that shall boot from then on */
	if (r == 0 && !words->entry && !plan->distro)
		r = disk_ask_menu(run, &d->report, index, &index);
	if (r < 0)
		return r;
	assert(d->report.menu.entry); /* disk_choose() has one */
	e = &d->report.menu.entry[index];
	r = disk_join_args(run, e->args, words->args, ret->args);
	if (r < 0)
		return r;
	progress_say(&run->progress, "booting %s",
		     e->title && *e->title ? e->title : e->kernel.path);
	return disk_take_entry(run, d, index, output, files);
}

/* Why the system is booted without its configuration; empty: it is not.  It may not come up
 * so, and nothing else tells whoever looks for the reason. */
static void keep_note(const struct disk_report *report, const struct disk_words *words,
		      char *note, size_t size)
{
	const struct boot_menu *m = &report->menu;
	bool without = m->kind == BOOT_KERNELS && !disk_words_choose(words);

	(void)snprintf(note, size, "%s", without && m->note ? m->note : ""); /* cut */
}

/* The system's files, checked. */
static int take(struct run *run, const struct record *record, const struct plan *plan,
		enum guest_type type, struct disk *d, const struct disk_words *words,
		size_t usual, struct output *output, struct disk_system *ret)
{
	struct fetched files;
	char note[512];
	int r;

	if (words->kernel)
		r = take_files(run, d, words, output, &files, ret);
	else
		r = take_entry(run, d, plan, words, usual, output, &files, ret);
	keep_note(&d->report, words, note, sizeof(note));
	disk_close(d); /* its memory and descriptors are not needed any more */
	if (r == 0)
		r = ready_kernel(run, plan, type, output, &files);
	if (r == 0 && *note)
		log_warning("a kernel is booted without a boot configuration: %s", note);
	if (r == 0 && plan->asks_pygrub) {
		const struct pygrub_choice choice = { words->kernel, words->ramdisk,
						      words->entry, words->args };

		finish_ask_pygrub(run, record, run->request->image, &choice, output,
				  ret->args, &ret->verdict);
	}
	return r;
}

static int by_eliloader(struct run *run, const struct record *record,
			const struct plan *plan, enum guest_type type,
			struct output *output, struct disk_system *ret)
{
	autowords struct disk_words words = { .text = NULL };
	autodisk struct disk disk = { .open = false };
	size_t usual;
	int r = disk_words_read(run, record, &words);

	if (r == 0)
		r = disk_open(run, run->request->image, &plan->limits, &disk);
	if (r < 0)
		return r;
	judge(run, &disk, record, plan, &words, &usual, &ret->verdict);
	if (!boots(&ret->verdict))
		return 0;
	r = take(run, record, plan, type, &disk, &words, usual, output, ret);
	return is_foreign(run, plan, &ret->verdict, r);
}

/* pygrub found nothing, or failed.  Only of a blank disk that means for sure that no system
 * is there: pygrub cannot read every system that an installer leaves. */
static int judge_blank(struct run *run, struct disk_verdict *ret)
{
	int blank = disk_is_blank(run->request->image);

	if (blank < 0)
		return failure_set(&run->failure, blank, FAILURE_SOURCE,
				   "the disk %s cannot be read: %s", run->request->image,
				   strerror(-blank));
	ret->state = blank ? DISK_EMPTY : DISK_FOREIGN;
	put_why(ret, run->failure.text);
	run->failure.text[0] = '\0';
	return 0;
}

static int by_pygrub(struct run *run, const struct record *record,
		     const struct plan *plan, enum guest_type type, struct output *output,
		     struct disk_system *ret)
{
	const char *arch = record_other(record, "install-arch");
	autowords struct disk_words words = { .text = NULL };
	struct pygrub_choice choice;
	struct pygrub_result result;
	unsigned suse_bits = 0;
	int r = disk_words_read(run, record, &words);

	(void)type; /* its kernel is handed over as it is: it may be no Linux */
	if (r < 0)
		return r;
	choice = (struct pygrub_choice){ words.kernel, words.ramdisk, words.entry,
					 words.args };
	if (plan->distro && strcmp(plan->distro->name, "sleslike") == 0 &&
	    !disk_words_choose(&words))
		suse_bits = arch && strcmp(arch, "x86_64") == 0 ? 64 : 32;
	r = pygrub_boot(run, run->request->image, &choice, suse_bits, output, &result);
	if (r == -ENODATA)
		return judge_blank(run, &ret->verdict);
	if (r < 0)
		return r;
	ret->verdict = (struct disk_verdict){ .state = DISK_BOOTS,
					      .pygrub = true,
					      .pygrub_boots = true };
	(void)snprintf(ret->verdict.selection, sizeof(ret->verdict.selection), "%s",
		       result.selection);
	memcpy(ret->args, result.args, sizeof(ret->args));
	return 0;
}

int disk_boot(struct run *run, const struct record *record, const struct plan *plan,
	      enum guest_type type, struct output *output, struct disk_system *ret)
{
	bool pygrub = run->config.disk_reader == READER_PYGRUB;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = (pygrub ? by_pygrub : by_eliloader)(run, record, plan, type, output, ret);
	if (r < 0 || plan->distro || boots(&ret->verdict))
		return r;
	return failure_set(&run->failure, -ENODATA, FAILURE_SOURCE,
			   "the disk %s cannot be booted: %s", run->request->image,
			   *ret->verdict.why ? ret->verdict.why
			   : ret->verdict.state == DISK_EMPTY
				   ? "nothing is installed on it"
				   : "what it holds is not known");
}

/* ---- what is on it, and no more ---- */

static void describe(const struct disk *d, size_t index, char *text, size_t size)
{
	const struct boot_entry *e = &d->report.menu.entry[index];

	assert(d->report.menu.entry); /* as above */
	(void)snprintf(text, size, "entry %zu, '%s': %s%s%s", index,
		       e->title ? e->title : "", e->kernel.path,
		       e->ramdisk_count ? " + " : "",
		       e->ramdisk_count ? e->ramdisk[0].path : ""); /* cut */
}

/* Can the system's kernel run? */
static int look_into(struct run *run, struct disk *d, enum guest_type type,
		     const char *kernel)
{
	struct wire_kernel facts;
	const char *why;
	uint64_t len;
	int r = disk_look_into_kernel(run, d, kernel, &len, &facts);

	if (r < 0)
		return r;
	why = ready_judge(&facts, type);
	return why ? failure_set(&run->failure, -ENOEXEC, FAILURE_SOURCE, "%s: %s",
				 kernel, why)
		   : 0;
}

static int look(struct run *run, const struct disk_words *words, enum guest_type type,
		struct disk *d, size_t usual, char *text, size_t size)
{
	char kernel[PICK_PATH_MAX];
	size_t index;
	int r;

	if (words->kernel) {
		(void)snprintf(text, size, "%s", words->kernel); /* cut */
		return look_into(run, d, type, words->kernel);
	}
	r = disk_choose(run, &d->report, words, usual, &index);
	if (r < 0)
		return r;
	describe(d, index, text, size);
	r = disk_name(run, d, &d->report.menu.entry[index].kernel, kernel);
	return r < 0 ? r : look_into(run, d, type, kernel);
}

/* Before the first round.  A disk of zeros needs nobody to read it. */
static int look_for_anything(struct run *run, const struct plan *plan,
			     struct disk_verdict *ret)
{
	autodisk struct disk disk = { .open = false };
	int r;

	if (disk_is_blank(run->request->image) > 0) {
		ret->state = DISK_EMPTY;
		return 0;
	}
	r = disk_open(run, run->request->image, &plan->limits, &disk);
	if (r == 0)
		finish_judge_first(&disk.report, ret);
	return r;
}

static int look_at_disk(struct run *run, const struct record *record,
			const struct plan *plan, enum guest_type type,
			struct disk_verdict *ret, char *text, size_t size)
{
	autowords struct disk_words words = { .text = NULL };
	autodisk struct disk disk = { .open = false };
	size_t usual;
	int r = disk_words_read(run, record, &words);

	if (r == 0)
		r = disk_open(run, run->request->image, &plan->limits, &disk);
	if (r < 0)
		return r;
	judge(run, &disk, record, plan, &words, &usual, ret);
	if (!boots(ret))
		return 0;
	r = look(run, &words, type, &disk, usual, text, size);
	return is_foreign(run, plan, ret, r);
}

int disk_look(struct run *run, const struct record *record, const struct plan *plan,
	      enum guest_type type, struct disk_verdict *ret, char *text, size_t size)
{
	memset(ret, 0, sizeof(*ret));
	text[0] = '\0';
	if (run->config.disk_reader == READER_PYGRUB)
		return judge_blank(run, ret);
	if (plan->guards)
		return look_for_anything(run, plan, ret);
	return look_at_disk(run, record, plan, type, ret, text, size);
}

static int list(struct run *run, FILE *out)
{
	const struct config *c = &run->config;
	const struct plan_limits limits = { c->kernel_max, c->ramdisk_max,
					    c->unpacked_max };
	autodisk struct disk disk = { .open = false };
	char why[512] = "";
	int r = disk_open(run, run->request->image, &limits, &disk);

	if (r < 0)
		return r;
	if (!disk.report.have_menu) {
		(void)disk_report_is_empty(&disk.report, why, sizeof(why));
		return failure_set(&run->failure, -ENODATA, FAILURE_SOURCE,
				   "the disk %s has no boot menu%s%s",
				   run->request->image, *why ? ": " : "", why);
	}
	inspect_print_entries(out, &disk.report);
	return 0;
}

int disk_list(struct run *run, FILE *out)
{
	int r = run_find_user(run);

	if (r == 0)
		r = list(run, out);
	if (r == 0 && (fflush(out) != 0 || ferror(out)))
		r = failure_set(&run->failure, -EIO, "", "the menu cannot be printed");
	return r;
}
