/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: a record's lines as record_set() takes them, each ended by NUL, after a byte that
 * says what the disk showed and who called.  No byte of a value may come out but as what it
 * is meant for: printable, and in the kernel's arguments as one word of ours. */
#include "eliloader/plan.h"

#include <stdlib.h>
#include <string.h>

#include "eliloader/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text)
{
	for (; *text; text++)
		require(*text >= 0x20 && *text <= 0x7e);
}

/* Do all words begin as one of ours? */
static void check_ours(char *args)
{
	static const char *const ours[] = {
		"method=",
		"inst.repo=",
		"vnc",
		"inst.vnc",
		"vncpassword=",
		"inst.vncpassword=",
		"install=",
		"root=live:",
		"rd.neednet=1",
		"ip=dhcp",
		"boot=casper",
		"netboot=nfs",
		"nfsroot=",
		"alpine_repo=",
		"modloop=",
		"archisobasedir=arch",
		"archiso_http_srv=",
		"archiso_nfs_srv=",
	};
	char *word, *rest = args;

	while ((word = strsep(&rest, " "))) {
		size_t i = 0;

		while (i < sizeof(ours) / sizeof(*ours) &&
		       strncmp(word, ours[i], strlen(ours[i])) != 0)
			i++;
		require(!*args || i < sizeof(ours) / sizeof(*ours));
		/* those without a value stand alone */
		require(strncmp(word, "vnc", 3) != 0 || !word[3] ||
			strcmp(word, "vnc=1") == 0 ||
			strncmp(word, "vncpassword=", 12) == 0);
	}
}

static void check_args(struct plan *p)
{
	char args[ARGS_MAX];

	for (int m = -1; m <= MEDIA_KINDS; m++) {
		if (plan_args(p, (enum media)m, args) < 0)
			continue;
		check_text(args);
		p->install_args[0] = '\0'; /* the user's own */
		if (plan_args(p, (enum media)m, args) == 0)
			check_ours(args);
	}
}

static void check_job(const struct plan *p, const struct config *config)
{
	struct tree job;

	require(job_make(p, config, true, &job) == 0);
	for (size_t i = 0; i < job.count; i++)
		check_text(job.entry[i].value);
	tree_done(&job);
}

static void check_printed(const struct plan *p)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	require(f != NULL);
	plan_print(f, p);
	require(plan_print_json(f, p, "") == 0);
	require(fclose(f) == 0);
	for (size_t i = 0; i < len; i++)
		require(text[i] == '\n' || (text[i] >= 0x20 && text[i] <= 0x7e));
	free(text);
}

static void check_plan(struct plan *p, const struct config *config)
{
	for (size_t i = 0; i < p->reason_count; i++)
		check_text(p->reason[i]);
	for (size_t i = 0; i < p->change_count; i++) {
		check_text(p->change[i].key);
		check_text(p->change[i].value);
	}
	require(p->action != PLAN_ERROR || (p->error_name[0] && p->error_text));
	check_printed(p);
	if (p->action == PLAN_ERROR) {
		check_text(p->error_text);
		return;
	}
	check_text(p->repo.url);
	check_text(p->proxy);
	check_job(p, config);
	if (p->action != PLAN_DISK)
		check_args(p);
}

static void set_vbds(struct record *record, unsigned bits)
{
	static struct record_vbd vbd[2];

	if (!(bits & 4))
		return;
	vbd[0] = (struct record_vbd){ .userdevice = "0", .bootable = (bits & 1) != 0 };
	vbd[1] = (struct record_vbd){ .userdevice = "3",
				      .bootable = (bits & 2) != 0,
				      .cd = true };
	record->vbd = vbd;
	record->vbd_count = 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan_store_limits store = { .host_kernel = 1 << 20 };
	struct request request = { .image = "/image" };
	struct record record;
	struct config config;
	struct plan plan;
	unsigned bits = size ? data[0] : 0;
	struct disk_verdict disk = {
		.state = (enum disk_state)(((bits & 3) | (bits >> 3 & 4)) %
					   (DISK_BOOTS + 1)),
		.pygrub = (bits & 128) != 0,
		.why = "a name\nwith \x1b[2J",
		.selection = "--entry 1",
	};
	char *text;

	record_init(&record);
	require(config_init(&config) == 0);
	for (size_t at = 1; at < size; at += strlen(text) + 1, free(text)) {
		text = strndup((const char *)data + at, size - at);
		require(text != NULL);
		(void)record_set(&record, text); /* what it does not take is not there */
		if (at + strlen(text) + 1 >= size) {
			free(text);
			break;
		}
	}
	if (bits & 64)
		request.vm_uuid = "2f7b0a5c-93c7-4c1e-9a34-0d52a3e7b611";
	set_vbds(&record, bits >> 2);
	require(plan_make(&request, &record, &config, &store, &disk, &plan) == 0);
	check_plan(&plan, &config);
	plan_done(&plan);
	record.vbd = NULL; /* not the record's own */
	record.vbd_count = 0;
	record_done(&record);
	config_done(&config);
	return 0;
}
