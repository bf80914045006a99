/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/os_release.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Copy @len bytes as one line of text, see the header. */
static void copy_text(char *out, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			continue;
		if (n == OS_TEXT_MAX - 1) {
			/* cut: take back a character that is not whole */
			while (n > 0 && ((unsigned char)text[i] & 0xc0) == 0x80) {
				i--;
				n--;
			}
			break;
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* Split "12.11" or "v1.7.0" into digits; what is not digits stays empty. */
static void split_version(const char *version, struct os_facts *os)
{
	size_t n;

	version += *version == 'v';
	n = strspn(version, "0123456789");
	os->major[0] = os->minor[0] = '\0';
	if (n == 0 || n >= OS_TEXT_MAX)
		return;
	copy_text(os->major, version, n);
	version += n;
	n = *version == '.' ? strspn(version + 1, "0123456789") : 0;
	if (n > 0 && n < OS_TEXT_MAX)
		copy_text(os->minor, version + 1, n);
}

/* Undo the quoting of one value, to the end of its line. */
static void unquote(const char *p, const char *end, char *out)
{
	char plain[2 * OS_TEXT_MAX]; /* control characters are dropped after this */
	size_t n = 0;
	char quote = 0;

	for (; p < end && n < sizeof(plain); p++) {
		if (quote && *p == quote) {
			quote = 0;
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' && p + 1 < end) {
			plain[n++] = *++p;
		} else {
			plain[n++] = *p;
		}
	}
	while (n > 0 && isspace((unsigned char)plain[n - 1]))
		n--;
	copy_text(out, plain, n);
}

/* The value of @key; the last line wins, as in a shell.  False when there is none. */
static bool lookup(const char *text, const char *key, char *out)
{
	size_t n = strlen(key);
	bool found = false;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > n && strncmp(text, key, n) == 0 && text[n] == '=') {
			unquote(text + n + 1, text + len, out);
			found = *out != '\0';
		}
		text += len + (text[len] == '\n');
	}
	return found;
}

int os_release_parse(const char *text, struct os_facts *ret)
{
	struct os_facts os = { 0 };
	char version[OS_TEXT_MAX] = "", name[OS_TEXT_MAX] = "";

	if (!lookup(text, "ID", os.distro))
		(void)lookup(text, "DISTRIB_ID", os.distro); /* checked below */
	if (!lookup(text, "VERSION_ID", version))
		(void)lookup(text, "DISTRIB_RELEASE", version); /* rolling: none */
	if (!lookup(text, "NAME", name))
		memcpy(name, os.distro, sizeof(name));
	if (!lookup(text, "PRETTY_NAME", os.name) &&
	    !lookup(text, "DISTRIB_DESCRIPTION", os.name) && name[0]) {
		char joined[2 * OS_TEXT_MAX + 1];
		int n = snprintf(joined, sizeof(joined), "%s%s%s", name,
				 *version ? " " : "", version);

		copy_text(os.name, joined, (size_t)n);
	}
	if (!os.distro[0] && !os.name[0])
		return -ENODATA;
	if (!os.distro[0])
		memcpy(os.distro, "linux", sizeof("linux")); /* os-release(5)'s default */
	lower(os.distro);
	split_version(version, &os);
	*ret = os;
	return 0;
}

int os_redhat_parse(const char *text, struct os_facts *ret)
{
	struct os_facts os = { 0 };
	const char *release = strstr(text, " release ");
	size_t line = strcspn(text, "\n");

	if (!release || release > text + line)
		return -ENODATA;
	copy_text(os.name, text, line);
	if (strncmp(text, "Red Hat", 7) == 0)
		memcpy(os.distro, "rhel",
		       sizeof("rhel")); /* what os-release says later */
	else
		copy_text(os.distro, text, strcspn(text, " \n"));
	if (!os.distro[0])
		memcpy(os.distro, "linux", sizeof("linux")); /* a line without a name */
	lower(os.distro);
	split_version(release + strlen(" release "), &os);
	*ret = os;
	return 0;
}

int os_version_parse(const char *text, const char *distro, const char *name,
		     struct os_facts *ret)
{
	struct os_facts os = { 0 };
	char joined[2 * OS_TEXT_MAX];
	int n;

	split_version(text, &os);
	if (!os.major[0])
		return -ENODATA;
	copy_text(os.distro, distro, strlen(distro));
	n = snprintf(joined, sizeof(joined), "%s %.*s", name, (int)strcspn(text, "\n"),
		     text);
	copy_text(os.name, joined,
		  (size_t)n < sizeof(joined) ? (size_t)n : sizeof(joined) - 1);
	*ret = os;
	return 0;
}

void os_complete_minor(const char *text, struct os_facts *os)
{
	struct os_facts found = { 0 };

	if (!os->major[0] || os->minor[0])
		return;
	text += strcspn(text, "0123456789");
	split_version(text, &found);
	if (strcmp(found.major, os->major) == 0)
		memcpy(os->minor, found.minor, sizeof(os->minor));
}
