/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksum lists, line by line, and .treeinfo, looked up key by key. */
#include "eliloader/sums.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"

/* Bytes of a text that has no NUL at its end. */
struct span {
	const char *p;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.len > 0 && is_blank(*s.p)) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static bool starts_with(struct span s, const char *text)
{
	return s.len >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

/* Take a line, without its end, off *@rest; false: there is none. */
static bool next_line(struct span *rest, struct span *ret_line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->p, '\n', rest->len);
	ret_line->p = rest->p;
	ret_line->len = end ? (size_t)(end - rest->p) : rest->len;
	rest->p += ret_line->len + (end ? 1 : 0);
	rest->len -= ret_line->len + (end ? 1 : 0);
	return true;
}

/* Take a word off *@rest; empty when there is none. */
static struct span next_word(struct span *rest)
{
	struct span word;

	*rest = trim(*rest);
	word.p = rest->p;
	word.len = 0;
	while (word.len < rest->len && !is_blank(rest->p[word.len]))
		word.len++;
	rest->p += word.len;
	rest->len -= word.len;
	return word;
}

static int parse_digest(struct span s, uint8_t ret_sha256[SHA256_LEN])
{
	if (s.len != (size_t)2 * SHA256_LEN || io_parse_hex(s.p, s.len, ret_sha256) < 0)
		return -EBADMSG;
	return 0;
}

/* What is being looked for in a list, and what has been found. */
struct lookup {
	const char *path;
	bool found;
	uint8_t sha256[SHA256_LEN];
	uint64_t size;
	size_t entries; /* of any path */
};

static int lookup_entry(struct lookup *l, struct span path,
			const uint8_t sha256[SHA256_LEN], uint64_t size)
{
	l->entries++;
	if (starts_with(path, "./")) {
		path.p += 2;
		path.len -= 2;
	}
	if (!span_is(path, l->path))
		return 0;
	if (l->found && (memcmp(l->sha256, sha256, SHA256_LEN) != 0 || l->size != size))
		return -EBADMSG;
	l->found = true;
	memcpy(l->sha256, sha256, SHA256_LEN);
	l->size = size;
	return 0;
}

/* 0, -ENOENT, or -EBADMSG when nothing in the text was an entry. */
static int lookup_result(const struct lookup *l, uint8_t ret_sha256[SHA256_LEN])
{
	if (!l->found)
		return l->entries > 0 ? -ENOENT : -EBADMSG;
	memcpy(ret_sha256, l->sha256, SHA256_LEN);
	return 0;
}

/* As sha256sum writes it: digest, a space, a space or '*', the name. */
static int sha256sum_line(struct lookup *l, struct span line)
{
	struct span rest = trim(line), digest = next_word(&rest);
	uint8_t sha256[SHA256_LEN];

	if (parse_digest(digest, sha256) < 0)
		return -EBADMSG;
	rest = trim(rest);
	if (starts_with(rest, "*")) {
		rest.p++;
		rest.len--;
	}
	return rest.len > 0 ? lookup_entry(l, rest, sha256, 0) : -EBADMSG;
}

int sums_sha256sums(const char *text, size_t len, const char *path,
		    uint8_t ret_sha256[SHA256_LEN])
{
	struct lookup l = { .path = path };
	struct span rest = { text, len }, line;

	while (next_line(&rest, &line)) {
		line = trim(line);
		if (line.len == 0 || *line.p == '#')
			continue;
		if (sha256sum_line(&l, line) < 0)
			return -EBADMSG;
	}
	return lookup_result(&l, ret_sha256);
}

/* "HASH SHA256 <hex> PATH"; one with another digest counts as a line of such a file. */
static int hash_line(struct lookup *l, struct span rest)
{
	uint8_t sha256[SHA256_LEN];
	struct span kind = next_word(&rest), digest = next_word(&rest);

	rest = trim(rest);
	if (kind.len == 0 || digest.len == 0 || rest.len == 0)
		return -EBADMSG;
	l->entries++;
	if (!span_is(kind, "SHA256"))
		return 0;
	return parse_digest(digest, sha256) < 0 ? -EBADMSG
						: lookup_entry(l, rest, sha256, 0);
}

int sums_content(const char *text, size_t len, const char *path,
		 uint8_t ret_sha256[SHA256_LEN])
{
	struct lookup l = { .path = path };
	struct span rest = { text, len }, line;
	int r = 0;

	while (r >= 0 && next_line(&rest, &line)) {
		struct span words = line, first = next_word(&words);
		uint8_t sha256[SHA256_LEN];

		if (span_is(first, "HASH"))
			r = hash_line(&l, words);
		else if (parse_digest(first, sha256) >= 0)
			r = sha256sum_line(&l, line);
	}
	return r < 0 ? r : lookup_result(&l, ret_sha256);
}

/* A decimal number of bytes. */
static int parse_size(struct span s, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0)
		return -EBADMSG;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
			return -EBADMSG;
	*ret = value;
	return 0;
}

/* " <hex> <size> <path>" */
static int release_line(struct lookup *l, struct span rest)
{
	struct span digest = next_word(&rest), size = next_word(&rest);
	uint8_t sha256[SHA256_LEN];
	uint64_t bytes;

	rest = trim(rest);
	if (parse_digest(digest, sha256) < 0 || parse_size(size, &bytes) < 0 ||
	    rest.len == 0)
		return -EBADMSG;
	return lookup_entry(l, rest, sha256, bytes);
}

int sums_release(const char *text, size_t len, const char *path,
		 uint8_t ret_sha256[SHA256_LEN], uint64_t *ret_size)
{
	struct lookup l = { .path = path };
	struct span rest = { text, len }, line;
	bool inside = false;
	unsigned lists = 0;
	int r = 0;

	while (r >= 0 && next_line(&rest, &line)) {
		bool indented = line.len > 0 && is_blank(*line.p);

		if (starts_with(line, "SHA256:")) {
			inside = true;
			if (lists++ > 0)
				return -EBADMSG;
		} else if (!indented) {
			inside = false;
		} else if (inside) {
			r = release_line(&l, line);
		}
	}
	if (r >= 0)
		r = lookup_result(&l, ret_sha256);
	if (r >= 0)
		*ret_size = l.size;
	return r;
}

static bool is_path_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("._+~/-", c));
}

int sums_check_path(const char *path)
{
	size_t len = strlen(path);

	if (len == 0 || len >= REPO_PATH_MAX || *path == '/' || path[len - 1] == '/' ||
	    strstr(path, ".."))
		return -EBADMSG;
	for (const char *p = path; *p; p++)
		if (!is_path_byte(*p))
			return -EBADMSG;
	return 0;
}

/* The name of a "[section]" line, else an empty span. */
static struct span section_name(struct span line)
{
	struct span none = { line.p, 0 };

	line = trim(line);
	if (line.len < 3 || *line.p != '[' || line.p[line.len - 1] != ']')
		return none;
	line.p++;
	line.len -= 2;
	return line;
}

/* The value of "key = value" in [section], the first there is.  @key NULL: is the section
 * there? */
static bool ini_get(struct span text, const char *section, const char *key,
		    struct span *ret_value)
{
	bool inside = false;
	struct span line;

	while (next_line(&text, &line)) {
		struct span name = section_name(line), left = line;
		const char *mark = memchr(line.p, '=', line.len);

		if (name.len > 0)
			inside = span_is(name, section);
		if (inside && !key)
			return true;
		if (!inside || !mark || name.len > 0)
			continue;
		left.len = (size_t)(mark - line.p);
		if (!span_is(trim(left), key))
			continue;
		line.len -= left.len + 1;
		line.p = mark + 1;
		*ret_value = trim(line);
		return true;
	}
	return false;
}

/* For people: cut at its room, '?' for what is not printable. */
static void copy_words(struct span s, char *out, size_t size)
{
	size_t i;

	for (i = 0; i < s.len && i + 1 < size; i++)
		out[i] = (char)(s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?');
	out[i] = '\0';
}

static int copy_path(struct span s, char out[REPO_PATH_MAX])
{
	if (s.len >= REPO_PATH_MAX || memchr(s.p, '\0', s.len))
		return -EBADMSG;
	memcpy(out, s.p, s.len);
	out[s.len] = '\0';
	return sums_check_path(out);
}

/* Kernel and ramdisk, both from @section.  -ENOENT: it does not name both. */
static int read_pair(struct span text, const char *section, struct treeinfo *info)
{
	struct span kernel, ramdisk;
	int r;

	if (!ini_get(text, section, "kernel", &kernel) ||
	    !ini_get(text, section, "initrd", &ramdisk))
		return -ENOENT;
	r = copy_path(kernel, info->kernel);
	return r < 0 ? r : copy_path(ramdisk, info->ramdisk);
}

static int read_checksum(struct span text, const char *path, uint8_t *ret_known,
			 uint8_t ret_sha256[SHA256_LEN])
{
	struct span value;

	*ret_known = 0;
	if (!ini_get(text, "checksums", path, &value) || !starts_with(value, "sha256:"))
		return 0;
	value.p += strlen("sha256:");
	value.len -= strlen("sha256:");
	if (parse_digest(value, ret_sha256) < 0)
		return -EBADMSG;
	*ret_known = 1;
	return 0;
}

static void read_general(struct span text, struct treeinfo *info)
{
	struct span value;

	if (ini_get(text, "general", "family", &value) ||
	    ini_get(text, "release", "name", &value))
		copy_words(value, info->family, sizeof(info->family));
	if (ini_get(text, "general", "version", &value) ||
	    ini_get(text, "release", "version", &value))
		copy_words(value, info->version, sizeof(info->version));
	if (ini_get(text, "general", "arch", &value) ||
	    ini_get(text, "tree", "arch", &value))
		copy_words(value, info->arch, sizeof(info->arch));
}

#define DATE_MIN 1000 /* rolling distributions have a date for a version: 20260101 */

static enum media suse_media(unsigned major)
{
	/* 16 and later; but Leap was 42 before it was 15 */
	return major >= 16 && major != 42 && major < DATE_MIN ? MEDIA_AGAMA : MEDIA_YAST;
}

static enum media anaconda_media(const char *family, unsigned major)
{
	unsigned last_old = strncasecmp(family, "Fedora", 6) == 0 ? 16 : 6;

	return major > 0 && major <= last_old ? MEDIA_ANACONDA_OLD : MEDIA_ANACONDA;
}

/* Who made it, by family; rebuilds with a name of their own by where the tree has its
 * kernel: only Anaconda's trees have "images/pxeboot" and "images/xen". */
static enum media media_of(const struct treeinfo *info)
{
	if (strcasestr(info->family, "SUSE") || strncasecmp(info->family, "SLE", 3) == 0)
		return suse_media(info->major);
	if (strncasecmp(info->family, "Mageia", 6) == 0)
		return MEDIA_MAGEIA;
	if (strncasecmp(info->kernel, "images/", 7) == 0 ||
	    strncasecmp(info->family, "Fedora", 6) == 0)
		return anaconda_media(info->family, info->major);
	return MEDIA_UNKNOWN;
}

static unsigned major_of(const char *version)
{
	unsigned long value = strtoul(version, NULL, 10);

	return isdigit((unsigned char)*version) && value < 100000000 ? (unsigned)value
								     : 0;
}

int sums_treeinfo(const char *text, size_t len, const char *arch,
		  struct treeinfo *ret_info)
{
	struct span all = { text, len };
	struct treeinfo info = { 0 };
	char section[64];
	int r;

	if (!ini_get(all, "general", NULL, NULL) && !ini_get(all, "header", NULL, NULL))
		return -EBADMSG;
	(void)snprintf(section, sizeof(section), "images-%s", arch);
	r = read_pair(all, "images-xen", &info);
	if (r == -ENOENT)
		r = read_pair(all, section, &info);
	if (r >= 0)
		r = read_checksum(all, info.kernel, &info.sha256_known[STREAM_KERNEL],
				  info.sha256[STREAM_KERNEL]);
	if (r >= 0)
		r = read_checksum(all, info.ramdisk, &info.sha256_known[STREAM_RAMDISK],
				  info.sha256[STREAM_RAMDISK]);
	if (r < 0)
		return r;
	read_general(all, &info);
	info.major = major_of(info.version);
	info.media = media_of(&info);
	*ret_info = info;
	return 0;
}
