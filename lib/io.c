/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define IO_FIRST_READ 4096 /* bytes: the files of /proc, /sys and /etc fit */

int io_reserve_std_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* the lowest free number is this one: those before it are open by now */
		if (open("/dev/null", flags) < 0)
			return -errno;
	}
	return 0;
}

/* Double @*buf, at most to @max + 2 bytes: one to see that there is more, one for the
 * NUL. */
static int grow(char **buf, size_t *room, size_t max)
{
	size_t want = *room ? *room * 2 : IO_FIRST_READ;
	char *more;

	if (want > max + 2)
		want = max + 2;
	more = realloc(*buf, want);
	if (!more)
		return -ENOMEM;
	*buf = more;
	*room = want;
	return 0;
}

int io_read_limited(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	autofree char *buf = NULL;
	size_t room = 0, len = 0;
	ssize_t n;

	for (;;) {
		if (len + 1 >= room && grow(&buf, &room, max) < 0)
			return -ENOMEM;
		n = read(fd, buf + len, room - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	buf[len] = '\0';
	if (ret_len)
		*ret_len = len;
	*ret_text = steal_ptr(buf);
	return 0;
}

int io_read_file_at(int dirfd, const char *path, size_t max, char **ret_text,
		    size_t *ret_len)
{
	autoclose int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return io_read_limited(fd, max, ret_text, ret_len);
}

int io_open_file_at(int dirfd, const char *path)
{
	autoclose int fd =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? steal_fd(&fd) : -EINVAL;
}

DIR *io_opendir_at(int dirfd, const char *path)
{
	autoclose int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d)
		(void)steal_fd(&fd); /* closedir() closes it */
	return d;
}

int io_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int io_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	return errno ? -errno : -EIO;
}

int io_beside(const char *relative, char *ret_path, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	const char *slash = n > 0 ? memrchr(self, '/', (size_t)n) : NULL;

	if (!slash || n == (ssize_t)sizeof(self))
		return n < 0 ? -errno : -ENAMETOOLONG;
	if ((size_t)(slash - self) + strlen(relative) + 2 > size)
		return -ENAMETOOLONG;
	(void)snprintf(ret_path, size, "%.*s/%s", (int)(slash - self), self, relative);
	return 0;
}

int io_parse_u64(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (const char *p = text; *p; p++)
		if (*p < '0' || *p > '9')
			return -EINVAL;
	for (const char *p = text; *p; p++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value) ||
		    value > max)
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int io_parse_hex(const char *text, size_t len, uint8_t *ret_bytes)
{
	if (len % 2 != 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (hex_digit(text[i]) < 0)
			return -EINVAL;
	for (size_t i = 0; i < len / 2; i++)
		ret_bytes[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 +
					 hex_digit(text[2 * i + 1]));
	return 0;
}

int io_parse_mac(const char *text, size_t len, uint8_t ret_mac[MAC_LEN])
{
	uint8_t mac[MAC_LEN];

	if (len != sizeof("00:16:3e:00:00:01") - 1)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(mac); i++)
		if ((i > 0 && text[3 * i - 1] != ':') ||
		    io_parse_hex(text + 3 * i, 2, &mac[i]) < 0)
			return -EINVAL;
	memcpy(ret_mac, mac, sizeof(mac));
	return 0;
}

uint64_t io_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
