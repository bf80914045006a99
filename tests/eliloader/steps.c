/* SPDX-License-Identifier: BSD-2-Clause */
/* The pure parts of a start: what xenopsd is told, who signed, what pygrub said, can this
 * kernel run, how far is it. */
#include <errno.h>
#include <stdlib.h>

#include "eliloader/host.h"
#include "eliloader/progress.h"
#include "eliloader/pygrub.h"
#include "eliloader/pygrub_find.h"
#include "eliloader/ready.h"
#include "eliloader/signature.h"
#include "tests/tap.h"

static void test_domid(void)
{
	static const struct {
		const char *output;
		int r;
		unsigned domid;
	} cases[] = {
		{ "/var/lib/xen/bootloader.7.out", 0, 7 },
		{ "bootloader.12.out", 0, 12 },
		{ "/var/run/xen/bootloader.-1.out", -EINVAL, 0 },
		{ "/var/lib/xen/bootloader.7.d", -EINVAL, 0 },
		{ "/var/lib/xen/bootloader.99999.out", -EINVAL, 0 },
		{ "/tmp/out", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned domid = 0;
		int r = host_output_domid(cases[i].output, &domid);

		ok(r == cases[i].r && domid == cases[i].domid, "domid of '%s'",
		   cases[i].output);
	}
}

static void test_signature(void)
{
	static const struct {
		const char *name, *status;
		int r;
	} cases[] = {
		{ "good",
		  "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG A x\n[GNUPG:] VALIDSIG B 2026\n",
		  0 },
		{ "one good, one unknown",
		  "[GNUPG:] ERRSIG A 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY A\n"
		  "[GNUPG:] GOODSIG B x\n[GNUPG:] VALIDSIG B 1\n",
		  0 },
		{ "one good, one bad",
		  "[GNUPG:] GOODSIG B x\n[GNUPG:] VALIDSIG B 1\n[GNUPG:] BADSIG A x\n",
		  -EKEYREJECTED },
		{ "unknown key", "[GNUPG:] ERRSIG A 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY A\n",
		  -ENOKEY },
		{ "expired key", "[GNUPG:] EXPKEYSIG A x\n[GNUPG:] VALIDSIG A 1\n",
		  -EKEYREJECTED },
		{ "no signature", "[GNUPG:] NODATA 1\n", -EKEYREJECTED },
		{ "silence", "", -EKEYREJECTED },
		{ "words in the midst of a line",
		  "x [GNUPG:] GOODSIG A x [GNUPG:] VALIDSIG A 1\n", -EKEYREJECTED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(signature_judge(cases[i].status), cases[i].r, cases[i].name);
}

static void test_judge(void)
{
	static const struct wire_kernel debian = { .payload = PAYLOAD_XZ,
						   .bzimage = 1,
						   .pv = 1,
						   .phys32 = 1,
						   .pvh = 1,
						   .bits = 64,
						   .xen_known = 1 };
	static const struct wire_kernel el9 = { .payload = PAYLOAD_GZIP,
						.bzimage = 1,
						.phys32 = 1,
						.bits = 64,
						.xen_known = 1 };
	static const struct wire_kernel pv_only = {
		.payload = PAYLOAD_GZIP, .pv = 1, .bits = 64, .xen_known = 1
	};
	static const struct wire_kernel pvh_only = {
		.payload = PAYLOAD_NONE, .phys32 = 1, .pvh = 1, .bits = 64, .xen_known = 1
	};
	static const struct wire_kernel text = { .payload = PAYLOAD_UNKNOWN };

	ok(!ready_judge(&debian, GUEST_PV) && !ready_judge(&debian, GUEST_PVH) &&
		   !ready_judge(&debian, GUEST_UNKNOWN),
	   "Debian's kernel runs either way");
	ok(ready_judge(&el9, GUEST_UNKNOWN) &&
		   strstr(ready_judge(&el9, GUEST_PVH), "HVM"),
	   "EL 9's runs neither way, though it has a PVH entry");
	ok(!ready_judge(&pv_only, GUEST_PV) && !ready_judge(&pv_only, GUEST_UNKNOWN),
	   "a PV kernel as PV");
	ok(strstr(ready_judge(&pv_only, GUEST_PVH), "type=\"pv\""), "but not as PVH");
	ok(!ready_judge(&pvh_only, GUEST_PVH), "a PVH kernel as PVH");
	ok(strstr(ready_judge(&pvh_only, GUEST_PV), "type=\"pvh\""), "but not as PV");
	ok(ready_judge(&text, GUEST_UNKNOWN), "what is no kernel");
}

static void test_pygrub(void)
{
	static const struct {
		const char *name, *text;
		size_t len;
		int r;
	} cases[] = {
#define ANSWER(text) text, sizeof(text) - 1
		{ "all three", ANSWER("kernel /d/k\0ramdisk /d/r\0args a b\0"), 0 },
		{ "an empty item behind",
		  ANSWER("kernel /d/k\0ramdisk /d/r\0args a b\0\0"), 0 },
		{ "no ramdisk", ANSWER("kernel /d/k\0args \0"), 0 },
		{ "no kernel", ANSWER("ramdisk /d/r\0"), -EBADMSG },
		{ "nothing", ANSWER(""), -EBADMSG },
		{ "cut", ANSWER("kernel /d/k\0args a"), -EBADMSG },
		{ "twice", ANSWER("kernel /d/k\0kernel /d/l\0"), -EBADMSG },
		{ "another directory", ANSWER("kernel /etc/shadow\0"), -EBADMSG },
		{ "out of it", ANSWER("kernel /d/../etc\0"), -EBADMSG },
		{ "a hidden file", ANSWER("kernel /d/.x\0"), -EBADMSG },
		{ "another ramdisk", ANSWER("kernel /d/k\0ramdisk /dd\0"), -EBADMSG },
		{ "another word", ANSWER("kernel /d/k\0kernal /d/k\0"), -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char kernel[64], ramdisk[64], args[ARGS_MAX];

		is_int(pygrub_parse(cases[i].text, cases[i].len, "/d", kernel, ramdisk,
				    sizeof(kernel), args),
		       cases[i].r, cases[i].name);
		if (i == 0)
			ok(strcmp(kernel, "/d/k") == 0 && strcmp(ramdisk, "/d/r") == 0 &&
				   strcmp(args, "a b") == 0,
			   "their values");
	}
}

static void test_choose(void)
{
	static const char *const found[] = { "/usr/lib/xen-4.17/bin/pygrub",
					     "/usr/lib/xen-4.20/bin/pygrub",
					     "/usr/lib/xen-4.4/bin/pygrub",
					     "/usr/lib/xen-4.9/bin/pygrub" };
	static const struct {
		const char *name, *running;
		size_t best;
	} cases[] = {
		{ "of the running Xen", "4.4", 2 },
		{ "of another one", "4.17", 0 },
		{ "of one without its tools: the newest", "4.1", 1 },
		{ "not on Xen: the newest", NULL, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(pygrub_choose(found, 4, cases[i].running) == cases[i].best,
		   "pygrub %s", cases[i].name);
	ok(pygrub_choose(found, 1, "4.20") == 0, "pygrub, when there is one only");
}

static void test_progress(void)
{
	char line[512];

	progress_line(PROGRESS_LINES, 20000000, 40000000, 2000, 80, line, sizeof(line));
	is_str(line, " 50% of 40.0 MB, 10.0 MB/s, 0:02 left", "half of it");
	progress_line(PROGRESS_LINES, 40000000, 40000000, 4000, 80, line, sizeof(line));
	is_str(line, "100% of 40.0 MB, 10.0 MB/s", "all of it");
	progress_line(PROGRESS_LINES, 5000000, 0, 1000, 80, line, sizeof(line));
	is_str(line, "5.0 MB, 5.0 MB/s", "of unknown length");
	progress_line(PROGRESS_LINES, 0, 1000000, 0, 80, line, sizeof(line));
	is_str(line, "  0% of 1.0 MB, 0.0 MB/s", "nothing yet");
	progress_line(PROGRESS_LINES, 3000000, 1000000, 1000, 80, line, sizeof(line));
	is_str(line, "100% of 1.0 MB, 3.0 MB/s", "more than was said");
	progress_line(PROGRESS_BAR, 20000000, 40000000, 2000, 60, line, sizeof(line));
	ok(line[0] == '[' && strlen(line) < 60, "a bar stays within its columns");
	progress_line(PROGRESS_BAR, 20000000, 40000000, 2000, 20, line, sizeof(line));
	ok(line[0] != '[', "no bar where there is no room");
}

int main(void)
{
	test_domid();
	test_signature();
	test_judge();
	test_pygrub();
	test_choose();
	test_progress();
	return tap_done();
}
