/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/volumes_lib.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/schema_volumes.h"
#include "guest-agent/volumes_look.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/unit/own_root.h"

static void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

void fake_init(struct fake *f)
{
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/volumes.XXXXXX");
	f->fd = root_make(f->dir);
}

void fake_done(struct fake *f)
{
	root_remove(f->dir);
	close_fd(&f->fd);
}

static void make_parents(int fd, const char *path)
{
	char part[512];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		(void)mkdirat(fd, part, 0755); /* may be there */
	}
}

/* A path that ends with '/' is a directory. */
void fake_put(struct fake *f, const char *text, const char *path, ...)
{
	char name[512];
	va_list ap;

	va_start(ap, path);
	(void)vsnprintf(name, sizeof(name), path, ap);
	va_end(ap);
	make_parents(f->fd, name);
	if (name[strlen(name) - 1] == '/')
		return;
	root_put(f->fd, name, text);
}

static void put_number(struct fake *f, long long value, const char *dir, const char *name)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld\n", value);
	fake_put(f, text, "sys/block/%s/%s", dir, name);
}

static void put_line(struct fake *f, const char *line, const char *dir, const char *name)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s\n", line);
	fake_put(f, text, "sys/block/%s/%s", dir, name);
}

void fake_disk(struct fake *f, const char *name, const char *dev, long long sectors,
	       long long devid)
{
	char nodename[64];

	put_line(f, dev, name, "dev");
	put_number(f, sectors, name, "size");
	fake_put(f, "", "sys/block/%s/device/", name);
	(void)snprintf(nodename, sizeof(nodename), "device/vbd/%lld", devid);
	if (devid >= 0)
		put_line(f, nodename, name, "device/nodename");
}

void fake_partition(struct fake *f, const char *disk, const char *name, const char *dev,
		    int number, long long start, long long sectors)
{
	char dir[256];

	(void)snprintf(dir, sizeof(dir), "%s/%s", disk, name);
	put_line(f, dev, dir, "dev");
	put_number(f, number, dir, "partition");
	put_number(f, start, dir, "start");
	put_number(f, sectors, dir, "size");
}

void fake_made(struct fake *f, const char *name, const char *dev, long long sectors,
	       const char *slaves)
{
	autofree char *list = strdup(slaves);
	char *rest = NULL;

	put_line(f, dev, name, "dev");
	put_number(f, sectors, name, "size");
	fake_put(f, "", "sys/block/%s/slaves/", name);
	for (char *s = strtok_r(list, " ", &rest); s; s = strtok_r(NULL, " ", &rest))
		fake_put(f, "", "sys/block/%s/slaves/%s", name, s);
}

void fake_mapped(struct fake *f, const char *name, const char *dev, long long sectors,
		 const char *slaves, const char *dm_name, const char *dm_uuid)
{
	fake_made(f, name, dev, sectors, slaves);
	put_line(f, dm_name, name, "dm/name");
	put_line(f, dm_uuid, name, "dm/uuid");
}

void fake_udev(struct fake *f, const char *dev, const char *type, const char *uuid,
	       const char *label)
{
	char text[512];

	(void)snprintf(
		text, sizeof(text), "S:disk/x\nI:42\nE:ID_FS_TYPE=%s\n%s%s%s%s%s%s", type,
		uuid ? "E:ID_FS_UUID=" : "", uuid ? uuid : "", uuid ? "\n" : "",
		label ? "E:ID_FS_LABEL_ENC=" : "", label ? label : "", label ? "\n" : "");
	fake_put(f, text, "run/udev/data/b%s", dev);
}

void fake_mounts(struct fake *f, const char *text)
{
	fake_put(f, text, "proc/self/mountinfo");
}

char *fake_tree(struct fake *f)
{
	struct volume_plan plan = { 0 };
	autotree struct tree tree = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	need(out && volumes_look(f->fd, &plan) >= 0 &&
		     schema_want_volumes(&plan.facts, &tree) >= 0,
	     "volumes_look");
	for (size_t i = 0; i < tree.count; i++)
		fprintf(out, "%s=%s\n", tree.entry[i].path + strlen("data/volumes/"),
			tree.entry[i].value);
	(void)fclose(out);
	volume_plan_done(&plan);
	return text;
}

char *fake_questions(struct fake *f)
{
	struct volume_plan plan = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	need(out && volumes_look(f->fd, &plan) >= 0, "volumes_look");
	for (size_t i = 0; i < plan.asks; i++) {
		const struct volume_ask *a = &plan.ask[i];

		fprintf(out, "%zu %u:%u", a->volume, a->major, a->minor);
		for (size_t k = 0; k < a->paths.count; k++)
			fprintf(out, " %s", a->paths.item[k]);
		fputc('\n', out);
	}
	(void)fclose(out);
	volume_plan_done(&plan);
	return text;
}
