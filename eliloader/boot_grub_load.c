/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that load what is booted: linux, initrd, and those of other systems. */
#include <errno.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

void grub_load_done(struct grub_load *load)
{
	free(load->args);
	free(load->why);
	*load = (struct grub_load){ 0 };
}

void grub_load_why(struct grub_load *load, const char *fmt, ...)
{
	va_list ap;

	if (load->why)
		return;
	va_start(ap, fmt);
	if (vasprintf(&load->why, fmt, ap) < 0)
		load->why = NULL;
	va_end(ap);
	if (load->why)
		grub_make_printable(load->why);
}

/* A path with a control character cannot be told to anybody. */
static bool is_printable(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f)
			return false;
	return true;
}

/* A file that must be there; @load says why when it is not. */
static bool find_file(struct grub *g, const char *text, struct boot_path *ret)
{
	int r = grub_locate(g, text, ret);

	if (!is_printable(text))
		grub_load_why(g->load, "a control character in a file's name");
	else if (r < 0 && r != -EIO && r != -E2BIG)
		grub_load_why(g->load, "'%.512s' is not on the disk", text);
	else
		return true; /* an error of the disk will show when it is read */
	return false;
}

/* A word of the kernel's arguments as GRUB hands it on: one with spaces is quoted, quotes
 * and backslashes get a backslash. */
static char *add_argument(char *out, const char *word)
{
	bool quote = strchr(word, ' ') || !is_printable(word); /* which become spaces */

	if (quote)
		*out++ = '"';
	for (; *word; word++) {
		bool hex = word[0] == '\\' && word[1] == 'x' &&
			   isxdigit((unsigned char)word[2]) &&
			   isxdigit((unsigned char)word[3]);

		if (strchr("\\'\"", *word) && !hex)
			*out++ = '\\';
		*out++ = (unsigned char)*word < ' ' || *word == 0x7f ? ' ' : *word;
	}
	if (quote)
		*out++ = '"';
	return out;
}

static char *join_arguments(char **word, size_t count)
{
	size_t room = 1;
	char *args, *out;

	for (size_t i = 0; i < count; i++)
		room += 2 * strlen(word[i]) + 3;
	args = out = malloc(room);
	if (!args)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*out++ = ' ';
		out = add_argument(out, word[i]);
	}
	*out = '\0';
	return args;
}

int grub_linux(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	struct grub_load *load = g->load;

	(void)body;
	grub_load_done(load); /* another kernel takes its place */
	if (argv->count < 2)
		grub_load_why(load, "'%s' without a file", argv->word[0]);
	if (argv->count < 2 || !find_file(g, argv->word[1], &load->kernel))
		return GRUB_ERROR;
	load->args = join_arguments(argv->word + 2, argv->count - 2);
	if (!load->args)
		return GRUB_ERROR;
	if (strlen(load->args) >= BOOT_TEXT_MAX) {
		*load->args = '\0';
		grub_load_why(load, "its arguments are over %d bytes long",
			      BOOT_TEXT_MAX);
	}
	return 0;
}

int grub_initrd(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	struct grub_load *load = g->load;

	(void)body;
	if (!load->args)
		return GRUB_ERROR; /* a kernel comes first, or there is none */
	load->ramdisk_count = 0;
	for (size_t i = 1; i < argv->count; i++) {
		if (load->ramdisk_count == BOOT_RAMDISKS_MAX)
			grub_load_why(load, "over %d ramdisks", BOOT_RAMDISKS_MAX);
		else if (strncmp(argv->word[i], "newc:", 5) == 0)
			grub_load_why(load, "a ramdisk that GRUB would make (newc:)");
		else if (find_file(g, argv->word[i], &load->ramdisk[load->ramdisk_count]))
			load->ramdisk_count++;
	}
	return load->why ? GRUB_ERROR : 0;
}

/* Xen itself, or another kernel of the kind, and what goes with it. */
int grub_multiboot(struct grub *g, const struct grub_argv *argv,
		   const struct grub_cmd *body)
{
	bool module = strstr(argv->word[0], "module") != NULL;
	bool xen = strncmp(argv->word[0], "xen_", 4) == 0 ||
		   (argv->count > 1 && strstr(argv->word[1], "xen"));

	(void)body;
	if (!module)
		grub_load_done(g->load);
	grub_load_why(g->load, xen ? "a Xen host's entry (multiboot)" : "multiboot");
	return 0;
}

int grub_unbootable(struct grub *g, const struct grub_argv *argv,
		    const struct grub_cmd *body)
{
	const char *name = argv->word[0];

	(void)body;
	if (strcmp(name, "fwsetup") == 0 && argv->count > 1)
		return GRUB_FALSE; /* --is-supported */
	grub_load_done(g->load);
	grub_load_why(g->load, "%s", name);
	/* those that leave GRUB at once */
	g->exiting |= strcmp(name, "exit") == 0 || strcmp(name, "halt") == 0 ||
		      strcmp(name, "reboot") == 0 || strcmp(name, "fwsetup") == 0 ||
		      strcmp(name, "normal_exit") == 0;
	return 0;
}

int grub_boot(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	(void)argv;
	(void)body;
	if (!g->load->args)
		return GRUB_ERROR;
	g->exiting = true;
	g->booted = true;
	return 0;
}
