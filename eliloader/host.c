/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/xs.h"

#define ZSTD_SINCE_MINOR 15 /* of Xen 4 */

int host_output_domid(const char *output, unsigned *ret_domid)
{
	const char *base = strrchr(output, '/');
	size_t len;

	base = base ? base + 1 : output;
	if (strncmp(base, "bootloader.", 11) != 0)
		return -EINVAL;
	base += 11;
	len = strcspn(base, ".");
	if (strcmp(base + len, ".out") != 0 || !domains_parse_domid(base, len, ret_domid))
		return -EINVAL;
	return 0;
}

/* A short text node below the domain's home, or at an absolute path. */
static bool read_text(struct xs_conn *xs, const char *path, char *out, size_t size)
{
	autofree char *value = NULL;
	size_t len;

	if (xs_conn_read(xs, path, &value, &len) < 0 || strlen(value) != len ||
	    len >= size)
		return false;
	memcpy(out, value, len + 1);
	return true;
}

static uint64_t read_limit(struct xs_conn *xs, const char *path)
{
	char text[24];
	uint64_t value;

	if (!read_text(xs, path, text, sizeof(text)) ||
	    io_parse_u64(text, UINT64_MAX, &value) < 0)
		return 0;
	return value;
}

static uint64_t vm_limit(struct xs_conn *xs, unsigned domid, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), DOMAINS_DIR "/%u/platform/%s", domid, key);
	return read_limit(xs, path);
}

static enum guest_type read_type(struct xs_conn *xs, unsigned domid)
{
	char path[64], type[16];

	snprintf(path, sizeof(path), "/libxl/%u/type", domid);
	if (!read_text(xs, path, type, sizeof(type)))
		return GUEST_UNKNOWN;
	return strcmp(type, "pv") == 0	  ? GUEST_PV
	       : strcmp(type, "pvh") == 0 ? GUEST_PVH
	       : strcmp(type, "hvm") == 0 ? GUEST_HVM
					  : GUEST_UNKNOWN;
}

static void read_vm(struct xs_conn *xs, unsigned domid, struct host_vm *vm)
{
	char path[64], vm_path[80];

	snprintf(path, sizeof(path), DOMAINS_DIR "/%u/name", domid);
	if (!read_text(xs, path, vm->name, sizeof(vm->name)))
		vm->name[0] = '\0';
	snprintf(path, sizeof(path), DOMAINS_DIR "/%u/vm", domid);
	if (read_text(xs, path, vm_path, sizeof(vm_path)) &&
	    strncmp(vm_path, "/vm/", 4) == 0 && strlen(vm_path + 4) < sizeof(vm->uuid))
		memcpy(vm->uuid, vm_path + 4, strlen(vm_path + 4) + 1);
	vm->type = read_type(xs, domid);
	vm->limits.vm_kernel = vm_limit(xs, domid, "pv-kernel-max-size");
	vm->limits.vm_ramdisk = vm_limit(xs, domid, "pv-ramdisk-max-size");
}

/* xenopsd lists the domains of a VM below /vm/<uuid>/domains: the newest has the highest
 * number. */
static bool find_by_uuid(struct xs_conn *xs, const char *uuid, unsigned *ret_domid)
{
	autofree char *path = text_printf("/vm/%s/domains", uuid);
	autofree char **names = NULL;
	unsigned count, i, domid;
	bool found = false;

	if (!path || tree_path_check(path) < 0 ||
	    xs_conn_list(xs, path, &names, &count) < 0)
		return false;
	for (i = 0; i < count; i++)
		if (domains_parse_domid(names[i], strlen(names[i]), &domid) &&
		    (!found || domid > *ret_domid)) {
			*ret_domid = domid;
			found = true;
		}
	return found;
}

int host_find(const struct request *request, struct host_vm *ret_vm, char *why,
	      size_t size)
{
	autoxs struct xs_conn *xs = NULL;
	autodomain struct domain domain = { 0 };
	unsigned domid;
	bool found = false;
	int r;

	memset(ret_vm, 0, sizeof(*ret_vm));
	if (request->domain) /* its name, unless it runs and tells another */
		snprintf(ret_vm->name, sizeof(ret_vm->name), "%s", request->domain);
	r = xs_conn_open(&xs);
	if (r < 0) {
		log_debug("xenstore is not there, so no limits come from it");
		return 0;
	}
	ret_vm->limits.host_kernel = read_limit(xs, "/mh/limits/pv-kernel-max-size");
	ret_vm->limits.host_ramdisk = read_limit(xs, "/mh/limits/pv-ramdisk-max-size");
	if (request->domain) {
		r = domains_find(xs, request->domain, &domain, why, size);
		if (r < 0 && r != -ENXIO)
			return r;
		domid = domain.domid;
		found = r == 0;
	} else if (request->vm_uuid) {
		found = find_by_uuid(xs, request->vm_uuid, &domid);
	} else if (request->output) {
		found = host_output_domid(request->output, &domid) == 0;
	}
	if (found)
		read_vm(xs, domid, ret_vm);
	return 0;
}

bool host_unpacks(enum payload payload)
{
	autofree char *text = NULL;
	uint64_t minor;

	switch (payload) {
	case PAYLOAD_NONE:
	case PAYLOAD_GZIP:
	case PAYLOAD_XZ:
	case PAYLOAD_LZMA:
		return true;
	case PAYLOAD_ZSTD:
		if (io_read_file_at(AT_FDCWD, "/sys/hypervisor/version/minor", 64, &text,
				    NULL) < 0)
			return true; /* not on Xen: nothing will be built here */
		text[strcspn(text, "\n")] = '\0';
		return io_parse_u64(text, UINT32_MAX, &minor) < 0 ||
		       minor >= ZSTD_SINCE_MINOR;
	default:
		return false;
	}
}
