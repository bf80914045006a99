/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that make menus: menuentry, submenu, blscfg, configfile. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

struct grub_entry *grub_menu_add(struct grub *g, const char *title, const char *id)
{
	struct grub_entry *e;

	if (g->entries == BOOT_ENTRIES_MAX) {
		grub_note(g, "only the first %d entries are shown", BOOT_ENTRIES_MAX);
		return NULL;
	}
	e = grub_alloc(&g->keep, sizeof(*e));
	if (!e)
		return NULL;
	g->kept++;
	e->title = grub_copy(&g->keep, title, strlen(title));
	e->id = id ? grub_copy(&g->keep, id, strlen(id)) : NULL;
	if (!e->title || (id && !e->id))
		return NULL;
	g->entries++;
	*g->now->last = e;
	g->now->last = &e->next;
	g->now->count++;
	return e;
}

/* Title, id and further words: which are which. */
static int entry_words(struct grub *g, const struct grub_argv *argv,
		       struct grub_argv *ret_args, const char **ret_id)
{
	enum { CLASS, USERS, HOTKEY, SOURCE, ID, UNRESTRICTED };
	static const struct grub_option table[] = {
		[CLASS] = { "class", 0, GRUB_VALUE },
		[USERS] = { "users", 0, GRUB_VALUE },
		[HOTKEY] = { "hotkey", 0, GRUB_VALUE },
		[SOURCE] = { "source", 0, GRUB_VALUE },
		[ID] = { "id", 0, GRUB_VALUE },
		[UNRESTRICTED] = { "unrestricted", 0, GRUB_FLAG },
		{ 0 }
	};
	struct grub_options o = { .table = table, .argv = argv, .at = 1 };
	int option;

	*ret_args = (struct grub_argv){ 0 };
	ret_args->word = grub_alloc(&g->keep, argv->count * sizeof(*ret_args->word));
	if (!ret_args->word)
		return -E2BIG;
	while ((option = grub_option(&o)) != GRUB_OPTION_END) {
		char *word;

		if (option == ID)
			*ret_id = o.value;
		if (option != GRUB_OPTION_WORD)
			continue;
		word = grub_copy(&g->keep, o.value, strlen(o.value));
		if (!word)
			return -E2BIG;
		ret_args->word[ret_args->count++] = word;
	}
	return 0;
}

int grub_menuentry(struct grub *g, const struct grub_argv *argv,
		   const struct grub_cmd *body)
{
	const char *id = NULL;
	struct grub_argv args;
	struct grub_entry *e;

	if (!body || entry_words(g, argv, &args, &id) < 0 || args.count == 0)
		return GRUB_ERROR;
	e = grub_menu_add(g, args.word[0], id);
	if (!e)
		return GRUB_ERROR;
	e->args = args;
	e->body = body;
	e->submenu = *argv->word[0] == 's';
	return 0;
}

static const char *bls_variable(void *arg, const char *name)
{
	return grub_get(arg, name);
}

/* Entries of the directory @text, if it is one; true: there are some. */
static bool add_bls(struct grub *g, const char *text)
{
	size_t before = g->bls.count;
	struct boot_path dir;
	enum boot_kind kind;
	uint64_t size;

	if (grub_find(g, text, &dir, &kind, &size) < 0 || kind != BOOT_DIR ||
	    boot_bls_add(g->fs, &dir, bls_variable, g, &g->bls) < 0)
		return false;
	for (size_t i = before; i < g->bls.count; i++) {
		const struct boot_entry *b = &g->bls.entry[i];
		struct grub_entry *e = grub_menu_add(g, b->title ? b->title : "", b->id);

		if (!e)
			break;
		e->bls = i;
	}
	return g->bls.count > before;
}

/* blscfg [DIRECTORY]; of one entry's file the directory is read too. */
int grub_blscfg(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	static const char *const places[] = { "/loader/entries", "/boot/loader/entries" };
	const char *boot = grub_get(g, "boot"), *dir = grub_get(g, "blsdir");
	char text[BOOT_PATH_MAX];
	bool found = false;

	(void)body;
	if (argv->count > 1)
		found = add_bls(g, argv->word[1]);
	if (!found && dir)
		found = add_bls(g, dir);
	for (size_t i = 0; i < 2 && !found; i++) {
		found = add_bls(g, places[i]);
		if (found || !boot)
			continue;
		(void)snprintf(text, sizeof(text), "(%s)%s", boot, places[i]);
		found = add_bls(g, text);
	}
	return found ? 0 : GRUB_ERROR;
}

/* A file's place is "(hd0,gpt2)/boot/grub/grub.cfg" to scripts. */
static void set_config(struct grub *g, const struct boot_path *path)
{
	char device[sizeof(g->fs->device->name)],
		text[BOOT_PATH_MAX + sizeof(device) + 2];
	struct boot_path dir;

	grub_device_name(g, path->device, device, sizeof(device));
	(void)snprintf(text, sizeof(text), "(%s)%s", device, path->path);
	(void)grub_set(g, "config_file", text); /* noted */
	boot_path_parent(path, &dir);
	(void)snprintf(text, sizeof(text), "(%s)%s", device, dir.path);
	(void)grub_set(g, "config_directory", text); /* noted */
}

/* Does @path hand over to itself, perhaps by others? */
static bool is_chained(const struct grub *g, const struct boot_path *path)
{
	for (size_t i = 0; i < g->chain_count; i++)
		if (g->chain[i].device == path->device &&
		    strcmp(g->chain[i].path, path->path) == 0)
			return true;
	return g->chain_count == GRUB_CHAIN_MAX;
}

int grub_hand_over(struct grub *g, const struct boot_path *path)
{
	struct grub_menu *menu, *now = g->now;
	int r;

	if (is_chained(g, path))
		return -ELOOP;
	menu = grub_alloc(&g->keep, sizeof(*menu));
	if (!menu || grub_env_push(g, true) < 0)
		return -E2BIG;
	g->kept++;
	menu->last = &menu->first;
	g->chain[g->chain_count++] = *path;
	g->now = menu;
	set_config(g, path);
	r = grub_run_file(g, path);
	g->now = now;
	if (r >= 0 && menu->count > 0 && !g->chained) {
		/* this is the menu that is shown; the variables stay as it has them */
		g->chained = menu;
		g->exiting = true;
	}
	if (g->chained || g->booted)
		return 0;
	g->chain_count--;
	grub_env_pop(g);
	return r;
}

/* configfile FILE, normal [FILE] */
int grub_configfile(struct grub *g, const struct grub_argv *argv,
		    const struct grub_cmd *body)
{
	const char *prefix = grub_get(g, "prefix");
	char name[BOOT_PATH_MAX];
	struct boot_path path;
	enum boot_kind kind;
	uint64_t size;
	int r;

	(void)body;
	(void)snprintf(name, sizeof(name), "%s/grub.cfg", prefix ? prefix : "");
	r = grub_find(g, argv->count > 1 ? argv->word[1] : name, &path, &kind, &size);
	if (r == 0)
		r = grub_hand_over(g, &path);
	if (r < 0)
		grub_note(g, "%s: '%s' cannot be read", argv->word[0],
			  argv->count > 1 ? argv->word[1] : name);
	return r < 0 ? GRUB_ERROR : r;
}
