/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's commands that are not about menus and kernels, and the table of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

/* The command's words: none is looked at by many. */
#define UNUSED(g, argv, body) (void)(g), (void)(argv), (void)(body)

static int ignore(struct grub *g, const struct grub_argv *argv,
		  const struct grub_cmd *body)
{
	UNUSED(g, argv, body);
	return 0;
}

/* No key is held down, nothing is there to be asked. */
static int say_no(struct grub *g, const struct grub_argv *argv,
		  const struct grub_cmd *body)
{
	UNUSED(g, argv, body);
	return GRUB_FALSE;
}

static int cannot(struct grub *g, const struct grub_argv *argv,
		  const struct grub_cmd *body)
{
	(void)body;
	grub_note(g, "'%s' is not done here", argv->word[0]);
	return GRUB_ERROR;
}

static int set(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	const char *eq;
	char *name;

	(void)body;
	if (argv->count < 2)
		return 0; /* shows all */
	eq = strchr(argv->word[1], '=');
	if (!eq)
		return GRUB_ERROR;
	name = grub_copy(&g->work, argv->word[1], (size_t)(eq - argv->word[1]));
	return name ? grub_set(g, name, eq + 1) : GRUB_ERROR;
}

static int unset(struct grub *g, const struct grub_argv *argv,
		 const struct grub_cmd *body)
{
	(void)body;
	return argv->count == 2 ? grub_set(g, argv->word[1], NULL) : GRUB_ERROR;
}

static int export(struct grub *g, const struct grub_argv *argv,
		  const struct grub_cmd *body)
{
	int r = 0;

	(void)body;
	for (size_t i = 1; i < argv->count && r == 0; i++)
		r = grub_export(g, argv->word[i]);
	return r;
}

/* Fedora's, for the variables of its boot counting. */
static int increment(struct grub *g, const struct grub_argv *argv,
		     const struct grub_cmd *body)
{
	const char *value;
	char text[24];
	long long n;

	(void)body;
	if (argv->count != 2)
		return GRUB_ERROR;
	value = grub_get(g, argv->word[1]);
	n = strtoll(value ? value : "0", NULL, 0);
	if (n < 0 || n > 1000000)
		return GRUB_ERROR;
	n += *argv->word[0] == 'i' ? 1 : -1;
	(void)snprintf(text, sizeof(text), "%lld", n);
	return grub_set(g, argv->word[1], text);
}

/* break [N], continue [N] */
static int leave_loop(struct grub *g, const struct grub_argv *argv,
		      const struct grub_cmd *body)
{
	unsigned long n = argv->count > 1 ? strtoul(argv->word[1], NULL, 10) : 1;

	(void)body;
	if (n == 0)
		return GRUB_ERROR;
	g->continuing = *argv->word[0] == 'c';
	g->breaks = n < g->loops ? (unsigned)n : g->loops;
	return 0;
}

static int leave_function(struct grub *g, const struct grub_argv *argv,
			  const struct grub_cmd *body)
{
	(void)body;
	if (!g->scope)
		return GRUB_ERROR;
	g->returning = true;
	if (argv->count < 2)
		return g->status;
	return (int)(strtoul(argv->word[1], NULL, 10) % GRUB_STATUSES);
}

static int shift(struct grub *g, const struct grub_argv *argv,
		 const struct grub_cmd *body)
{
	unsigned long n = argv->count > 1 ? strtoul(argv->word[1], NULL, 10) : 1;

	(void)body;
	if (!g->scope)
		return 0;
	if (n > g->scope->count)
		return GRUB_ERROR;
	g->scope->word += n;
	g->scope->count -= n;
	return 0;
}

static int setparams(struct grub *g, const struct grub_argv *argv,
		     const struct grub_cmd *body)
{
	char **word;

	(void)body;
	if (!g->scope)
		return GRUB_ERROR;
	/* the words must outlive this command */
	word = grub_alloc(&g->keep, argv->count * sizeof(*word));
	for (size_t i = 1; word && i < argv->count; i++) {
		word[i - 1] = grub_copy(&g->keep, argv->word[i], strlen(argv->word[i]));
		if (!word[i - 1])
			return GRUB_ERROR;
	}
	if (!word)
		return GRUB_ERROR;
	g->kept++;
	*g->scope = (struct grub_scope){ word, argv->count - 1 };
	return 0;
}

static int eval(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	size_t len = 0;
	char *text, *p;

	(void)body;
	for (size_t i = 1; i < argv->count; i++)
		len += strlen(argv->word[i]) + 1;
	text = p = grub_alloc(&g->work, len + 1);
	if (!text)
		return GRUB_ERROR;
	for (size_t i = 1; i < argv->count; i++) {
		p = stpcpy(p, argv->word[i]);
		*p++ = ' ';
	}
	return grub_run_text(g, text, len);
}

/* GRUB says that a file is not there, and goes on as if all were well. */
static int source(struct grub *g, const struct grub_argv *argv,
		  const struct grub_cmd *body)
{
	struct boot_path path;
	enum boot_kind kind;
	uint64_t size;
	int r;

	(void)body;
	if (argv->count != 2)
		return GRUB_ERROR;
	r = grub_find(g, argv->word[1], &path, &kind, &size);
	if (r == 0)
		r = grub_run_file(g, &path);
	if (r < 0)
		grub_note(g, "%s: '%s' cannot be read", argv->word[0], argv->word[1]);
	return r < 0 ? 0 : r;
}

/* What load_env may set; NULL: all. */
struct loading {
	struct grub *g;
	char **only;
	size_t count;
};

static void load_value(void *arg, const char *name, const char *value)
{
	struct loading *l = arg;
	bool wanted = l->count == 0;

	for (size_t i = 0; i < l->count; i++)
		wanted |= strcmp(l->only[i], name) == 0;
	if (!wanted || !grub_spend(l->g, 1))
		return;
	if (strcmp(name, "next_entry") != 0)
		(void)grub_set(l->g, name, value); /* noted */
	else if (*value)
		grub_note(l->g, "next_entry is for one start, and passed over");
}

/* What is for one start only (grub-reboot) GRUB ends by a write to the disk.  Here nobody
 * writes, and it would be for ever: it counts as over. */
static void end_once(struct grub *g)
{
	const char *before = grub_get(g, "prev_saved_entry");

	if (!before || !*before)
		return;
	grub_note(g, "saved_entry is for one start, and passed over");
	(void)grub_set(g, "saved_entry", before); /* noted */
	(void)grub_set(g, "prev_saved_entry", "");
}

static int load_file(struct loading *l, const char *name)
{
	autofree char *text = NULL;
	struct boot_path path;
	enum boot_kind kind;
	uint64_t size;
	size_t len;

	if (grub_find(l->g, name, &path, &kind, &size) < 0 ||
	    l->g->fs->ops->read(l->g->fs, &path, GRUB_ENV_FILE_MAX, &text, &len) < 0 ||
	    grub_env_parse(text, len, load_value, l) < 0)
		return GRUB_ERROR;
	end_once(l->g);
	return 0;
}

/* load_env [--file FILE] [--skip-sig] [NAME...] */
static int load_env(struct grub *g, const struct grub_argv *argv,
		    const struct grub_cmd *body)
{
	static const struct grub_option table[] = { { "file", 'f', GRUB_VALUE },
						    { "skip-sig", 's', GRUB_FLAG },
						    { 0 } };
	struct grub_options o = { .table = table, .argv = argv, .at = 1 };
	struct loading l = { .g = g };
	const char *prefix = grub_get(g, "prefix"), *file = NULL;
	char name[BOOT_PATH_MAX];
	int option;

	(void)body;
	l.only = grub_alloc(&g->work, argv->count * sizeof(*l.only));
	if (!l.only)
		return GRUB_ERROR;
	while ((option = grub_option(&o)) != GRUB_OPTION_END) {
		if (option == 0)
			file = o.value;
		else if (option == GRUB_OPTION_WORD)
			l.only[l.count++] = argv->word[o.at - 1];
	}
	if (!file) {
		(void)snprintf(name, sizeof(name), "%s/grubenv", prefix ? prefix : "");
		file = name; /* cut off it is not there */
	}
	return load_file(&l, file);
}

static int takes_value(struct grub_options *o, enum grub_option_value value,
		       const char *given)
{
	o->value = given;
	if (given || value != GRUB_VALUE)
		return 0;
	if (o->at == o->argv->count)
		return -EINVAL;
	o->value = o->argv->word[o->at++];
	return 0;
}

static int long_option(struct grub_options *o, const char *word)
{
	const char *eq = strchr(word, '=');
	size_t len = eq ? (size_t)(eq - word) : strlen(word);

	for (int i = 0; o->table[i].name; i++)
		if (strlen(o->table[i].name) == len &&
		    strncmp(o->table[i].name, word, len) == 0)
			return takes_value(o, o->table[i].value, eq ? eq + 1 : NULL) < 0
				       ? GRUB_OPTION_END
				       : i;
	o->value = word - 2;
	return GRUB_OPTION_WORD;
}

static int find_letter(const struct grub_options *o, char letter)
{
	for (int i = 0; o->table[i].name; i++)
		if (o->table[i].letter && o->table[i].letter == letter)
			return i;
	return -1;
}

/* "-abc" only when each of them is one; else it is a word. */
static bool are_letters(const struct grub_options *o, const char *word)
{
	if (*word++ != '-' || !*word)
		return false;
	for (; *word; word++)
		if (find_letter(o, *word) < 0)
			return false;
	return true;
}

int grub_option(struct grub_options *o)
{
	const char *word;
	int i;

	if (!o->letters || !*o->letters) {
		if (o->at >= o->argv->count)
			return GRUB_OPTION_END;
		word = o->argv->word[o->at++];
		if (!o->over && strcmp(word, "--") == 0) {
			o->over = true;
			return grub_option(o);
		}
		if (!o->over && strncmp(word, "--", 2) == 0)
			return long_option(o, word + 2);
		if (o->over || !are_letters(o, word)) {
			o->value = word;
			return GRUB_OPTION_WORD;
		}
		o->letters = word + 1;
	}
	i = find_letter(o, *o->letters++);
	return takes_value(o, o->table[i].value, NULL) < 0 ? GRUB_OPTION_END : i;
}

/* In the order of strcmp(). */
static const struct {
	const char *name;
	grub_command *run;
} commands[] = {
	{ ".", source },
	{ "[", grub_test },
	{ "acpi", ignore },
	{ "appleloader", grub_unbootable },
	{ "authenticate", ignore },
	{ "background_color", ignore },
	{ "background_image", ignore },
	{ "badram", ignore },
	{ "blocklist", ignore },
	{ "blscfg", grub_blscfg },
	{ "boot", grub_boot },
	{ "break", leave_loop },
	{ "btrfs-mount-subvol", ignore },
	{ "cat", ignore },
	{ "chainloader", grub_unbootable },
	{ "clear", ignore },
	{ "cmosclean", ignore },
	{ "cmostest", say_no },
	{ "cmp", say_no },
	{ "configfile", grub_configfile },
	{ "continue", leave_loop },
	{ "cpuid", ignore }, /* -l: of 64 bits */
	{ "cryptomount", cannot },
	{ "cutmem", ignore },
	{ "date", ignore },
	{ "decrement", increment },
	{ "devicetree", ignore },
	{ "distrust", ignore },
	{ "drivemap", ignore },
	{ "echo", ignore },
	{ "efitextmode", ignore },
	{ "eval", eval },
	{ "exit", grub_unbootable },
	{ "export", export },
	{ "extract_legacy_entries_configfile", cannot },
	{ "extract_legacy_entries_source", cannot },
	{ "extract_syslinux_entries_configfile", cannot },
	{ "extract_syslinux_entries_source", cannot },
	{ "fakebios", ignore },
	{ "false", say_no },
	{ "file", say_no },
	{ "freedos", grub_unbootable },
	{ "fwsetup", grub_unbootable },
	{ "getenv", say_no },
	{ "gptsync", ignore },
	{ "halt", grub_unbootable },
	{ "hashsum", ignore },
	{ "hiddenentry", grub_menuentry },
	{ "hwmatch", ignore },
	{ "increment", increment },
	{ "initrd", grub_initrd },
	{ "initrd16", grub_initrd },
	{ "initrdefi", grub_initrd },
	{ "insmod", ignore },
	{ "keymap", ignore },
	{ "keystatus", say_no },
	{ "kfreebsd", grub_unbootable },
	{ "knetbsd", grub_unbootable },
	{ "kopenbsd", grub_unbootable },
	{ "legacy_configfile", cannot },
	{ "legacy_source", cannot },
	{ "linux", grub_linux },
	{ "linux16", grub_linux },
	{ "linuxefi", grub_linux },
	{ "list_env", ignore },
	{ "load_env", load_env },
	{ "loadfont", ignore },
	{ "loopback", cannot },
	{ "ls", ignore },
	{ "lsefi", ignore },
	{ "lsmod", ignore },
	{ "md5sum", ignore },
	{ "menuentry", grub_menuentry },
	{ "module", grub_multiboot },
	{ "module2", grub_multiboot },
	{ "multiboot", grub_multiboot },
	{ "multiboot2", grub_multiboot },
	{ "nativedisk", ignore },
	{ "net_add_addr", say_no },
	{ "net_bootp", say_no },
	{ "net_dhcp", say_no },
	{ "normal", grub_configfile },
	{ "normal_exit", grub_unbootable },
	{ "ntldr", grub_unbootable },
	{ "parttool", ignore },
	{ "password", ignore },
	{ "password_pbkdf2", ignore },
	{ "plan9", grub_unbootable },
	{ "play", ignore },
	{ "probe", grub_probe },
	{ "pxechainloader", grub_unbootable },
	{ "read", ignore },
	{ "reboot", grub_unbootable },
	{ "regexp", grub_regexp },
	{ "return", leave_function },
	{ "rmmod", ignore },
	{ "save_env", ignore },
	{ "search", grub_search },
	{ "search.file", grub_search_short },
	{ "search.fs_label", grub_search_short },
	{ "search.fs_uuid", grub_search_short },
	{ "sendkey", ignore },
	{ "serial", ignore },
	{ "set", set },
	{ "setkey", ignore },
	{ "setparams", setparams },
	{ "setpci", ignore },
	{ "sha256sum", ignore },
	{ "shift", shift },
	{ "sleep", ignore },
	{ "source", source },
	{ "submenu", grub_menuentry },
	{ "syslinux_configfile", cannot },
	{ "syslinux_source", cannot },
	{ "terminal", ignore },
	{ "terminal_input", ignore },
	{ "terminal_output", ignore },
	{ "terminfo", ignore },
	{ "test", grub_test },
	{ "tpm", ignore },
	{ "true", ignore },
	{ "truecrypt", grub_unbootable },
	{ "trust", ignore },
	{ "unset", unset },
	{ "vbeinfo", ignore },
	{ "verify_detached", ignore },
	{ "videoinfo", ignore },
	{ "xen_hypervisor", grub_multiboot },
	{ "xen_module", grub_multiboot },
	{ "xnu_kernel", grub_unbootable },
	{ "xnu_kernel64", grub_unbootable },
};

grub_command *grub_find_command(const char *name)
{
	size_t low = 0, high = sizeof(commands) / sizeof(*commands);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, commands[middle].name);

		if (order == 0)
			return commands[middle].run;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
