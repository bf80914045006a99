/* SPDX-License-Identifier: BSD-2-Clause */
/* The entries of /loader/entries as GRUB's command blscfg adds them. */
#include "eliloader/boot_bls.h"

#include <string.h>

#include "eliloader/boot_place.h"

/* The directory above "loader/entries"; of another one, the device's root. */
static void root_of(const struct boot_path *dir, struct boot_path *ret)
{
	size_t len = strlen(dir->path), tail = strlen("/loader/entries");

	*ret = *dir;
	strcpy(ret->path, "/");
	if (len > tail && strcmp(dir->path + len - tail, "/loader/entries") == 0) {
		memcpy(ret->path, dir->path, len - tail);
		ret->path[len - tail] = '\0';
	}
}

int boot_bls_add(struct boot_fs *fs, const struct boot_path *dir,
		 const char *(*get)(void *arg, const char *name), void *arg,
		 struct boot_menu *m)
{
	autoblslist struct bls_list l = { 0 };
	struct boot_path root;
	int r;

	root_of(dir, &root);
	r = bls_list_read(fs, dir, BLS_GRUB, m, &l);
	for (size_t i = 0; r == 0 && i < l.count; i++)
		if (l.item[i].kernel) /* GRUB passes over the others */
			r = bls_add(fs, &l.item[i], &root, get, arg, m);
	return r;
}
