/* SPDX-License-Identifier: BSD-2-Clause */
/* argv: the dialects of the toolstacks, and what a VM's own words must not do. */
#include "eliloader/request.h"

#include "eliloader/config.h"
#include "tests/tap.h"

#define VM_UUID "--vm=2f7b0a5c-93c7-4c1e-9a34-0d52a3e7b611"
#define UUID	"2f7b0a5c-93c7-4c1e-9a34-0d52a3e7b611"
#define WORDS	24

static char why[512];

/* Parse words, ended by NULL; their texts are borrowed. */
static enum request_verdict parse(struct request *r, const char *const *words)
{
	char name[] = "eliloader", *argv[WORDS + 2] = { name };
	int argc = 1;

	for (; words[argc - 1]; argc++)
		memcpy(&argv[argc], &words[argc - 1],
		       sizeof(argv[0])); /* only its const goes */
	request_done(r);
	return request_parse(argc, argv, r, why, sizeof(why));
}

#define PARSE(r, ...) parse(r, (const char *const[]){ __VA_ARGS__, NULL })

static void test_xenopsd(void)
{
	struct request r = { 0 };

	ok(PARSE(&r, "-q", "--vm", UUID, "/dev/sm/x") == REQUEST_RUN, "xenopsd: plain");
	is_str(r.vm_uuid, UUID, "the VM");
	is_str(r.image, "/dev/sm/x", "the image");
	ok(request_is_xapi(&r) && !request_is_libxl(&r), "who called");
	is_int(r.format, FORMAT_SIMPLE, "the format");
	is_str(r.config_file, CONFIG_FILE_DEFAULT, "the configuration");
	ok(PARSE(&r, "-q", "--vm", UUID, "", "--kernel", "", "/boot/k", "",
		 "--ramdisk=/boot/i", "--entry", "2", "", "/dev/sm/x") == REQUEST_RUN,
	   "PV-bootloader-args with empty words");
	is_str(r.kernel, "/boot/k", "kernel");
	is_str(r.ramdisk, "/boot/i", "ramdisk");
	is_str(r.entry, "2", "entry");
	is_str(r.image, "/dev/sm/x", "the image is the last word");
	ok(PARSE(&r, "-q", "--vm", UUID, "--args=a b", "--", "-image") == REQUEST_RUN,
	   "-- ends the options");
	is_str(r.image, "-image", "what follows is the image");
	is_str(r.args, "a b", "args");
	request_done(&r);
}

static void test_old_xapi(void)
{
	struct request r = { 0 };

	ok(PARSE(&r, "-q", "--default_args=root=\\\"x y\\\" a\\\\b", "--extra_args=quiet",
		 VM_UUID, "/image") == REQUEST_RUN,
	   "xapi till 2011");
	is_str(r.args, "root=\"x y\" a\\b quiet", "its escapes");
	is_int(r.format, FORMAT_SXP, "its format");
	ok(PARSE(&r, "-q", "--default_args", "--vm", "--extra_args", "console=hvc0",
		 "--vm", UUID, "/image") == REQUEST_RUN,
	   "xenopsd of January 2013: values are words, whatever they are");
	is_str(r.args, "--vm console=hvc0", "...");
	is_str(r.vm_uuid, UUID, "and the VM");
	ok(PARSE(&r, "-q", "--args=", "--extra_args=", "--default_args=", "--args", "",
		 "--kernel=", "--vm", UUID, "/image") == REQUEST_RUN &&
		   !r.args && !r.kernel,
	   "empty forms are dropped");
	is_int(r.format, FORMAT_SXP, "but tell the format");
	ok(PARSE(&r, "-q", "--vm", UUID, "--extra_args=x", "/image") == REQUEST_RUN &&
		   r.format == FORMAT_SIMPLE,
	   "a VM's own words do not");
	ok(PARSE(&r, "--vm", UUID, "--cache=off", "/image") == REQUEST_RUN,
	   "a VM may do without the cache");
	ok(PARSE(&r, "--vm", UUID, "--cache=on", "/image") == REQUEST_WRONG,
	   "but not have it on");
	ok(PARSE(&r, "--args", "--vm", "/image") == REQUEST_RUN && !request_is_xapi(&r),
	   "a value that looks like --vm");
	ok(PARSE(&r, "--forget", "a") == REQUEST_RUN, "a name to forget");
	ok(PARSE(&r, "--forget", "a", "b") == REQUEST_WRONG, "but only one");
	ok(PARSE(&r, "--logging", "/image") == REQUEST_RUN, "--logging is taken");
	request_done(&r);
}

static void test_libxl(void)
{
	struct request r = { 0 };

	ok(PARSE(&r, "--kernel=/k", "--ramdisk=/r", "--args=root=/dev/xvda1",
		 "--runas=65537", "--quiet", "--output=/var/lib/xen/bootloader.3.out",
		 "--output-format=simple0",
		 "--output-directory=/var/lib/xen/bootloader.3.d", "--set",
		 "install-repository=http://h/t", "--set=install-distro=rhlike",
		 "/dev/vg/lv") == REQUEST_RUN,
	   "libxl with everything");
	ok(request_is_libxl(&r) && !request_is_xapi(&r), "who called");
	is_int(r.format, FORMAT_SIMPLE0, "format");
	is_str(r.output, "/var/lib/xen/bootloader.3.out", "output");
	is_str(r.output_directory, "/var/lib/xen/bootloader.3.d", "directory");
	ok(r.have_runas && r.runas == 65537, "runas");
	ok(r.set_count == 2, "two keys");
	is_str(r.set[0], "install-repository=http://h/t", "...");
	is_str(r.set[1], "install-distro=rhlike", "...");
	is_str(r.args, "root=/dev/xvda1", "args");
	ok(PARSE(&r, "--output-format=sxp", "--cdrom=/iso", "--record", "/r", "/i") ==
			   REQUEST_RUN &&
		   r.format == FORMAT_SXP,
	   "sxp");
	is_str(r.cdrom, "/iso", "--cdrom");
	is_str(r.record_file, "/r", "--record");
	request_done(&r);
}

static void test_people(void)
{
	struct request r = { 0 };

	is_int(PARSE(&r, "--help"), REQUEST_HELP, "--help");
	is_int(PARSE(&r, "-h"), REQUEST_HELP, "-h");
	is_int(PARSE(&r, "--version"), REQUEST_VERSION, "--version");
	ok(PARSE(&r, "--explain", "--vm", UUID) == REQUEST_RUN && r.explain && !r.json,
	   "--explain needs no image");
	ok(PARSE(&r, "--json", "--record=/f") == REQUEST_RUN && r.explain && r.json,
	   "--json is --explain");
	ok(PARSE(&r, "--forget", "my vm") == REQUEST_RUN, "--forget");
	is_str(r.forget, "my vm", "...");
	ok(PARSE(&r, "--config", "/c", "--xapi-socket=/s", "--cache=off", "-v", "--vm",
		 UUID, "/i") == REQUEST_RUN &&
		   r.config_given && r.verbose,
	   "options before --vm");
	is_str(r.config_file, "/c", "--config");
	is_str(r.xapi_socket, "/s", "--xapi-socket");
	is_str(r.cache, "off", "--cache");
	ok(PARSE(&r, "--domain", "lab", "--explain", "/i") == REQUEST_RUN, "--domain");
	request_done(&r);
}

static void test_verbs(void)
{
	struct request r = { 0 };

	ok(PARSE(&r, "inspect", "/i") == REQUEST_RUN && r.verb == VERB_INSPECT,
	   "inspect");
	is_str(r.image, "/i", "its image");
	ok(PARSE(&r, "inspect", "--json", "-v", "--config=/c", "/i") == REQUEST_RUN &&
		   r.json && !r.explain,
	   "inspect --json explains nothing");
	ok(PARSE(&r, "boot", "--entry=1", "--output=/o", "--output-format=simple0",
		 "/i") == REQUEST_RUN &&
		   r.verb == VERB_BOOT && request_is_libxl(&r),
	   "boot");
	is_str(r.image, "/i", "its image");
	ok(PARSE(&r, "--config=/c", "inspect", "inspect") == REQUEST_RUN &&
		   r.verb == VERB_INSPECT,
	   "after an option");
	is_str(r.image, "inspect", "the second word is the image");
	ok(PARSE(&r, "-q", "--vm", UUID, "inspect", "/i") == REQUEST_RUN &&
		   r.verb == VERB_START,
	   "a VM's own words are none");
	is_int(PARSE(&r, "--explain", "boot"), REQUEST_WRONG, "explain nothing");
	ok(PARSE(&r, "-q", "/i") == REQUEST_RUN && r.quiet, "-q is --quiet");
	ok(PARSE(&r, "/i") == REQUEST_RUN && !r.quiet, "and is not by itself");
	ok(PARSE(&r, "-l", "/i") == REQUEST_RUN && r.list_entries && !r.explain,
	   "-l is --list-entries");
	is_int(PARSE(&r, "inspect"), REQUEST_WRONG, "inspect nothing");
	is_int(PARSE(&r, "boot"), REQUEST_WRONG, "boot nothing");
	is_int(PARSE(&r, "boot", "--set=install-round=1", "/i"), REQUEST_WRONG,
	       "boot with a key");
	is_int(PARSE(&r, "boot", "--record=/r", "/i"), REQUEST_WRONG,
	       "boot with a record");
	is_int(PARSE(&r, "boot", "--cdrom=/r", "/i"), REQUEST_WRONG, "boot with a CD");
	is_int(PARSE(&r, "inspect", "--entry=1", "/i"), REQUEST_WRONG,
	       "inspect one entry");
	is_int(PARSE(&r, "inspect", "--output=/o", "/i"), REQUEST_WRONG,
	       "inspect for a toolstack");
	is_int(PARSE(&r, "inspect", "--vm", UUID, "/i"), REQUEST_WRONG, "inspect a VM");
	request_done(&r);
}

/* What people say twice, or what would be passed over, is wrong. */
static void test_too_much(void)
{
	struct request r = { 0 };

	is_int(PARSE(&r, "inspect", "/i", "/j\x1b"), REQUEST_WRONG, "inspect two disks");
	ok(strstr(why, "'/i'") && !strchr(why, '\x1b'), "which is said: %s", why);
	is_int(PARSE(&r, "inspect", "--json", "/i", "--", "/j"), REQUEST_WRONG,
	       "in whatever way");
	is_int(PARSE(&r, "boot", "/i\n", "/j"), REQUEST_WRONG, "boot two disks");
	ok(strstr(why, "'/i\\n'") != NULL, "which is said: %s", why);
	is_int(PARSE(&r, "boot", "--entry", "1", "/i", "/i"), REQUEST_WRONG, "one twice");
	is_int(PARSE(&r, "--list-entries", "/i", "/j"), REQUEST_WRONG, "list two disks");
	is_int(PARSE(&r, "-l", "--json", "/i"), REQUEST_WRONG, "-l for programs");
	ok(strstr(why, "inspect --json") != NULL, "which is said: %s", why);
	is_int(PARSE(&r, "--explain", "-l", "/i"), REQUEST_WRONG, "a list explained");
	is_int(PARSE(&r, "--json", "--vm", UUID, "-l", "/i"), REQUEST_WRONG,
	       "not from a VM");
	ok(PARSE(&r, "inspect", "", "/i", "") == REQUEST_RUN, "empty words are none");
	ok(PARSE(&r, "boot", "--output=/o", "--output-directory=/d", "stray", "/i") ==
		   REQUEST_RUN,
	   "libxl's words may hold a stray one");
	is_str(r.image, "/i", "and the last is the disk");
	ok(PARSE(&r, "--explain", "stray", "/i") == REQUEST_RUN,
	   "so may those that are explained");
	is_str(r.image, "/i", "with the same disk");
	request_done(&r);
}

/* What PV-bootloader-args may hold is chosen by whoever may edit the VM. */
static void test_vm_words(void)
{
	static const char *const refused[] = {
		"--output=/etc/passwd",
		"--output-directory=/etc",
		"--record=/etc/shadow",
		"--config=/etc/shadow",
		"--xapi-socket=/tmp/s",
		"--cdrom=/dev/sda",
		"--forget=other",
		"--runas=1",
		"--set=install-round=1",
		"--output-format=sxp",
		VM_UUID,
		"--domain=0",
		"--no-such-option",
		"--explain",
		"--json",
		"--list-entries",
		"-l",
		"-x",
		"-qv",
		"--kernel=/a\nramdisk /etc/shadow",
		"--args=a\nkernel /b",
		"--entry=\x7f",
		"--quiet=yes",
		"--cache=maybe",
		"-",
	};
	struct request r = { 0 };

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		ok(PARSE(&r, "-q", "--vm", UUID, refused[i], "/image") == REQUEST_WRONG &&
			   request_is_xapi(&r) && why[0] && !strchr(why, '\n'),
		   "refused after --vm: word %zu: %s", i, why);
	ok(PARSE(&r, "-q", "--vm", UUID, "/dev/other-vm", "/image") == REQUEST_RUN,
	   "a stray word");
	is_str(r.image, "/image", "does not choose the image");
	ok(PARSE(&r, "-q", "--vm", UUID, "--kernel", "/image") == REQUEST_WRONG,
	   "a word that swallows the image: %s", why);
	ok(PARSE(&r, "-q", "--bad", "--vm", UUID, "/image") == REQUEST_WRONG &&
		   request_is_xapi(&r),
	   "an error before --vm is told in xapi's way, too");
	ok(PARSE(&r, "-q", "--record=/f", "--vm", UUID, "/image") == REQUEST_WRONG,
	   "a record file beside XAPI's: %s", why);
	request_done(&r);
}

static void test_wrong(void)
{
	struct request r = { 0 };

	is_int(PARSE(&r, "-q"), REQUEST_WRONG, "no image");
	is_int(PARSE(&r, "-q", "", ""), REQUEST_WRONG, "empty words are none");
	is_int(PARSE(&r, "--vm", "not-a-uuid", "/i"), REQUEST_WRONG, "no UUID");
	is_int(PARSE(&r, "--vm", "../../../../../../../../../../tmp/abcd", "/i"),
	       REQUEST_WRONG, "36 bytes, but no UUID");
	is_int(PARSE(&r, "--vm"), REQUEST_WRONG, "no value");
	is_int(PARSE(&r, "--output=", "/i"), REQUEST_WRONG, "an empty value");
	is_int(PARSE(&r, "--runas=0", "/i"), REQUEST_WRONG, "runas root");
	is_int(PARSE(&r, "--runas=4294967295", "/i"), REQUEST_WRONG, "runas -1");
	is_int(PARSE(&r, "--set", "x", "/i"), REQUEST_WRONG, "--set without '='");
	is_int(PARSE(&r, "--output-format=json", "/i"), REQUEST_WRONG,
	       "an unknown format");
	is_int(PARSE(&r, "--vm", UUID, "--help", "/i"), REQUEST_WRONG,
	       "--help is the VM's word there");
	request_done(&r);
}

/* Each option that the usage text tells of is one. */
static void test_usage(void)
{
	struct request r = { 0 };
	char word[64];
	const char *p = request_usage;

	while ((p = strstr(p, "--"))) {
		size_t len = strcspn(p, "=, ]:\n");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, p);
		p += len;
		(void)PARSE(&r, word);
		ok(!strstr(why, "no option"), "%s is an option", word);
		why[0] = '\0';
	}
	request_done(&r);
}

int main(void)
{
	test_xenopsd();
	test_old_xapi();
	test_libxl();
	test_people();
	test_verbs();
	test_too_much();
	test_vm_words();
	test_wrong();
	test_usage();
	return tap_done();
}
