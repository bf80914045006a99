/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_weak_maps - what is mapped, and no descriptor of it is left. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/restrict/verify_weak.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

#define LEN 4096

/* Takes @fd. */
static void map(const char *what, int fd, int prot, int flags)
{
	must(what, mmap(NULL, LEN, prot, flags, fd, 0) == MAP_FAILED ? -1 : 0);
	if (fd >= 0)
		(void)close(fd);
}

static int writable(void)
{
	int fd = must("file", open("/tmp", O_RDWR | O_TMPFILE, 0600));

	must("ftruncate", ftruncate(fd, LEN));
	return fd;
}

/* It could submit what is written there. */
static int ring(void)
{
	struct io_uring_params params = { 0 };

	return must("io_uring", syscall(SYS_io_uring_setup, 1, &params));
}

static int memory(void)
{
	int fd = must("memfd", syscall(SYS_memfd_create, "weak", 0U));

	must("ftruncate", ftruncate(fd, LEN));
	return fd;
}

/* Nothing of it leads out. */
static void map_good(void)
{
	map("private", writable(), PROT_READ | PROT_WRITE, MAP_PRIVATE);
	map("read-only", must("file", open("/etc/passwd", O_RDONLY)), PROT_READ,
	    MAP_SHARED);
	map("memory", memory(), PROT_READ | PROT_WRITE, MAP_SHARED);
	map("anonymous", -1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
	map("zero", must("zero", open("/dev/zero", O_RDWR)), PROT_READ | PROT_WRITE,
	    MAP_SHARED);
}

void weak_maps(void)
{
	if (weak("map-writable"))
		map("map", writable(), PROT_READ | PROT_WRITE, MAP_SHARED);
	if (weak("map-later")) /* mprotect() makes it writable */
		map("map", writable(), PROT_READ, MAP_SHARED);
	if (weak("map-ring"))
		map("map", ring(), PROT_READ | PROT_WRITE, MAP_SHARED);
	if (weak("good-map"))
		map_good();
}
