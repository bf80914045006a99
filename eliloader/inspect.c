/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/inspect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/disk.h"
#include "lib/io.h"

static int look_into(struct run *run, struct disk *d, struct inspect_kernel *k)
{
	char name[PICK_PATH_MAX];
	int r = disk_name(run, d, &k->path, name);

	return r < 0 ? r : disk_look_into_kernel(run, d, name, &k->len, &k->facts);
}

/* Each kernel with a worker of its own.  What cannot be looked into is told with it. */
static void look_into_kernels(struct run *run, const struct disk *d, struct inspect *in)
{
	for (size_t i = 0; i < in->kernel_count; i++) {
		struct inspect_kernel *k = &in->kernel[i];
		struct disk files;
		int r = disk_open_files(run, d->image, &d->limits, &files);

		if (r == 0)
			r = look_into(run, &files, k);
		disk_close(&files);
		if (r < 0)
			(void)snprintf(k->why, sizeof(k->why), "%.*s",
				       (int)sizeof(k->why) - 1, run->failure.text);
		run->failure.text[0] = '\0';
	}
}

static int print(struct run *run, const struct inspect *in)
{
	int r = 0;

	if (run->request->json)
		r = inspect_print_json(stdout, in);
	else
		inspect_print(stdout, in);
	if (r == 0)
		r = io_flush(stdout);
	return r < 0 ? failure_set(&run->failure, r, "", "cannot print: %s", strerror(-r))
		     : 0;
}

static int inspect_disk(struct run *run)
{
	const struct config *c = &run->config;
	const struct plan_limits limits = { c->kernel_max, c->ramdisk_max,
					    c->unpacked_max };
	autodisk struct disk disk = { .open = false };
	__attribute__((cleanup(inspect_done))) struct inspect in = {
		.image = run->request->image, .report = &disk.report
	};
	int r = disk_open(run, in.image, &limits, &disk);

	if (r < 0)
		return r;
	if (inspect_list_kernels(&in) < 0)
		return failure_set(&run->failure, -ENOMEM, FAILURE_INTERNAL,
				   "out of memory");
	look_into_kernels(run, &disk, &in);
	r = print(run, &in);
	return r == 0 && inspect_bootable(&in) == 0 ? -ENOENT : r;
}

int inspect_image(const struct request *request, struct failure *ret_failure)
{
	struct run run = { .request = request, .cache = { .dir = -1 } };
	int r;

	if (geteuid() != 0)
		return failure_set(ret_failure, -EPERM, "",
				   "inspect wants to be run by root: a disk is read by a "
				   "program that has less rights than you have, and only "
				   "root can take them from it");
	r = run_load_config(&run);
	if (r == 0)
		r = run_find_user(&run);
	if (r == 0)
		r = inspect_disk(&run);
	*ret_failure = run.failure;
	config_done(&run.config);
	return r;
}
