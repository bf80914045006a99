/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/daemon/domtree.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define PATH_ROOM 1024

/* Who may do what with a node. */
enum rights {
	INHERIT,	  /* as its parent: nothing is set */
	GUEST_RO,	  /* n0,rN */
	GUEST_RW,	  /* nN */
	GUEST_RW_DOM0_RO, /* nN,r0 */
	DOM0_ONLY,	  /* n0 */
};

struct node {
	const char *path;  /* below the domain's home */
	const char *value; /* NULL: the program fills it in */
	enum rights rights;
};

/* Both make these. */
static const struct node common[] = {
	{ "", "", GUEST_RO },
	{ "cpu", "", GUEST_RO },
	{ "memory", "", GUEST_RO },
	{ "cpu/0/availability", "online", INHERIT },
	{ "memory/static-max", "262144", INHERIT },
	{ "memory/target", "262144", INHERIT },
	{ "store/port", "1", INHERIT },
	{ "store/ring-ref", "1", INHERIT },
	{ "console/port", "2", INHERIT },
	{ "console/ring-ref", "2", INHERIT },
};

static const struct node xenopsd[] = {
	{ "device", "", GUEST_RW },
	{ "device/vbd", "", GUEST_RW },
	{ "device/9pfs", "", GUEST_RW },
	{ "device/vif", "", GUEST_RW },
	{ "feature", "", GUEST_RW },
	{ "error", "", GUEST_RW },
	{ "drivers", "", GUEST_RW },
	{ "control", "", GUEST_RW },
	{ "attr", "", GUEST_RW },
	{ "xenserver/attr", "", GUEST_RW },
	{ "data", "", GUEST_RW },
	{ "messages", "", GUEST_RW },
	{ "vm-data", "", GUEST_RW },
	{ "hvmloader", "", GUEST_RW },
	{ "rrd", "", GUEST_RW },
	{ "memory/initial-reservation", "262144", INHERIT },
	{ "memory/dynamic-min", "262144", INHERIT },
	{ "memory/dynamic-max", "262144", INHERIT },
	{ "platform/acpi", "1", INHERIT },
	{ "platform/device_id", "0001", INHERIT },
	{ "platform/timeoffset", "0", INHERIT },
	{ "bios-strings/bios-vendor", "Xen", INHERIT },
	{ "control/platform-feature-multiprocessor-suspend", "1", INHERIT },
	{ "control/platform-feature-xs_reset_watches", "1", INHERIT },
	{ "control/has-vendor-device", "0", INHERIT },
};

static const struct node libxl[] = {
	{ "device", "", GUEST_RO },
	{ "control", "", GUEST_RO },
	{ "control/shutdown", "", GUEST_RW },
	{ "control/feature-poweroff", "", GUEST_RW },
	{ "control/feature-reboot", "", GUEST_RW },
	{ "control/feature-suspend", "", GUEST_RW },
	{ "control/sysrq", "", GUEST_RW },
	{ "device/suspend/event-channel", "", GUEST_RW },
	{ "data", "", GUEST_RW },
	{ "drivers", "", GUEST_RW },
	{ "feature", "", GUEST_RW },
	{ "attr", "", GUEST_RW },
	{ "error", "", GUEST_RW },
	{ "control/platform-feature-multiprocessor-suspend", "1", INHERIT },
	{ "control/platform-feature-xs_reset_watches", "1", INHERIT },
	{ "memory/videoram", "-1", INHERIT },
	{ "console/backend-id", "0", GUEST_RW_DOM0_RO },
	{ "console/limit", "1048576", INHERIT },
	{ "console/type", "xenconsoled", INHERIT },
	{ "console/output", "pty", INHERIT },
	{ "console/tty", "", INHERIT },
};

/* ---- single nodes ---- */

static bool set_rights(struct domtree *t, const char *path, enum rights rights)
{
	bool guest = rights == GUEST_RW || rights == GUEST_RW_DOM0_RO;
	struct xs_permissions perms[2] = {
		{ .id = guest ? t->domid : 0, .perms = XS_PERM_NONE },
		{ .id = guest ? 0 : t->domid, .perms = XS_PERM_READ },
	};

	if (rights == INHERIT)
		return true;
	return xs_set_permissions(t->h, t->tx, path, perms,
				  rights == GUEST_RO || rights == GUEST_RW_DOM0_RO ? 2
										   : 1);
}

static bool put(struct domtree *t, enum rights rights, const char *value, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

static bool put(struct domtree *t, enum rights rights, const char *value, const char *fmt,
		...)
{
	char path[PATH_ROOM];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return xs_write(t->h, t->tx, path, value, (unsigned)strlen(value)) &&
	       set_rights(t, path, rights);
}

static bool drop(struct domtree *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool drop(struct domtree *t, const char *fmt, ...)
{
	char path[PATH_ROOM];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return xs_rm(t->h, t->tx, path) || errno == ENOENT;
}

static bool put_nodes(struct domtree *t, const struct node *node, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!put(t, node[i].rights, node[i].value, "/local/domain/%u%s%s",
			 t->domid, *node[i].path ? "/" : "", node[i].path))
			return false;
	return true;
}

/* A fresh UUID (36 characters and a NUL) from the kernel. */
static int fresh_uuid(char *out, size_t size)
{
	autofclose FILE *f = fopen("/proc/sys/kernel/random/uuid", "re");

	if (!f || !fgets(out, (int)size, f))
		return -EIO;
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

/* ---- a domain ---- */

static bool make_vm(struct domtree *t)
{
	const char *uuid = t->uuid;

	/* libxl makes it anew, xenopsd shares it over a migration to the same host */
	if (t->style == DOMTREE_LIBXL && !drop(t, "/vm/%s", uuid))
		return false;
	return put(t, GUEST_RO, "", "/vm/%s", uuid) &&
	       put(t, GUEST_RO, uuid, "/vm/%s/uuid", uuid) &&
	       put(t, GUEST_RO, t->name, "/vm/%s/name", uuid);
}

static bool make_xenopsd(struct domtree *t)
{
	char home[64], unique[64];

	(void)snprintf(home, sizeof(home), "/local/domain/%u", t->domid);
	if (fresh_uuid(unique, sizeof(unique)) < 0) {
		errno = EIO;
		return false;
	}
	return put_nodes(t, xenopsd, sizeof(xenopsd) / sizeof(xenopsd[0])) &&
	       put(t, DOM0_ONLY, "", "/xenops/domain/%u", t->domid) &&
	       put(t, DOM0_ONLY, "", "/libxl/%u", t->domid) &&
	       put(t, INHERIT, home, "/vm/%s/domains/%u", t->uuid, t->domid) &&
	       put(t, INHERIT, unique, "%s/unique-domain-id", home);
}

static bool make_libxl(struct domtree *t)
{
	return put_nodes(t, libxl, sizeof(libxl) / sizeof(libxl[0])) &&
	       put(t, DOM0_ONLY, "", "/libxl/%u", t->domid) &&
	       put(t, DOM0_ONLY, "pv", "/libxl/%u/type", t->domid);
}

static bool put_vif(struct domtree *t, unsigned devid, const char *mac);

/* The value of a node of t->data: vm-data as it is at boot. */
static bool put_data(struct domtree *t)
{
	for (size_t i = 0; i < t->data.count; i++) {
		const struct tree_entry *e = &t->data.entry[i];
		char path[PATH_ROOM];

		(void)snprintf(path, sizeof(path), "/local/domain/%u/%s", t->domid,
			       e->path);
		if (!xs_write(t->h, t->tx, path, e->value, (unsigned)e->value_len))
			return false;
	}
	return true;
}

bool domtree_make(struct domtree *t)
{
	char vm[64], domid[16];

	(void)snprintf(vm, sizeof(vm), "/vm/%s", t->uuid);
	(void)snprintf(domid, sizeof(domid), "%u", t->domid);
	if (!drop(t, "/local/domain/%u", t->domid) || !drop(t, "/libxl/%u", t->domid) ||
	    !drop(t, "/xenops/domain/%u", t->domid) || !make_vm(t) ||
	    !put_nodes(t, common, sizeof(common) / sizeof(common[0])))
		return false;
	if (!(t->style == DOMTREE_XENOPSD ? make_xenopsd(t) : make_libxl(t)))
		return false;
	for (unsigned i = 0; i < t->vif_count; i++)
		if (!put_vif(t, t->vif[i].devid, t->vif[i].mac))
			return false;
	return put_data(t) && put(t, INHERIT, vm, "/local/domain/%u/vm", t->domid) &&
	       put(t, INHERIT, t->name, "/local/domain/%u/name", t->domid) &&
	       put(t, INHERIT, domid, "/local/domain/%u/domid", t->domid);
}

static char *read_text(struct domtree *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The caller frees it; NULL with errno. */
static char *read_text(struct domtree *t, const char *fmt, ...)
{
	char path[PATH_ROOM];
	unsigned len;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return xs_read(t->h, t->tx, path, &len);
}

static enum domtree_style style_of(struct domtree *t)
{
	autofree char *mark = read_text(t, "/xenops/domain/%u", t->domid);

	return mark ? DOMTREE_XENOPSD : DOMTREE_LIBXL;
}

bool domtree_remove(struct domtree *t)
{
	autofree char *vm = read_text(t, "/local/domain/%u/vm", t->domid);

	if (!vm)
		return false;
	if (style_of(t) == DOMTREE_LIBXL ? !drop(t, "%s", vm)
					 : !drop(t, "%s/domains/%u", vm, t->domid))
		return false;
	return drop(t, "/local/domain/%u", t->domid) &&
	       drop(t, "/xenops/domain/%u", t->domid) && drop(t, "/libxl/%u", t->domid) &&
	       drop(t, "/local/domain/0/backend/vif/%u", t->domid);
}

/* ---- vif ---- */

static bool put_vif(struct domtree *t, unsigned devid, const char *mac)
{
	char front[128], back[128], id[16], domid[16];

	(void)snprintf(front, sizeof(front), "/local/domain/%u/device/vif/%u", t->domid,
		       devid);
	(void)snprintf(back, sizeof(back), "/local/domain/0/backend/vif/%u/%u", t->domid,
		       devid);
	(void)snprintf(id, sizeof(id), "%u", devid);
	(void)snprintf(domid, sizeof(domid), "%u", t->domid);
	if (!drop(t, "%s", front) || !drop(t, "%s", back) ||
	    !put(t, GUEST_RW_DOM0_RO, "", "%s", front) ||
	    !put(t, INHERIT, back, "%s/backend", front) ||
	    !put(t, INHERIT, "0", "%s/backend-id", front) ||
	    !put(t, INHERIT, "1", "%s/state", front) ||
	    !put(t, INHERIT, id, "%s/handle", front) ||
	    !put(t, INHERIT, mac, "%s/mac", front) ||
	    !put(t, t->style == DOMTREE_LIBXL ? GUEST_RO : INHERIT, "1500", "%s/mtu",
		 front))
		return false;
	if (t->style == DOMTREE_XENOPSD &&
	    (!put(t, GUEST_RW, "", "/local/domain/%u/xenserver/device/vif/%u", t->domid,
		  devid) ||
	     !put(t, INHERIT, mac, "/local/domain/%u/xenserver/device/vif/%u/mac",
		  t->domid, devid)))
		return false;
	return put(t, GUEST_RO, "", "%s", back) &&
	       put(t, INHERIT, front, "%s/frontend", back) &&
	       put(t, INHERIT, domid, "%s/frontend-id", back) &&
	       put(t, INHERIT, "1", "%s/online", back) &&
	       put(t, INHERIT, "1", "%s/state", back) &&
	       put(t, INHERIT, mac, "%s/mac", back) &&
	       put(t, INHERIT, id, "%s/handle", back);
}

static int devid_of(const char *text, unsigned *ret_devid)
{
	uint64_t devid;

	if (io_parse_u64(text, UINT_MAX, &devid) < 0) {
		errno = EINVAL;
		return -EINVAL;
	}
	*ret_devid = (unsigned)devid;
	return 0;
}

bool domtree_vif(struct domtree *t)
{
	unsigned devid;

	t->style = style_of(t);
	return devid_of(t->arg[0], &devid) == 0 && put_vif(t, devid, t->arg[1]);
}

bool domtree_unvif(struct domtree *t)
{
	unsigned devid;

	return devid_of(t->arg[0], &devid) == 0 &&
	       drop(t, "/local/domain/0/backend/vif/%u/%u", t->domid, devid) &&
	       drop(t, "/local/domain/%u/device/vif/%u", t->domid, devid) &&
	       drop(t, "/local/domain/%u/xenserver/device/vif/%u", t->domid, devid);
}

/* ---- vm-data ---- */

bool domtree_boot_data(struct domtree *t)
{
	for (int i = 0; i < t->arg_count; i++) {
		const char *eq = strchr(t->arg[i], '=');

		if (!eq) {
			errno = EINVAL;
			return false;
		}
		if (!put(t, INHERIT, eq + 1, "/local/domain/%u/vm-data/%.*s", t->domid,
			 (int)(eq - t->arg[i]), t->arg[i]))
			return false;
	}
	return true;
}

/* xenopsd removes and rewrites, so that the new directory is as its parent: read-only for
 * the guest, and not there at all without keys.  Under libxl somebody writes nodes. */
bool domtree_vm_data(struct domtree *t)
{
	if (style_of(t) == DOMTREE_XENOPSD &&
	    (!drop(t, "/local/domain/%u/vm-data", t->domid) ||
	     !drop(t, "/local/domain/%u/FIST", t->domid)))
		return false;
	return domtree_boot_data(t);
}

/* ---- the same VM again ---- */

static int load_data(struct domtree *t, const char *path)
{
	char abs[PATH_ROOM];
	unsigned count, len;
	autofree char *value = NULL;
	autofree char **names = NULL;
	int r;

	(void)snprintf(abs, sizeof(abs), "/local/domain/%u/%s", t->domid, path);
	value = xs_read(t->h, t->tx, abs, &len);
	names = value ? xs_directory(t->h, t->tx, abs, &count) : NULL;
	if (!names)
		return errno == ENOENT ? 0 : -errno;
	/* vm-data itself is the toolstack's; only nodes without children are kept */
	r = count > 0 || strcmp(path, "vm-data") == 0
		    ? 0
		    : tree_set(&t->data, path, value, len);
	for (unsigned i = 0; r == 0 && i < count; i++) {
		char below[PATH_ROOM];

		(void)snprintf(below, sizeof(below), "%s/%s", path, names[i]);
		r = load_data(t, below);
	}
	return r;
}

static int load_vifs(struct domtree *t)
{
	char path[PATH_ROOM];
	unsigned count;
	autofree char **names = NULL;

	(void)snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%u", t->domid);
	names = xs_directory(t->h, t->tx, path, &count);
	if (!names)
		return errno == ENOENT ? 0 : -errno;
	for (unsigned i = 0; i < count && t->vif_count < DOMTREE_VIFS; i++) {
		char *mac = read_text(t, "%s/%s/mac", path, names[i]);

		if (!mac || devid_of(names[i], &t->vif[t->vif_count].devid) < 0) {
			free(mac);
			return -EINVAL;
		}
		t->vif[t->vif_count++].mac = mac;
	}
	return 0;
}

int domtree_load(struct domtree *t)
{
	autofree char *vm = read_text(t, "/local/domain/%u/vm", t->domid);
	autofree char *name = read_text(t, "/local/domain/%u/name", t->domid);
	int r;

	if (!vm || !name || strncmp(vm, "/vm/", 4) != 0)
		return -ESRCH;
	t->style = style_of(t);
	tree_init(&t->data);
	t->name = steal_ptr(name);
	t->uuid = strdup(vm + 4);
	if (!t->uuid)
		return -ENOMEM;
	r = load_vifs(t);
	/* VM.xenstore_data belongs to the VM; libxl knows nothing of the kind */
	return r < 0 || t->style == DOMTREE_LIBXL ? r : load_data(t, "vm-data");
}

int domtree_init(struct domtree *t, const char *style, const char *name, const char *uuid)
{
	char fresh[64];

	if (strcmp(style, "xenopsd") != 0 && strcmp(style, "libxl") != 0)
		return -EINVAL;
	t->style = strcmp(style, "libxl") == 0 ? DOMTREE_LIBXL : DOMTREE_XENOPSD;
	tree_init(&t->data);
	if (!uuid && fresh_uuid(fresh, sizeof(fresh)) < 0)
		return -EIO;
	t->name = strdup(name);
	t->uuid = strdup(uuid ? uuid : fresh);
	return t->name && t->uuid ? 0 : -ENOMEM;
}

void domtree_done(struct domtree *t)
{
	free(t->name);
	free(t->uuid);
	tree_done(&t->data);
	for (unsigned i = 0; i < t->vif_count; i++)
		free(t->vif[i].mac);
}
