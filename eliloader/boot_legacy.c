/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GRUB Legacy's menu.lst.  Its commands are separated from what follows by blanks or one
 * '='; partitions count from 0; of all entries only the one that is booted runs.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_place.h"
#include "lib/cleanup.h"

#define DEFAULT_MAX   4096 /* bytes of the file "default"; GRUB's has 10 lines */
#define FALLBACKS_MAX 8	   /* as GRUB's MAX_FALLBACK_ENTRIES */
#define FINDS_MAX     16   /* of a menu: each looks at all devices */

/* What a command said, and the root at that time. */
struct command {
	struct span value; /* p NULL: there was none */
	struct boot_path root;
};

struct legacy {
	struct boot_fs *fs;
	const struct boot_path *config;
	struct boot_menu *menu;
	struct boot_path root;	       /* of the entry at hand */
	struct boot_entry *entry;      /* NULL: before the first title */
	struct command kernel, initrd; /* its last ones, which count */
	unsigned finds;
	bool in_title; /* after one: also when it did not fit any more */
	int chosen, fallback[FALLBACKS_MAX];
	unsigned fallbacks;
	bool saved;
};

/* ---- devices ---- */

/* Where entries begin: the device and the directory that the configuration's "/boot/grub"
 * or "/grub" lies in. */
static void set_home(struct legacy *l)
{
	boot_path_parent(l->config, &l->root);
	boot_path_parent(&l->root, &l->root);
}

/* "hd0,1" and "hd0,1,a" of GRUB Legacy in GRUB's own way: its partition 2; -EINVAL. */
static int device_name(struct span name, char *ret, size_t size)
{
	struct span disk = span_part(&name, ','), part = span_part(&name, ',');
	int number;

	if (!span_begins(disk, "hd"))
		return -EINVAL;
	if (!part.len)
		return snprintf(ret, size, "hd0") < 0 ? -EINVAL : 0;
	if (span_number(part, 1000, &number) < 0)
		return -EINVAL;
	return snprintf(ret, size, "hd0,%d", number + 1) < 0 ? -EINVAL : 0;
}

/* "(hd0,1)" at the begin of @text is taken off it.  A device that is not there is the
 * configuration's: many a PV guest has a file system where its menu says "(hd0,0)". */
static void take_device(struct legacy *l, struct span *text, struct boot_path *root)
{
	struct span name;
	char device[32];
	int i;

	if (!span_begins(*text, "("))
		return;
	name = span_part(text, ')');
	name.p++;
	name.len--;
	i = device_name(name, device, sizeof(device));
	if (i == 0)
		i = boot_device_by_name(l->fs, device);
	if (i < 0) {
		boot_menu_note(l->menu, "no device (%.*s): that of the menu is taken",
			       name.len < 32 ? (int)name.len : 32, name.p);
		return;
	}
	if ((unsigned)i != root->device)
		*root = (struct boot_path){ (unsigned)i, "/" };
}

static void set_uuid(struct legacy *l, struct span value)
{
	autofree char *uuid = span_dup(span_word(&value));
	int i = uuid ? boot_device_by_uuid(l->fs, uuid) : -ENOMEM;

	if (i < 0)
		boot_menu_note(l->menu, "no device has the UUID of an entry");
	else if ((unsigned)i != l->root.device)
		l->root = (struct boot_path){ (unsigned)i, "/" };
}

/* SUSE's and GRUB4DOS's "find --set-root FILE". */
static void set_root_by_file(struct legacy *l, struct span value)
{
	struct span word = span_word(&value);
	bool sets = false;

	for (; span_begins(word, "--"); word = span_word(&value))
		sets |= span_is(word, "--set-root");
	if (!sets || l->finds++ >= FINDS_MAX)
		return;
	autofree char *name = span_dup(word);

	for (unsigned i = 0; name && i < l->fs->device_count; i++) {
		struct boot_path root = { i, "/" }, file;

		if (boot_path_join(&root, name, &file) == 0 &&
		    boot_place_is_file(l->fs, &file)) {
			if (i != l->root.device)
				l->root = root;
			return;
		}
	}
}

/* ---- an entry's commands ---- */

/* Numbers of partitions change when a disk is copied: when the named device has not got
 * the kernel but the configuration's has, that is the entry's root. */
static int correct_root(struct legacy *l, struct span name)
{
	struct boot_path home, file;
	int r;

	if (l->kernel.root.device == l->config->device || !*l->entry->kernel.path ||
	    boot_place_is_file(l->fs, &l->entry->kernel))
		return 0;
	set_home(l);
	home = l->root;
	r = boot_place_find(l->fs, &home, name, &file);
	if (r == 0 && boot_place_is_file(l->fs, &file)) {
		boot_menu_note(l->menu, "a kernel is not where its root says");
		l->entry->kernel = file;
		l->initrd.root = home; /* it is where the kernel is */
	}
	return r == -ENAMETOOLONG ? 0 : r;
}

static int set_kernel(struct legacy *l)
{
	struct span value = l->kernel.value, word = span_word(&value);
	int r;

	while (span_begins(word, "--"))
		word = span_word(&value); /* --type=..., --no-mem-option */
	take_device(l, &word, &l->kernel.root);
	r = boot_place_kernel(l->fs, &l->kernel.root, word, l->entry);
	if (r == 0)
		r = correct_root(l, word);
	return r < 0 ? r : boot_entry_args(l->entry, value);
}

static int add_ramdisks(struct legacy *l)
{
	struct span value = l->initrd.value, word;
	int r = 0;

	while (r == 0 && !l->entry->why && (word = span_word(&value)).len) {
		struct boot_path root = l->initrd.root;

		take_device(l, &word, &root);
		r = boot_place_ramdisk(l->fs, &root, word, l->entry);
	}
	return r;
}

static void refuse(struct legacy *l, const char *why)
{
	boot_entry_refuse(l->entry, "%s", why);
}

static void run_command(struct legacy *l, struct span name, struct span value)
{
	if (span_is(name, "root") || span_is(name, "rootnoverify"))
		take_device(l, &value, &l->root);
	else if (span_is(name, "uuid"))
		set_uuid(l, value);
	else if (span_is(name, "find"))
		set_root_by_file(l, value);
	else if (span_is(name, "kernel"))
		l->kernel = (struct command){ value, l->root };
	else if (span_is(name, "initrd"))
		l->initrd = (struct command){ value, l->root };
	else if (span_is(name, "module") || span_is(name, "modulenounzip"))
		refuse(l, "a Xen host's entry (module)");
	else if (span_is(name, "chainloader") || span_is(name, "configfile"))
		boot_entry_refuse(l->entry, "%.*s", (int)name.len, name.p);
	/* savedefault, map, boot, quiet...: of no use here */
}

static int end_entry(struct legacy *l)
{
	int r = 0;

	if (l->entry && l->kernel.value.p)
		r = set_kernel(l);
	else if (l->entry)
		refuse(l, "it loads no kernel");
	if (r == 0 && l->entry && l->initrd.value.p)
		r = add_ramdisks(l);
	l->kernel.value.p = l->initrd.value.p = NULL;
	l->entry = NULL;
	set_home(l);
	return r;
}

static int start_entry(struct legacy *l, struct span title)
{
	int r = end_entry(l);

	if (r < 0)
		return r;
	l->in_title = true;
	l->entry = boot_menu_add(l->menu);
	if (!l->entry)
		return l->menu->count == BOOT_ENTRIES_MAX ? 0 : -ENOMEM;
	return boot_entry_text(&l->entry->title, title);
}

/* ---- the menu's commands ---- */

static void set_fallbacks(struct legacy *l, struct span value)
{
	struct span word;

	for (l->fallbacks = 0;
	     l->fallbacks < FALLBACKS_MAX && (word = span_word(&value)).len;
	     l->fallbacks++)
		if (span_number(word, INT_MAX, &l->fallback[l->fallbacks]) < 0)
			return;
}

static void set_menu(struct legacy *l, struct span name, struct span value)
{
	struct span word = value;

	word = span_word(&word);
	if (span_is(name, "timeout"))
		(void)span_number(word, INT_MAX, &l->menu->timeout_s); /* else none */
	else if (span_is(name, "hiddenmenu"))
		l->menu->hidden = true;
	else if (span_is(name, "fallback"))
		set_fallbacks(l, value);
	else if (span_is(name, "default")) {
		l->saved = span_is(word, "saved");
		if (!l->saved)
			(void)span_number(word, INT_MAX, &l->chosen); /* else 0 */
	}
}

/* The command's name, and the blanks or '=' after it, taken off @line. */
static struct span take_name(struct span *line)
{
	struct span name = *line;

	for (name.len = 0; name.len < line->len; name.len++)
		if (strchr(" \t=", name.p[name.len]))
			break;
	line->p += name.len;
	line->len -= name.len;
	while (line->len && strchr(" \t=", *line->p)) {
		line->p++;
		line->len--;
	}
	return name;
}

static int read_lines(struct legacy *l, struct span text)
{
	struct span line;
	int r = 0;

	while (r == 0 && span_line(&text, &line)) {
		struct span name;

		if (!line.len || *line.p == '#')
			continue;
		name = take_name(&line);
		if (span_is(name, "title"))
			r = start_entry(l, line);
		else if (l->entry)
			run_command(l, name, line);
		else if (!l->in_title)
			set_menu(l, name, line);
	}
	return r < 0 ? r : end_entry(l);
}

/* ---- the default ---- */

/* The number in the file "default" beside the menu, which "savedefault" writes. */
static void read_saved(struct legacy *l)
{
	autofree char *text = NULL;
	struct boot_path path;
	struct span rest, line;
	size_t len;

	boot_path_parent(l->config, &path);
	if (boot_path_join(&path, "default", &path) < 0 ||
	    !boot_place_is_file(l->fs, &path) ||
	    l->fs->ops->read(l->fs, &path, DEFAULT_MAX, &text, &len) < 0)
		return;
	rest = span_of(text, len);
	if (span_line(&rest, &line))
		(void)span_number(line, INT_MAX, &l->chosen); /* else the first */
}

/* The default, or the first fallback that can be booted when that cannot. */
static void choose(struct legacy *l)
{
	struct boot_menu *m = l->menu;
	size_t index;

	if (l->saved)
		read_saved(l);
	index = (size_t)l->chosen < m->count ? (size_t)l->chosen : 0;
	for (unsigned i = 0; m->entry[index].why && i < l->fallbacks; i++)
		if ((size_t)l->fallback[i] < m->count)
			index = (size_t)l->fallback[i];
	boot_menu_prefer(m, index);
}

int boot_legacy_read(struct boot_fs *fs, const struct boot_path *config,
		     struct boot_menu *ret)
{
	autobootmenu struct boot_menu m;
	struct legacy l = { .fs = fs, .config = config, .menu = &m };
	autofree char *text = NULL;
	size_t len;
	int r;

	boot_menu_init(&m);
	m.kind = BOOT_GRUB_LEGACY;
	m.config = *config;
	m.timeout_s = -1;
	r = fs->ops->read(fs, config, BOOT_CONFIG_MAX, &text, &len);
	if (r < 0)
		return r;
	set_home(&l);
	r = read_lines(&l, span_of(text, len));
	if (r == 0 && !m.count)
		r = -ENODATA;
	if (r < 0)
		return r;
	choose(&l);
	*ret = m;
	boot_menu_init(&m);
	return 0;
}
