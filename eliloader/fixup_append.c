/* SPDX-License-Identifier: BSD-2-Clause */
/* fixup_append - an initrd with a cpio archive behind it; see fixup.h. */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/fixup.h"
#include "eliloader/limits.h"
#include "lib/io.h"

#define CPIO_ALIGN 4   /* where an uncompressed archive may begin */
#define END_ZEROS  4   /* at least */
#define END_ALIGN  512 /* as cpio(1) does; keeps the length a multiple of 4 */
#define COPY_MAX   (1 << 30)

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static int file_size(int fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret = (uint64_t)st.st_size;
	return 0;
}

static int check_overlay(int overlay, uint64_t len)
{
	static const char magic[] = "070701";
	char head[sizeof(magic) - 1];

	if (len > OVERLAY_MAX)
		return -EFBIG;
	if (pread(overlay, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return -EBADMSG;
	return memcmp(head, magic, sizeof(head)) == 0 ? 0 : -EBADMSG;
}

static int copy_by_hand(int from, off_t *at, int to, uint64_t len)
{
	char buf[65536];

	while (len > 0) {
		ssize_t n = pread(from, buf, len < sizeof(buf) ? len : sizeof(buf), *at);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO; /* it was that long a moment ago */
		r = io_write_all(to, buf, (size_t)n);
		if (r < 0)
			return r;
		*at += n;
		len -= (uint64_t)n;
	}
	return 0;
}

/* Copy as far as one call of the kernel's goes; what is left in *@len. */
typedef ssize_t (*kernel_copy)(int from, off_t *at, int to, size_t len);

static ssize_t by_range(int from, off_t *at, int to, size_t len)
{
	return copy_file_range(from, at, to, NULL, len, 0);
}

static ssize_t by_sendfile(int from, off_t *at, int to, size_t len)
{
	return sendfile(to, from, at, len);
}

/* A kernel or file system that cannot do it leaves the rest to the next way. */
static void copy_by(kernel_copy call, int from, off_t *at, int to, uint64_t *len)
{
	while (*len > 0) {
		ssize_t n = call(from, at, to, *len < COPY_MAX ? *len : COPY_MAX);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		*len -= (uint64_t)n;
	}
}

/* The first @len bytes of @from to where @to stands. */
static int copy_bytes(int from, int to, uint64_t len)
{
	off_t at = 0;

	copy_by(by_range, from, &at, to, &len);
	copy_by(by_sendfile, from, &at, to, &len);
	return copy_by_hand(from, &at, to, len);
}

/* Let @out be the ramdisk, sharing its blocks where the file system can. */
static int begin(int ramdisk, uint64_t len, int out)
{
	if (ftruncate(out, 0) < 0 || lseek(out, 0, SEEK_SET) < 0)
		return -errno;
	if (ioctl(out, FICLONE, ramdisk) == 0)
		return lseek(out, (off_t)len, SEEK_SET) < 0 ? -errno : 0;
	return copy_bytes(ramdisk, out, len);
}

int fixup_append(int ramdisk, int overlay, int out, uint64_t max)
{
	uint64_t ramdisk_len = 0, overlay_len = 0, overlay_at, total;
	int r = file_size(ramdisk, &ramdisk_len);

	if (r == 0)
		r = file_size(overlay, &overlay_len);
	if (r == 0)
		r = check_overlay(overlay, overlay_len);
	if (r < 0)
		return r;
	overlay_at = round_up(ramdisk_len, CPIO_ALIGN);
	total = round_up(overlay_at + overlay_len + END_ZEROS, END_ALIGN);
	if (total > max)
		return -EFBIG;
	r = begin(ramdisk, ramdisk_len, out);
	if (r < 0)
		return r;
	/* what is passed over, and what the length adds, reads as zeros */
	if (lseek(out, (off_t)overlay_at, SEEK_SET) < 0)
		return -errno;
	r = copy_bytes(overlay, out, overlay_len);
	if (r < 0)
		return r;
	return ftruncate(out, (off_t)total) < 0 ? -errno : 0;
}
