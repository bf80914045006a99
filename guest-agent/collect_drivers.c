/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Xen PV drivers that are bound to a device, from sysfs.
 * A frontend driver is named there after its device class (vif, vbd), its bound devices
 * are links CLASS-NUMBER beside it, and the link "module" leads to its module.
 * Source: linux drivers/xen/xenbus/xenbus_probe.c, drivers/xen/xen-balloon.c
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/facts.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define BALLOON_DIR   "sys/devices/system/xen_memory/xen_memory0"
#define BALLOON_SLACK 1024 /* KiB: a target need not be a multiple of what a step moves */

static const struct {
	const char *class;
	const char *driver; /* its name in the kernel's sources */
} frontends[] = {
	{ "9pfs", "9pnet-xen" },	{ "pci", "xen-pcifront" },
	{ "pcifront", "xen-pcifront" }, { "pvcalls", "pvcalls-front" },
	{ "vbd", "xen-blkfront" },	{ "vdispl", "xen-drm-front" },
	{ "vfb", "xen-fbfront" },	{ "vif", "xen-netfront" },
	{ "vkbd", "xen-kbdfront" },	{ "vscsi", "xen-scsifront" },
	{ "vsnd", "xen-sndfront" },	{ "vtpm", "xen-tpmfront" },
	{ "vusb", "xen-hcd" },
};

static const char *driver_name(const char *class)
{
	for (size_t i = 0; i < sizeof(frontends) / sizeof(*frontends); i++)
		if (strcmp(frontends[i].class, class) == 0)
			return frontends[i].driver;
	return NULL;
}

/* Is a device CLASS-... bound to the driver in @d? */
static bool has_device(DIR *d, const char *class)
{
	size_t n = strlen(class);
	struct dirent *e;

	while ((e = readdir(d)))
		if (strncmp(e->d_name, class, n) == 0 && e->d_name[n] == '-')
			return true;
	return false;
}

/* The kernel's taint letter O: built outside its tree. */
static bool is_out_of_tree(int driverfd)
{
	autofree char *taint = NULL;

	/* absent: built in */
	return io_read_file_at(driverfd, "module/taint", 64, &taint, NULL) >= 0 &&
	       strchr(taint, 'O');
}

static void add(struct driver_facts *f, const char *name, bool out_of_tree)
{
	struct driver_fact *d = &f->driver[f->count];

	if (f->count == DRIVERS_MAX)
		return;
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	d->out_of_tree = out_of_tree;
	f->count++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct driver_fact *)a)->name,
		      ((const struct driver_fact *)b)->name);
}

static void collect_frontends(int rootfd, struct driver_facts *f)
{
	autoclosedir DIR *all = io_opendir_at(rootfd, "sys/bus/xen/drivers");
	struct dirent *e;

	if (!all)
		return; /* no frontend driver is loaded */
	while ((e = readdir(all))) {
		const char *name = driver_name(e->d_name);
		autoclosedir DIR *one =
			name ? io_opendir_at(dirfd(all), e->d_name) : NULL;

		if (one && has_device(one, e->d_name))
			add(f, name, is_out_of_tree(dirfd(one)));
	}
}

static bool read_kib(int rootfd, const char *path, uint64_t *ret_kib)
{
	autofree char *text = NULL;

	if (io_read_file_at(rootfd, path, 64, &text, NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return io_parse_u64(text, UINT64_MAX, ret_kib) >= 0;
}

bool collect_balloon_at_target(int rootfd)
{
	uint64_t target, current;

	return read_kib(rootfd, BALLOON_DIR "/target_kb", &target) &&
	       read_kib(rootfd, BALLOON_DIR "/info/current_kb", &current) &&
	       (target > current ? target - current : current - target) <= BALLOON_SLACK;
}

int collect_drivers(int rootfd, struct driver_facts *ret)
{
	struct driver_facts f = { 0 };

	collect_frontends(rootfd, &f);
	f.balloon = faccessat(rootfd, BALLOON_DIR, F_OK, 0) == 0;
	if (f.balloon)
		add(&f, "xen-balloon", false);
	f.balloon_settled = f.balloon && ret->balloon_settled;
	qsort(f.driver, f.count, sizeof(*f.driver), by_name);
	*ret = f;
	return 0;
}
