/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/disk_boot.h"
#include "eliloader/fetch.h"
#include "eliloader/host.h"
#include "eliloader/plan.h"
#include "eliloader/ready.h"
#include "eliloader/record.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define DISK_TEXT_MAX 512 /* bytes of what --explain says of the disk */

struct start {
	struct run run;
	struct host_vm vm;
	struct record record;
	struct record_store
		*store; /* owned; NULL: nothing is kept (--explain of a file) */
	struct plan plan;
	struct output output;
	bool done; /* the result is printed: its files stay */
	char args[ARGS_MAX];
};

static int fail_why(struct start *s, int r, const char *name, const char *why)
{
	return failure_set(&s->run.failure, r, name, "%s", why);
}

static void start_close(struct start *s)
{
	if (s->store)
		s->store->ops->close(s->store);
	output_close(&s->output, s->done);
	plan_done(&s->plan);
	record_done(&s->record);
	cache_close(&s->run.cache);
	config_done(&s->run.config);
}

/* Which host's VM is it?  Under xl the state is kept by the VM's name: xl gives a VM that
 * was created anew another uuid, but the same name. */
static int find_vm(struct start *s)
{
	const struct request *q = s->run.request;
	char why[512];
	int r = host_find(q, &s->vm, why, sizeof(why));

	if (r < 0)
		return fail_why(s, r, FAILURE_INTERNAL, why);
	snprintf(s->run.vm, sizeof(s->run.vm), "%s",
		 q->vm_uuid	 ? q->vm_uuid
		 : s->vm.name[0] ? s->vm.name
				 : s->vm.uuid);
	return 0;
}

static bool wants_install(const struct record *r)
{
	const char *repo = record_other(r, "install-repository");
	const char *distro = record_other(r, "install-distro");

	return (repo && *repo) || (distro && *distro);
}

static int open_record(struct start *s)
{
	const struct request *q = s->run.request;
	const struct config *c = &s->run.config;
	char why[1024];
	int r;

	if (q->vm_uuid) {
		r = record_open_xapi(q->xapi_socket ? q->xapi_socket : c->xapi_socket,
				     c->xapi_timeout_s, q->vm_uuid, &s->record, &s->store,
				     why, sizeof(why));
		return r < 0 ? fail_why(s, r, FAILURE_INTERNAL, why) : 0;
	}
	r = run_read_words(&s->run, &s->record);
	if (r < 0 || !*s->run.vm || q->verb == VERB_BOOT)
		return r;
	/* a VM that nothing is installed in leaves no trace, and needs no room for one */
	if (q->explain || !wants_install(&s->record))
		r = record_peek_state(c->state_dir, s->run.vm, &s->record, why,
				      sizeof(why));
	else
		r = record_open_state(c->state_dir, s->run.vm, s->vm.uuid, &s->record,
				      &s->store, why, sizeof(why));
	return r < 0 ? fail_why(s, r, FAILURE_INTERNAL, why) : 0;
}

/* In the place of an earlier one. */
static int plan_anew(struct start *s, const struct disk_verdict *disk)
{
	plan_done(&s->plan);
	return plan_make(s->run.request, &s->record, &s->run.config, &s->vm.limits, disk,
			 &s->plan);
}

static int make_plan(struct start *s, const struct disk_verdict *disk)
{
	char why[1024];
	int r = plan_anew(s, disk);

	if (r == 0 && s->plan.needs_vbds && s->store && s->run.request->vm_uuid) {
		r = record_read_vbds(s->store, &s->record, why, sizeof(why));
		if (r < 0)
			return fail_why(s, r, FAILURE_INTERNAL, why);
		r = plan_anew(s, disk);
	}
	return r < 0 ? fail_why(s, r, FAILURE_INTERNAL, strerror(-r)) : 0;
}

static enum guest_type guest_type(const struct start *s)
{
	const char *text = record_get(&s->record, "domain-type");

	if (text && strcmp(text, "pvh") == 0)
		return GUEST_PVH;
	if (text && (strcmp(text, "pv") == 0 || strcmp(text, "pv_in_pvh") == 0))
		return GUEST_PV;
	return s->vm.type;
}

static void open_progress(struct start *s)
{
	const struct request *q = s->run.request;
	enum progress_style style = PROGRESS_NONE;

	/* stdout is the result, but for libxl, where it is the guest's console */
	if (q->output && !q->vm_uuid)
		style = isatty(STDOUT_FILENO) ? PROGRESS_BAR : PROGRESS_LINES;
	progress_init(&s->run.progress, stdout, style);
}

static int open_tools(struct start *s)
{
	const struct request *q = s->run.request;
	const struct config *c = &s->run.config;
	char why[512];
	int r;

	r = run_find_user(&s->run);
	if (r < 0)
		return r;
	r = output_open(q, &s->output, why, sizeof(why));
	if (r < 0)
		return fail_why(s, r, FAILURE_INTERNAL, why);
	if (c->cache) {
		r = cache_open(c->cache_dir, c->cache_size, &s->run.cache);
		if (r < 0)
			log_warning("the cache %s cannot be used: %s", c->cache_dir,
				    strerror(-r));
	}
	return 0;
}

static int open_image(struct start *s, int *ret_fd)
{
	const char *path = s->plan.iso;

	if (s->plan.repo.scheme != SCHEME_CDROM || s->plan.action != PLAN_INSTALL)
		return 0;
	if (!path)
		return failure_set(&s->run.failure, -EINVAL, FAILURE_SOURCE,
				   "install-repository is cdrom, but no disk was named");
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0)
		return failure_set(&s->run.failure, -errno, FAILURE_SOURCE,
				   "cdrom repo %s: %s", path, strerror(errno));
	return 0;
}

/* Checks, fix-ups and arguments: what is the same wherever the pair came from. */
static int make_ready(struct start *s, const struct fetched *fetched)
{
	int r = ready_kernel(&s->run, &s->plan, guest_type(s), &s->output, fetched);

	if (r == 0)
		r = ready_ramdisk(&s->run, &s->plan, &s->output, fetched);
	if (r < 0)
		return r;
	r = plan_args(&s->plan, fetched->media, s->args);
	if (r < 0)
		return failure_set(
			&s->run.failure, r, FAILURE_LIMITS,
			"the kernel's arguments are longer than %d bytes: shorten "
			"install-args or install-repository",
			ARGS_MAX - 1);
	return 0;
}

static int install(struct start *s)
{
	struct fetched fetched = { 0 };
	autoclose int image = -1;
	int r = open_image(s, &image);

	if (r == 0 && s->plan.action == PLAN_INSTALL)
		r = fetch_pair(&s->run, &s->plan, image, &s->output, &fetched);
	if (r == 0 && s->plan.action == PLAN_DOM0_FILES)
		r = fetch_dom0_file(&s->run, s->plan.kernel_path, STREAM_KERNEL,
				    &s->output, &fetched);
	if (r == 0 && s->plan.action == PLAN_DOM0_FILES)
		r = fetch_dom0_file(&s->run, s->plan.ramdisk_path, STREAM_RAMDISK,
				    &s->output, &fetched);
	if (s->plan.action == PLAN_DOM0_FILES)
		fetched.media = MEDIA_ANACONDA_OLD; /* EL 4 */
	return r < 0 ? r : make_ready(s, &fetched);
}

/* The record's changes, those that belong to an error included. */
static int change_record(struct start *s)
{
	char why[1024];
	int r;

	if (!s->store || !s->plan.change_count)
		return 0;
	r = s->store->ops->change(s->store, &s->record, s->plan.change,
				  s->plan.change_count, why, sizeof(why));
	return r < 0 ? fail_why(s, r, FAILURE_INTERNAL, why) : 0;
}

static int tell_error(struct start *s)
{
	int r = change_record(s);

	return r < 0 ? r : fail_why(s, -EINVAL, s->plan.error_name, s->plan.error_text);
}

/* Plan again, knowing what the disk shows.  That the installer comes again is said when it
 * does: no attempt may be left. */
static int plan_again(struct start *s, const struct disk_verdict *disk)
{
	bool empty = disk->state == DISK_EMPTY && s->plan.action == PLAN_DISK;
	int r;

	if (empty)
		log_debug("no system is on the disk: %s", disk->why);
	s->run.failure.text[0] = '\0';
	r = make_plan(s, disk);
	if (r == 0 && empty && s->plan.action != PLAN_ERROR)
		progress_say(&s->run.progress,
			     "no system is on the disk%s%s: the installer again",
			     *disk->why ? ": " : "", disk->why);
	return r;
}

/* The disk's system, if there is one, is the result, and an install is finished with that.
 * 1: there is none, and the plan is another. */
static int boot_disk(struct start *s)
{
	struct disk_system found;
	int r = disk_boot(&s->run, &s->record, &s->plan, guest_type(s), &s->output,
			  &found);

	if (r < 0)
		return r;
	memcpy(s->args, found.args, sizeof(s->args));
	if (s->plan.distro)
		r = plan_again(s, &found.verdict);
	return r < 0 ? r : s->plan.action != PLAN_DISK;
}

/* An installer that nobody asked for twice gets an empty disk only. */
static int guard(struct start *s)
{
	struct disk_verdict shown = { .state = DISK_NOT_ASKED };
	char text[256];
	int r = disk_look(&s->run, &s->record, &s->plan, guest_type(s), &shown, text,
			  sizeof(text));

	return r < 0 ? r : plan_again(s, &shown);
}

/* The image is the disk, or an ISO image, or (@iso_unsure) one of them; and a disk may
 * boot or not: at most three plans. */
static int act(struct start *s)
{
	const struct disk_verdict no_iso = { .state = DISK_NOT_ISO };
	int r = s->plan.guards ? guard(s) : 0;

	if (r == 0 && s->plan.action == PLAN_INSTALL && s->plan.iso_unsure) {
		r = install(s);
		if (r != -EMEDIUMTYPE)
			return r;
		r = plan_again(s, &no_iso);
	}
	if (r == 0 && s->plan.action == PLAN_DISK) {
		r = boot_disk(s);
		if (r <= 0)
			return r;
		r = 0;
	}
	if (r < 0)
		return r;
	return s->plan.action == PLAN_ERROR ? tell_error(s) : install(s);
}

/* Can the arguments be said in the toolstack's format at all? */
static int check_sayable(struct start *s)
{
	autofree char *text = NULL;
	size_t len;
	int r = output_format(s->run.request->format, "/k", "/r", s->args, &text, &len);

	if (r < 0)
		return failure_set(&s->run.failure, r, FAILURE_SOURCE,
				   "the kernel's arguments hold bytes that cannot be "
				   "passed on: '%s'",
				   s->args);
	return 0;
}

/* Record, end of the session, names, result: in this order.  Killed before the names are
 * given, nothing is left; and what may take its time comes before them. */
static int finish(struct start *s)
{
	char why[1024];
	int r = check_sayable(s);

	if (r == 0)
		r = change_record(s);
	if (r < 0)
		return r;
	if (s->store)
		s->store->ops->close(s->store);
	s->store = NULL;
	r = output_link(&s->output, why, sizeof(why));
	if (r < 0)
		return fail_why(s, r, FAILURE_INTERNAL, why);
	r = output_result(s->run.request, &s->output, s->args, why, sizeof(why));
	if (r < 0)
		return fail_why(s, r, FAILURE_INTERNAL, why);
	s->done = true;
	return 0;
}

/* What the disk shows counts, where it can be asked. */
static int explain_disk(struct start *s, char *text, size_t size)
{
	struct disk_verdict shown = { .state = DISK_NOT_ASKED };
	int r;

	if (!s->run.request->image)
		return 0;
	if (geteuid() != 0) {
		(void)snprintf(text, size, "not looked at: only root can");
		return 0;
	}
	r = run_find_user(&s->run);
	if (r == 0)
		r = disk_look(&s->run, &s->record, &s->plan, guest_type(s), &shown, text,
			      size);
	if (r < 0) {
		(void)snprintf(text, size, "%.*s", (int)size - 1, s->run.failure.text);
		return 0;
	}
	if (!*text)
		(void)snprintf(text, size, "%.*s", (int)size - 1,
			       shown.state == DISK_EMPTY ? "no system" : shown.why);
	return s->plan.distro ? plan_again(s, &shown) : 0;
}

static void print_disk(const char *text, bool asks_pygrub)
{
	char safe[4 * DISK_TEXT_MAX];

	if (!*text)
		return;
	(void)log_escape_line(safe, sizeof(safe), text, strlen(text)); /* fits */
	printf("on the disk: %s\n", safe);
	if (asks_pygrub)
		puts("pygrub is asked in the start itself: if it boots the same, it "
		     "becomes the bootloader");
}

static int explain(struct start *s)
{
	char text[DISK_TEXT_MAX] = "";
	bool asks_pygrub = s->plan.asks_pygrub;
	int r = 0;

	if (s->plan.action == PLAN_DISK || s->plan.guards)
		r = explain_disk(s, text, sizeof(text));
	if (r < 0)
		return r;
	if (s->run.request->json) {
		r = plan_print_json(stdout, &s->plan, text);
	} else {
		plan_print(stdout, &s->plan);
		print_disk(text, asks_pygrub);
	}
	if (r == 0)
		r = io_flush(stdout);
	if (r < 0)
		return failure_set(&s->run.failure, r, "",
				   "the plan cannot be printed: %s", strerror(-r));
	return 0;
}

static int run_start(struct start *s)
{
	int r = run_load_config(&s->run);

	if (r == 0 && s->run.request->list_entries)
		return disk_list(&s->run, stdout);
	if (r == 0)
		r = find_vm(s);
	if (r == 0)
		r = open_record(s);
	if (r == 0)
		r = make_plan(s, &(struct disk_verdict){ .state = DISK_NOT_ASKED });
	if (r < 0)
		return r;
	if (s->run.request->explain)
		return explain(s);
	if (s->plan.action == PLAN_ERROR)
		return tell_error(s);
	if (request_is_libxl(s->run.request) && s->plan.distro && !s->store)
		return failure_set(
			&s->run.failure, -ENXIO, FAILURE_INTERNAL,
			"the VM's name cannot be read from xenstore, so the round of "
			"its install could not be kept: name it by --domain");
	open_progress(s);
	r = open_tools(s);
	if (r == 0)
		r = act(s);
	return r < 0 ? r : finish(s);
}

int start_vm(const struct request *request, struct failure *ret_failure)
{
	struct start s = {
		.run = { .request = request, .cache = { .dir = -1 } },
		.output = { .dir = -1, .fd = { -1, -1 } },
	};
	int r;

	record_init(&s.record);
	r = run_start(&s);
	*ret_failure = s.run.failure;
	start_close(&s);
	return r;
}

int start_forget(const struct request *request, struct failure *ret_failure)
{
	struct start s = { .run = { .request = request, .cache = { .dir = -1 } } };
	int r = run_load_config(&s.run);

	if (r == 0) {
		r = record_forget_state(s.run.config.state_dir, request->forget);
		if (r < 0)
			r = failure_set(&s.run.failure, r, "",
					"the state of '%s' in %s cannot be removed: %s",
					request->forget, s.run.config.state_dir,
					strerror(-r));
	}
	*ret_failure = s.run.failure;
	config_done(&s.run.config);
	return r;
}
