/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define CHOICE_WORDS_MAX 16	       /* of PV-bootloader-args */
#define BLANK_LEN	 (1024 * 1024) /* bytes looked at at each end of a disk */

static char no_image[] = "/dev/null";

struct choice {
	struct request parsed; /* owned */
	char *text;	       /* owned: what @word points into */
	char *word[CHOICE_WORDS_MAX + 2];
};
static void choice_done(struct choice *c)
{
	request_done(&c->parsed);
	free(c->text);
}

/* What of the disk is wanted: the toolstack's words, else (under xl, where the state keeps
 * them) those of PV-bootloader-args. */
static int choose(struct run *run, const struct record *record, struct choice *c,
		  struct pygrub_choice *ret)
{
	const char *kept = record_get(record, "PV-bootloader-args");
	const struct request *q = run->request;
	char why[512], *rest;
	int n = 1;

	if (!q->vm_uuid && kept && !q->kernel && !q->entry) {
		rest = c->text = strdup(kept);
		c->word[0] = program_invocation_short_name;
		while (rest && n < CHOICE_WORDS_MAX && (c->word[n] = strsep(&rest, " ")))
			n++;
		c->word[n++] = no_image; /* it wants one */
		c->word[n] = NULL;
		if (!c->text || request_parse(n, c->word, &c->parsed, why, sizeof(why)) !=
					REQUEST_RUN)
			return failure_set(&run->failure, -EINVAL, FAILURE_METHOD,
					   "PV-bootloader-args: '%s'", kept);
		q = &c->parsed;
	}
	*ret = (struct pygrub_choice){ q->kernel, q->ramdisk, q->entry,
				       q->args ? q->args : run->request->args };
	return 0;
}

/* Are the @len bytes from @from on all zeros?  1, 0 or -errno: not all could be read. */
static int is_zero(int fd, off_t from, size_t len)
{
	autofree char *text = malloc(len + 1);

	if (!text)
		return -ENOMEM;
	for (size_t got = 0; got < len;) {
		ssize_t n = pread(fd, text + got, len - got, from + (off_t)got);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		got += (size_t)n;
	}
	return len == 0 || (!text[0] && memcmp(text, text + 1, len - 1) == 0);
}

int disk_is_blank(const char *image)
{
	autoclose int fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t len;
	off_t end;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return -ENOTBLK;
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	len = end < BLANK_LEN ? (size_t)end : BLANK_LEN;
	r = is_zero(fd, 0, len);
	return r == 1 ? is_zero(fd, end - (off_t)len, len) : r;
}

/* pygrub found nothing, or failed.  Only of a blank disk that means for sure that no system
 * is there: pygrub cannot read every system that an installer leaves (XFS of today, btrfs,
 * Boot Loader Specification), and an unattended installer would wipe it. */
static int judge(struct run *run, const char *image)
{
	char said[sizeof(run->failure.text)];
	int blank = disk_is_blank(image);

	if (blank > 0)
		return -ENODATA;
	snprintf(said, sizeof(said), "%s", run->failure.text);
	if (blank < 0)
		return failure_set(&run->failure, blank, FAILURE_SOURCE,
				   "the disk %s cannot be read: %s", image,
				   strerror(-blank));
	return failure_set(
		&run->failure, -EUCLEAN, FAILURE_SOURCE,
		"the disk is not blank, but cannot be booted (%s).  To install again: "
		"%s.  If a "
		"system is installed on it that pygrub cannot read: put /boot on ext4",
		said,
		run->request->vm_uuid
			? "set other-config:install-round=1 (xe vm-param-set)"
			: "eliloader --forget NAME");
}

int disk_boot(struct run *run, const struct record *record, const struct plan *plan,
	      struct output *output, struct pygrub_result *ret)
{
	const struct distro *d = plan->distro;
	const char *arch = record_other(record, "install-arch");
	__attribute__((cleanup(choice_done))) struct choice choice = { .text = NULL };
	struct pygrub_choice wanted = { 0 };
	unsigned suse_bits = 0;
	int r = choose(run, record, &choice, &wanted);

	if (r < 0)
		return r;
	if (d && strcmp(d->name, "sleslike") == 0 && !wanted.kernel && !wanted.entry)
		suse_bits = arch && strcmp(arch, "x86_64") == 0 ? 64 : 32;
	r = pygrub_boot(run, run->request->image, &wanted, suse_bits, output, ret);
	return r == -ENODATA ? judge(run, run->request->image) : r;
}

int disk_guard(struct run *run, const struct record *record, const struct plan *plan)
{
	const struct request *q = run->request;
	int blank;

	if (q->vm_uuid || !q->image || plan->again ||
	    record_other(record, "install-round") ||
	    (plan->iso && strcmp(plan->iso, q->image) == 0))
		return 0;
	blank = disk_is_blank(q->image);
	if (blank < 0)
		return failure_set(&run->failure, blank, FAILURE_SOURCE,
				   "the disk %s cannot be read: %s", q->image,
				   strerror(-blank));
	if (blank > 0)
		return 0;
	return failure_set(
		&run->failure, -EEXIST, FAILURE_METHOD,
		"nothing is known of an install of '%s', and its disk is not blank: to "
		"install over what it holds, add --set install-round=1; to boot it, "
		"take out install-repository and install-distro",
		run->vm);
}
