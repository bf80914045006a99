/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_fuse - a FUSE file system that is mounted and never answers anything.
 *
 *	volumes_fuse DIR	mounts it there, prints "mounted", then each request it gets
 *
 * When it ends, who waits for it is let go.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define REQUEST_MAX (128 * 1024) /* bytes; the kernel wants room for one */

static int answer_init(int fd, const struct fuse_in_header *in)
{
	struct {
		struct fuse_out_header h;
		struct fuse_init_out init;
	} out = {
		.h = { .len = sizeof(out), .unique = in->unique },
		.init = { .major = FUSE_KERNEL_VERSION,
			  .minor = FUSE_KERNEL_MINOR_VERSION,
			  .max_write = 4096 },
	};

	return write(fd, &out, sizeof(out)) == sizeof(out) ? 0 : -errno;
}

int main(int argc, char *argv[])
{
	static _Alignas(8) char buf[REQUEST_MAX];
	const struct fuse_in_header *in = (const void *)buf;
	char options[64];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (argc != 2 || fd < 0)
		return 2;
	(void)snprintf(options, sizeof(options),
		       "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (mount("hangs", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
		perror("volumes_fuse: mount");
		return 1;
	}
	for (;;) {
		if (read(fd, buf, sizeof(buf)) < (ssize_t)sizeof(*in))
			return 0; /* unmounted */
		if (in->opcode == FUSE_INIT && answer_init(fd, in) < 0)
			return 1;
		printf(in->opcode == FUSE_INIT ? "mounted\n" : "request %u\n",
		       in->opcode);
		(void)fflush(stdout);
	}
}
