/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/eliloader/boot_menu_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define FIXTURE_MAX (1 << 20)

static void print_entry(FILE *out, const struct boot_entry *e, bool chosen)
{
	fprintf(out, "%c %*s%s", chosen ? '*' : '-', 2 * (int)e->depth, "",
		e->title ? e->title : "(no title)");
	if (e->id)
		fprintf(out, " {%s}", e->id);
	if (*e->kernel.path)
		fprintf(out, " %s", boot_dir_print(&e->kernel));
	for (size_t i = 0; i < e->ramdisk_count; i++)
		fprintf(out, " +%s", boot_dir_print(&e->ramdisk[i]));
	if (*e->args)
		fprintf(out, " | %s", e->args);
	if (e->why)
		fprintf(out, " ! %s", e->why);
	fputc('\n', out);
}

char *boot_menu_text(int r, const struct boot_menu *m)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	if (r < 0) {
		fprintf(out, "%s\n", strerrorname_np(-r));
	} else {
		fprintf(out, "timeout %d%s\n", m->timeout_s, m->hidden ? " hidden" : "");
		for (size_t i = 0; i < m->count; i++)
			print_entry(out, &m->entry[i], i == m->chosen);
	}
	if (m->note)
		fprintf(out, "note: %s\n", m->note);
	if (fclose(out) != 0)
		abort();
	return text;
}

void boot_menu_fixture(struct boot_dir *d, unsigned device, const char *path,
		       const char *name)
{
	autofree char *file = NULL, *text = NULL;
	size_t len;

	if (asprintf(&file, "tests/fixtures/boot/%s", name) < 0 ||
	    io_read_file_at(AT_FDCWD, file, FIXTURE_MAX, &text, &len) < 0) {
		fprintf(stderr, "cannot read the fixture %s\n", name);
		abort();
	}
	boot_dir_put(d, device, path, text, len);
}

int boot_menu_make(struct boot_dir *d, boot_reader *reader, unsigned device,
		   const char *path, struct boot_menu *m)
{
	struct boot_path at = boot_path_of(device, path);

	boot_menu_init(m);
	return reader(&d->fs, &at, m);
}

int boot_menu_long(struct boot_dir *d, boot_reader *reader, const char *path,
		   const char *head, int count, void (*entry)(FILE *out, int i),
		   struct boot_menu *m)
{
	FILE *out;

	boot_dir_with(d, "loop0", NULL);
	out = boot_dir_open(d, 0, path);
	fputs(head, out);
	for (int i = 0; i < count; i++)
		entry(out, i);
	boot_dir_close(d);
	return boot_menu_make(d, reader, 0, path, m);
}

void boot_layout_put(struct boot_dir *d, const struct boot_layout *l)
{
	struct boot_device *last;

	boot_dir_with(d, l->device[0] ? l->device[0] : "loop0", l->device[1], NULL);
	for (size_t i = 0; l->fs && i < d->fs.device_count; i++)
		(void)snprintf(d->device[i].fs, sizeof(d->device[i].fs), "%s", l->fs);
	last = &d->device[d->fs.device_count - 1];
	(void)snprintf(last->uuid, sizeof(last->uuid), "%s", l->uuid ? l->uuid : "");
	for (size_t i = 0; i < sizeof(l->file) / sizeof(*l->file) && l->file[i].path; i++)
		if (l->file[i].fixture)
			boot_menu_fixture(d, l->file[i].device, l->file[i].path,
					  l->file[i].fixture);
		else
			boot_dir_text(d, l->file[i].device, l->file[i].path, "there");
}
