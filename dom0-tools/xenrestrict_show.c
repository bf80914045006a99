/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "dom0-tools/xenrestrict_handles.h"

struct xs_handle *xenrestrict_xenstore(const struct xenrestrict *x)
{
	return x->xsh;
}

struct xenevtchn_handle *xenrestrict_evtchn(const struct xenrestrict *x)
{
	return x->xce;
}

struct xenforeignmemory_handle *xenrestrict_foreignmemory(const struct xenrestrict *x)
{
	return x->fmem;
}

struct xendevicemodel_handle *xenrestrict_devicemodel(const struct xenrestrict *x)
{
	return x->dmod;
}

struct xc_interface_core *xenrestrict_privcmd(const struct xenrestrict *x)
{
	return x->xch;
}

int xenrestrict_privcmd_fd(const struct xenrestrict *x)
{
	if (x->fmem_count > 0)
		return x->fmem_fd[0];
	if (x->dmod_count > 0)
		return x->dmod_fd[0];
	return x->xch_fd >= 0 ? x->xch_fd : x->inherited_privcmd;
}

unsigned xenrestrict_domid(const struct xenrestrict *x)
{
	return x->domid;
}

/* Text that grows past its room is counted and not kept, as snprintf() does. */
struct text {
	char *buf;
	size_t size;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt,
						      ...)
{
	size_t at = t->len < t->size ? t->len : t->size;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(at < t->size ? t->buf + at : NULL, t->size - at, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n;
}

size_t xenrestrict_describe(const struct xenrestrict *x, char *buf, size_t size)
{
	struct text t = { .buf = buf, .size = size };

	if (size > 0)
		buf[0] = '\0';
	if (x->xsh)
		add(&t, "xenstore: domain %u, through a broker\n", x->domid);
	if (x->xce)
		add(&t, "event channels: domain %u, by the kernel\n", x->domid);
	if (x->fmem)
		add(&t, "foreign memory: domain %u, by the kernel\n", x->domid);
	if (x->dmod)
		add(&t, "device model: domain %u, by the kernel\n", x->domid);
	if (x->xch)
		add(&t, "privileged commands: domain %u, by the kernel; no hypercalls\n",
		    x->domid);
	if (x->inherited_privcmd >= 0)
		add(&t,
		    "privileged commands: domain %u, by the kernel, inherited; no "
		    "hypercalls\n",
		    x->domid);
	return t.len;
}
