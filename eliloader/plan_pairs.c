/* SPDX-License-Identifier: BSD-2-Clause */
/* Where to look for kernel and ramdisk: the family's table with release and architecture
 * put in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "eliloader/sums.h"

/* Which halves of the table count, in order. */
struct archs {
	const char *bits[2]; /* "32", "64" */
	unsigned count;
};

static bool is_one_of(const char *value, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(value, *names) == 0)
			return true;
	return false;
}

static int default_archs(struct plan *p, struct archs *ret)
{
	const struct distro *d = p->distro;

	ret->bits[0] = d->default32 ? "32" : "64";
	ret->bits[1] = "64";
	ret->count = d->default32 ? 2 : 1;
	p->arch = "x86_64";
	if (!d->default32)
		return 0;
	return plan_reason(p, "install-arch is not set: %s is looked for, then %s",
			   d->arch32, d->arch64);
}

static int take_archs(struct plan *p, const struct plan_from *f, struct archs *ret)
{
	static const char *const names32[] = {
		"i386", "i486", "i586", "i686", "x86", NULL
	};
	static const char *const names64[] = { "x86_64", "amd64", NULL };
	const char *value = record_other(f->record, "install-arch");
	char shown[SHOWN_MAX];
	bool is32;

	if (!value || !*value)
		return default_archs(p, ret);
	is32 = is_one_of(value, names32);
	if (!is32 && !is_one_of(value, names64))
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:install-arch is '%s'. Set it to i386, x86_64 or "
			"amd64.",
			plan_shown(shown, value));
	if (is32 && !p->distro->arch32)
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:install-arch is '%s', but install-distro %s is "
			"made for %s only.",
			value, p->distro->name, p->distro->arch64);
	ret->bits[0] = is32 ? "32" : "64";
	ret->count = 1;
	p->arch = is32 ? "i386" : "x86_64";
	return 0;
}

static bool is_release(const char *text, size_t len, size_t room)
{
	if (len == 0 || len >= room || text[0] == '.')
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._+~-") >= len;
}

/* An address that goes down to a release: "http://host/debian/dists/bookworm/..." is
 * release bookworm of "http://host/debian/". */
static void cut_at_dists(struct plan *p)
{
	char *url = strstr(p->repo.url, "://") + 3, *dists = strstr(url, "/dists/"),
	     *query;
	size_t len;

	if (!dists)
		return;
	len = strcspn(dists + 7, "/?");
	if (!is_release(dists + 7, len, sizeof(p->release)))
		return;
	memcpy(p->release, dists + 7, len);
	p->release[len] = '\0';
	query = strchr(dists, '?');
	memmove(dists + 1, query ? query : "", query ? strlen(query) + 1 : 1);
	dists = strstr(p->repo.nfs_path, "/dists/");
	if (dists)
		dists[dists == p->repo.nfs_path] = '\0'; /* "/" at least stays */
}

static int take_release(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "debian-release");
	char shown[SHOWN_MAX];

	if (!p->distro->release || p->repo.scheme == SCHEME_CDROM)
		return 0;
	cut_at_dists(p);
	if (p->release[0])
		return plan_reason(p, "the release is %s, by its address%s", p->release,
				   value && strcmp(value, p->release) != 0
					   ? "; debian-release says another"
					   : "");
	if (!value || !*value)
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:debian-release is not set, and install-repository "
			"does not name a release as .../dists/RELEASE/. Set it to the "
			"release's code name, such as bookworm.");
	if (!is_release(value, strlen(value), sizeof(p->release)))
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:debian-release is '%s', which is no release's "
			"code name.",
			plan_shown(shown, value));
	memcpy(p->release, value, strlen(value) + 1);
	return 0;
}

/* Put release and architecture into a path of the table. */
static int expand(const struct plan *p, const char *bits, const char *from,
		  char out[REPO_PATH_MAX])
{
	const char *arch =
		strcmp(bits, "32") == 0 ? p->distro->arch32 : p->distro->arch64;
	size_t at = 0;

	for (; *from; from++) {
		const char *text = from;
		size_t len = 1;

		if (*from == '%') {
			text = *++from == 'R' ? p->release : arch;
			len = strlen(text);
		}
		if (at + len >= REPO_PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(out + at, text, len);
		at += len;
	}
	out[at] = '\0';
	return 0;
}

static int add_candidate(struct plan *p, const struct plan_candidate *c)
{
	struct plan_candidate *more;

	if (p->candidate_count >= CANDIDATES_MAX)
		return -ENOMEM; /* a table that is too long: a test sees it */
	more = reallocarray(p->candidate, p->candidate_count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->candidate = more;
	p->candidate[p->candidate_count++] = *c;
	return 0;
}

static int add_pair(struct plan *p, const struct pair *pair, const char *bits)
{
	struct plan_candidate c = { .media = pair->media };

	if (expand(p, bits, pair->kernel, c.kernel) < 0 ||
	    expand(p, bits, pair->ramdisk, c.ramdisk) < 0 ||
	    (pair->sums && expand(p, bits, pair->sums, c.sums) < 0))
		return plan_fail(p, FAILURE_METHOD,
				 "other-config:debian-release is too long");
	return add_candidate(p, &c);
}

/* Does the line belong to this half?  One that is the same for both is looked for once,
 * with the last. */
static bool pair_counts(const struct pair *pair, const char *bits, bool last,
			enum where where)
{
	if (!(pair->where & where))
		return false;
	if (pair->arch)
		return strcmp(pair->arch, bits) == 0;
	return last || strstr(pair->kernel, "%A");
}

static int take_table(struct plan *p, const struct archs *archs)
{
	enum where where = p->repo.scheme == SCHEME_CDROM ? ON_CDROM : ON_NETWORK;
	int r = 0;

	for (unsigned i = 0; i < archs->count; i++)
		for (const struct pair *pair = p->distro->pairs; r == 0 && pair->kernel;
		     pair++)
			if (pair_counts(pair, archs->bits[i], i + 1 == archs->count,
					where))
				r = add_pair(p, pair, archs->bits[i]);
	return r;
}

static int take_path(struct plan *p, const char *key, const char *value,
		     char out[REPO_PATH_MAX])
{
	char shown[SHOWN_MAX];

	while (*value == '/')
		value++; /* "/vmlinuz": below the repository all the same */
	if (sums_check_path(value) < 0)
		return plan_fail(
			p, FAILURE_SOURCE,
			"other-config:%s is '%s'. It must be a file's path below the "
			"repository, of letters, digits and ._+~/-.",
			key, plan_shown(shown, value));
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

/* install-kernel and install-ramdisk. */
static int take_named(struct plan *p, const struct plan_from *f)
{
	const char *kernel = record_other(f->record, "install-kernel");
	const char *ramdisk = record_other(f->record, "install-ramdisk");
	struct plan_candidate c = { .media = MEDIA_PLAIN };
	int r;

	if (!kernel || !*kernel)
		return plan_fail(
			p, FAILURE_SOURCE,
			"other-config:install-kernel is not set, and install-distro "
			"pygrub needs it: the kernel's path below the repository.");
	r = take_path(p, "install-kernel", kernel, c.kernel);
	if (r == 0 && ramdisk && *ramdisk)
		r = take_path(p, "install-ramdisk", ramdisk, c.ramdisk);
	return r != 0 ? r : add_candidate(p, &c);
}

/* rhel41 and rhel44: dom0's own files. */
static int take_dom0_files(struct plan *p, const struct plan_from *f)
{
	const struct config *c = f->config;
	bool el41 = strcmp(p->distro->name, "rhel41") == 0;
	const char *kernel = el41 ? c->rhel41_kernel : c->rhel44_kernel;
	const char *ramdisk = el41 ? c->rhel41_ramdisk : c->rhel44_ramdisk;
	int k, i;

	if (kernel)
		k = snprintf(p->kernel_path, sizeof(p->kernel_path), "%s", kernel);
	else
		k = snprintf(p->kernel_path, sizeof(p->kernel_path), "%s/%s-vmlinuz",
			     c->installer_dir, p->distro->name);
	if (ramdisk)
		i = snprintf(p->ramdisk_path, sizeof(p->ramdisk_path), "%s", ramdisk);
	else
		i = snprintf(p->ramdisk_path, sizeof(p->ramdisk_path), "%s/%s-initrd",
			     c->installer_dir, p->distro->name);
	if (k < 0 || (size_t)k >= sizeof(p->kernel_path) || i < 0 ||
	    (size_t)i >= sizeof(p->ramdisk_path))
		return plan_fail(p, "SUPPORT_PACKAGE_MISSING",
				 "the path of the kernel or ramdisk of %s is too long",
				 p->distro->name);
	return 0;
}

int plan_take_pairs(struct plan *p, const struct plan_from *f)
{
	struct archs archs = { .count = 0 };
	int r = take_archs(p, f, &archs);

	if (r != 0)
		return r;
	if (p->distro->dom0_files)
		return take_dom0_files(p, f);
	if (strcmp(p->distro->name, "pygrub") == 0)
		return take_named(p, f);
	p->treeinfo = p->distro->treeinfo;
	r = take_release(p, f);
	return r != 0 ? r : take_table(p, &archs);
}
