/* SPDX-License-Identifier: BSD-2-Clause */
/* The record's values are hostile: each is checked here, and refused rather than
 * repaired. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "lib/io.h"

bool plan_is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* One limit, from the strongest word. */
static int take_limit(struct plan *p, const struct plan_from *f, const char *key,
		      const uint64_t store[2], uint64_t configured, uint64_t ceiling,
		      uint64_t *ret)
{
	const char *value = record_platform(f->record, key);
	uint64_t limit = configured, max = larger(ceiling, configured);
	const char *who = "by configuration";
	char shown[SHOWN_MAX];

	if (value && (io_parse_u64(value, UINT64_MAX, &limit) < 0 || limit == 0))
		return plan_fail(
			p, FAILURE_LIMITS,
			"platform:%s is '%s', which is not a number of bytes. Set it "
			"to one, or remove it.",
			key, plan_shown(shown, value));
	if (value)
		who = "by platform";
	else if (store[0] || store[1])
		who = store[0] ? "by the VM's xenstore key"
			       : "by the host's xenstore key";
	if (!value && (store[0] || store[1]))
		limit = store[0] ? store[0] : store[1];
	*ret = limit > max ? max : limit;
	if (limit == configured)
		return 0;
	return plan_reason(p, "%s is %" PRIu64 " bytes %s%s", key, *ret, who,
			   limit > max ? ", as far as the host allows" : "");
}

int plan_take_limits(struct plan *p, const struct plan_from *f)
{
	const uint64_t kernel[2] = { f->store->vm_kernel, f->store->host_kernel };
	const uint64_t ramdisk[2] = { f->store->vm_ramdisk, f->store->host_ramdisk };
	int r;

	p->limits.unpacked = f->config->unpacked_max;
	r = take_limit(p, f, "pv-kernel-max-size", kernel, f->config->kernel_max,
		       KERNEL_MAX_CEILING, &p->limits.kernel);
	if (r == 0)
		r = take_limit(p, f, "pv-ramdisk-max-size", ramdisk,
			       f->config->ramdisk_max, RAMDISK_MAX_CEILING,
			       &p->limits.ramdisk);
	return r;
}

static void take_later(const struct plan_from *f, const char *key, uint64_t max,
		       uint64_t *ret)
{
	const char *value = record_platform(f->record, key);
	uint64_t limit;

	if (value && io_parse_u64(value, UINT64_MAX, &limit) == 0 && limit > 0)
		*ret = limit > max ? max : limit;
}

int plan_take_later_limits(struct plan *p, const struct plan_from *f)
{
	struct plan_limits before = p->limits;

	take_later(f, "pv-postinstall-kernel-max-size",
		   larger(KERNEL_MAX_CEILING, f->config->kernel_max), &p->limits.kernel);
	take_later(f, "pv-postinstall-ramdisk-max-size",
		   larger(RAMDISK_MAX_CEILING, f->config->ramdisk_max),
		   &p->limits.ramdisk);
	if (before.kernel == p->limits.kernel && before.ramdisk == p->limits.ramdisk)
		return 0;
	return plan_reason(p,
			   "the limits of after the install hold: kernel %" PRIu64
			   ", ramdisk %" PRIu64 " bytes",
			   p->limits.kernel, p->limits.ramdisk);
}

/* The text that XAPI's users know (contract par. 1.3). */
#define REPOSITORY_TEXT                                                                  \
	"other-config:install-repository was not set to an appropriate value, and this " \
	"is "                                                                            \
	"required for the selected distribution type."

static int check_allowed(struct plan *p, const struct plan_from *f, const char *key,
			 const char *host)
{
	if (config_allows_host(f->config, host))
		return 0;
	return plan_fail(
		p, FAILURE_SOURCE,
		"%s: this host does not allow the host '%s'. Its administrator may add "
		"it to allow-host in %s.",
		key, host,
		f->request->config_file ? f->request->config_file : CONFIG_FILE_DEFAULT);
}

static int check_place(struct plan *p, const struct plan_from *f)
{
	bool cdrom = p->repo.scheme == SCHEME_CDROM;

	if (cdrom ? !p->distro->cdrom : !p->distro->network)
		return plan_fail(p, FAILURE_METHOD,
				 "install-distro %s has no %s support: set "
				 "install-repository to %s.",
				 p->distro->name, cdrom ? "ISO" : "network",
				 cdrom ? "an address" : "cdrom");
	return cdrom ? 0 : check_allowed(p, f, "install-repository", p->repo.host);
}

int plan_take_repo(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "install-repository");
	char why[256], shown[SHOWN_MAX], display[URL_LEN_MAX];
	int r;

	if (!value || !*value)
		return plan_fail(p, FAILURE_METHOD, "%s", REPOSITORY_TEXT);
	if (repo_parse(value, &p->repo, why, sizeof(why)) < 0)
		return plan_fail(
			p, FAILURE_METHOD,
			"%s It is '%s': %s. Set it to cdrom, or to an address that "
			"begins with http://, https://, ftp:// or nfs:.",
			REPOSITORY_TEXT, plan_shown(shown, value), why);
	r = check_place(p, f);
	if (r != 0)
		return r;
	repo_display(&p->repo, display, sizeof(display));
	return plan_reason(p, "install-repository is %s", display);
}

int plan_take_proxy(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "install-proxy");
	char why[256], shown[SHOWN_MAX];
	struct repo proxy;
	size_t len;
	int r;

	if (!value || !*value || p->repo.scheme == SCHEME_CDROM)
		return 0;
	if (p->repo.scheme == SCHEME_NFS)
		return plan_reason(p, "install-proxy is ignored: nfs knows no proxies");
	if (repo_parse_proxy(value, &proxy, why, sizeof(why)) < 0)
		return plan_fail(p, FAILURE_METHOD,
				 "other-config:install-proxy is '%s': %s. Set it to "
				 "http://HOST:PORT, or remove it.",
				 plan_shown(shown, value), why);
	r = check_allowed(p, f, "install-proxy", proxy.host);
	if (r != 0)
		return r;
	len = strlen(proxy.url);
	if (len > sizeof(p->proxy)) /* with the '/' that is left out */
		return plan_fail(p, FAILURE_METHOD,
				 "other-config:install-proxy is too long");
	memcpy(p->proxy, proxy.url, len - 1);
	p->proxy[len - 1] = '\0';
	return plan_reason(p, "it is asked for through the proxy %s", proxy.host);
}

/* Do the kernel's own quotes close?  Else they would swallow what the toolstack adds. */
static bool quotes_close(const char *text)
{
	unsigned quotes = 0;

	for (; *text; text++)
		quotes += *text == '"';
	return quotes % 2 == 0;
}

static int take_text(struct plan *p, const struct plan_from *f, const char *key,
		     char *out, size_t size)
{
	const char *value = record_other(f->record, key);
	char shown[SHOWN_MAX];

	if (!value)
		return 0;
	if (strlen(value) >= size || !plan_is_printable(value) || !quotes_close(value))
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:%s is '%s'. It may be up to %zu printable ASCII "
			"characters, with quotes that close.",
			key, plan_shown(shown, value), size - 1);
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

/* One word that an installer and its shell scripts take as it is. */
static bool is_password(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= 0x20 || *c > 0x7e || strchr("\"'`\\$", *c))
			return false;
	return true;
}

static int take_password(struct plan *p, const struct plan_from *f)
{
	const char *value = record_other(f->record, "install-vncpasswd");
	size_t len = value ? strlen(value) : 0;

	if (len == 0)
		return 0;
	if (len >= sizeof(p->vncpassword) || !is_password(value))
		return plan_fail(
			p, FAILURE_METHOD,
			"other-config:install-vncpasswd is no password for an installer: "
			"it may be up to %zu ASCII characters, without spaces, quotes, "
			"'$' and '\\'.",
			sizeof(p->vncpassword) - 1);
	memcpy(p->vncpassword, value, len + 1);
	if (len < 6 || len > 8)
		return plan_reason(
			p,
			"install-vncpasswd has %zu characters; installers want "
			"at least 6, and VNC counts the first 8",
			len);
	return 0;
}

static int take_vnc(struct plan *p, const struct plan_from *f)
{
	const char *vnc = record_other(f->record, "install-vnc");
	const struct media_words *words = media_words(p->distro->media);

	p->vnc = vnc && (strcmp(vnc, "1") == 0 || strcmp(vnc, "true") == 0);
	if (p->vnc && !words->vnc)
		return plan_reason(p, "install-vnc is ignored: %s has no VNC",
				   words->name);
	if (!vnc || !*vnc || p->vnc || strcmp(vnc, "false") == 0 || strcmp(vnc, "0") == 0)
		return 0;
	return plan_reason(p, "install-vnc is neither 1 nor true: no VNC");
}

int plan_take_words(struct plan *p, const struct plan_from *f)
{
	int r = take_vnc(p, f);

	if (r == 0)
		r = take_password(p, f);
	if (r == 0)
		r = take_text(p, f, "install-args", p->install_args,
			      sizeof(p->install_args));
	return r;
}
