/* SPDX-License-Identifier: BSD-2-Clause */
/* grub.cfg: what GRUB 2 would offer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

/* What scripts ask GRUB for; grub-mkconfig's ask for most of them. */
static const char *const features[] = {
	"feature_200_final",
	"feature_all_video_module",
	"feature_chainloader_bpb",
	"feature_default_font_path",
	"feature_menuentry_id",
	"feature_menuentry_options",
	"feature_nativedisk_cmd",
	"feature_ntldr",
	"feature_platform_search_hint",
	"feature_timeout_style",
};

static const struct {
	const char *name, *value;
} constants[] = {
	{ "grub_cpu", "x86_64" }, /* of GRUB for Xen's PV guests */
	{ "grub_platform", "xen" },
	{ "pager", "" },
	{ "lang", "" },
};

static void set_exported(struct grub *g, const char *name, const char *value)
{
	/* the first variables fit */
	if (grub_set(g, name, value) == 0)
		(void)grub_export(g, name);
}

/* The variables that are there before the first line. */
static void set_variables(struct grub *g, const struct boot_path *config)
{
	char root[sizeof(g->fs->device->name)], prefix[BOOT_PATH_MAX + sizeof(root) + 2];
	struct boot_path dir;

	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		set_exported(g, features[i], "y");
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
		set_exported(g, constants[i].name, constants[i].value);
	grub_device_name(g, config->device, root, sizeof(root));
	set_exported(g, "root", root);
	boot_path_parent(config, &dir);
	(void)snprintf(prefix, sizeof(prefix), "(%s)%s", root,
		       strcmp(dir.path, "/") == 0 ? "" : dir.path);
	set_exported(g, "prefix", prefix);
	set_exported(g, "cmdpath", prefix);
}

/* What the menu comes to, once all of the file has been run. */
static int finish(struct grub *g, int r)
{
	int stop = g->stop;

	if (r >= 0 && g->chained)
		r = grub_menu_finish(g, g->chained);
	if (g->menu->count && (r >= 0 || r == -E2BIG))
		return 0; /* what could not be read is noted */
	if (r < 0)
		return r;
	return stop ? stop : -ENODATA;
}

int boot_grub_read(struct boot_fs *fs, const struct boot_path *config,
		   struct boot_menu *ret)
{
	struct grub_menu none = { .last = &none.first };
	struct grub_load load = { 0 };
	autobootmenu struct boot_menu m;
	struct grub g = {
		.fs = fs, .menu = &m, .steps = GRUB_STEPS_MAX, .now = &none, .load = &load
	};
	int r;

	boot_menu_init(&m);
	if (config->device >= fs->device_count || *config->path != '/')
		return -EINVAL;
	boot_menu_init(&g.bls);
	m.kind = BOOT_GRUB;
	m.config = *config;
	r = grub_env_push(&g, false);
	if (r == 0) {
		set_variables(&g, config);
		r = grub_hand_over(&g, config);
	}
	if (r >= 0 && !g.chained)
		g.chained = &none; /* nothing but what was loaded */
	r = finish(&g, r);
	grub_load_done(&load);
	grub_done(&g);
	if (r < 0)
		return r == -EFBIG ? -E2BIG : r;
	*ret = m;
	boot_menu_init(&m);
	return 0;
}
