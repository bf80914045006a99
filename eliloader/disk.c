/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHOICE_WORDS_MAX 16 /* of PV-bootloader-args */

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
	return pygrub_boot(run, run->request->image, &wanted, suse_bits, output, ret);
}
