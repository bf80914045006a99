/* SPDX-License-Identifier: BSD-2-Clause */
/* libxl's command lines for qemu, and what becomes of them. */
#include <errno.h>
#include <stdlib.h>

#include "dom0-tools/qemu_args.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define WORDS_MAX 32

static int is_block(const char *path)
{
	if (strncmp(path, "/gone", 5) == 0)
		return -ENOENT;
	return strncmp(path, "/dev/", 5) == 0;
}

/* Words are separated by single blanks; "-xen-domid 7" stands before them. */
struct line {
	char text[512];
	char *argv[WORDS_MAX];
	int argc;
};

static void line_read(struct line *l, const char *words, bool domid)
{
	static char qemu[] = "qemu", option[] = "-xen-domid", number[] = "7";
	char *word, *rest = l->text;

	l->argc = 0;
	l->argv[l->argc++] = qemu;
	if (domid) {
		l->argv[l->argc++] = option;
		l->argv[l->argc++] = number;
	}
	(void)snprintf(l->text, sizeof(l->text), "%s", words);
	while ((word = strsep(&rest, " ")))
		if (word[0])
			l->argv[l->argc++] = word;
}

/* The words from the @from-th, with single blanks between. */
static void join(const struct qemu_plan *p, size_t from, char *out, size_t size)
{
	size_t i, n = 0;

	out[0] = '\0';
	for (i = from; i < p->argc && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i > from ? " " : "",
				      p->argv[i]);
}

static void needs_text(const struct qemu_plan *p, char *out, size_t size)
{
	static const char letters[] = "ldtkbvp"; /* by enum qemu_need_kind */
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < p->needs && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%c%s%d:%s", i ? " " : "",
				      letters[p->need[i].kind],
				      p->need[i].writable ? "w" : "", p->need[i].fd,
				      p->need[i].what ? p->need[i].what : "");
}

static const struct good {
	const char *name, *words, *want, *needs;
} goods[] = {
	{ "what has no path", "-no-shutdown -S -name lab -m 32",
	  "-no-shutdown -S -name lab -m 32", "" },
	{ "an option that nobody knows", "-brand-new /some/file", "-brand-new /some/file",
	  "" },
	{ "a value like an option", "-name -chroot -append -runas",
	  "-name -chroot -append -runas", "" },
	{ "libxl's own restriction is set anew",
	  "-xen-domid-restrict -chroot /var/run/xen/qemu-root-7 -m 32", "-m 32", "" },
	{ "two dashes", "--chroot / --xen-domid-restrict -S", "-S", "" },
	{ "a socket becomes a descriptor",
	  "-chardev socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-7,server=on,wait=off",
	  "-chardev socket,id=libxl-cmd,server=on,wait=off,fd=100",
	  "lw100:/var/run/xen/qmp-libxl-7" },
	{ "a server said without a value", "-chardev socket,path=/a,id=b,server,nowait",
	  "-chardev socket,id=b,server,nowait,fd=100", "lw100:/a" },
	{ "a comma in a path", "-chardev socket,id=a,path=/a,,b,server=on",
	  "-chardev socket,id=a,server=on,fd=100", "lw100:/a,b" },
	{ "libxl's own descriptor stays",
	  "-chardev socket,id=libxl-cmd,fd=17,server=on,wait=off",
	  "-chardev socket,id=libxl-cmd,fd=17,server=on,wait=off", "k17:" },
	{ "ours are above those of libxl",
	  "-chardev socket,id=a,path=/a,server=on -chardev socket,id=b,fd=205,server=on",
	  "-chardev socket,id=a,server=on,fd=206 -chardev socket,id=b,fd=205,server=on",
	  "lw206:/a k205:" },
	{ "a pty", "-chardev pty,id=libxl-channel0 -serial pty",
	  "-chardev pty,id=libxl-channel0 -serial pty", "pw100: pw102:" },
	{ "-qmp", "-qmp unix:/run/q,server=on,wait=off",
	  "-chardev socket,id=room-qmp0,server=on,wait=off,fd=100 -mon "
	  "chardev=room-qmp0,mode=control",
	  "lw100:/run/q" },
	{ "a disk", "-drive file=/run/a.img,if=ide,index=0,format=raw",
	  "-add-fd fd=100,set=100 -add-fd fd=101,set=100 -drive "
	  "if=ide,index=0,format=raw,file=/dev/fdset/100",
	  "d100:/run/a.img dw101:/run/a.img" },
	{ "a block device", "-drive file=/dev/vg/lv,if=ide,format=raw",
	  "-add-fd fd=100,set=100 -add-fd fd=101,set=100 -drive "
	  "if=ide,format=raw,file.driver=host_device,file.filename=/dev/fdset/100",
	  "d100:/dev/vg/lv dw101:/dev/vg/lv" },
	{ "a disk that is read only",
	  "-drive if=none,readonly=on,id=ide-5632,file=/a.iso",
	  "-add-fd fd=100,set=100 -drive "
	  "if=none,readonly=on,id=ide-5632,file=/dev/fdset/100",
	  "d100:/a.iso" },
	{ "a drive that is empty", "-drive if=none,readonly=on,id=ide-5632",
	  "-drive if=none,readonly=on,id=ide-5632", "" },
	{ "a kernel", "-kernel /boot/k -initrd /boot/i -append a=b",
	  "-kernel /boot/k -initrd /boot/i -append a=b", "b-1:/boot/k b-1:/boot/i" },
	{ "a tap device",
	  "-netdev type=tap,id=net0,ifname=vif7.0-emu,br=xenbr0,script=no,downscript=no",
	  "-netdev type=tap,id=net0,fd=100", "tw100:vif7.0-emu" },
	{ "a saved guest", "-xen-domid-restrict -incoming fd:12", "-incoming fd:12",
	  "k12:" },
	{ "no VNC", "-vnc none", "-vnc none", "" },
	{ "VNC", "-vnc 127.0.0.1:0,password=on,to=99",
	  "-vnc unix:/vnc/socket,password=on", "vw-1:" },
	{ "-run-with keeps what is not ours",
	  "-run-with async-teardown=on,chroot=/x,user=9:9", "-run-with async-teardown=on",
	  "" },
};

static void test_good(const struct good *g)
{
	autoqemuplan struct qemu_plan plan = { 0 };
	struct line line;
	char why[256], got[1024], needs[512];
	int r;

	line_read(&line, g->words, true);
	r = qemu_args_read(line.argc, line.argv, is_block, &plan, why, sizeof(why));
	if (!ok(r == 0, "%s: taken", g->name)) {
		printf("# %s\n", why);
		return;
	}
	join(&plan, 3, got, sizeof(got));
	is_str(got, g->want, g->name);
	needs_text(&plan, needs, sizeof(needs));
	is_str(needs, g->needs, "and what it needs");
}

static const struct bad {
	const char *words;
	bool domid;
	int err;
	const char *why;
} bads[] = {
	{ "-m 32", false, -EINVAL, "-xen-domid: is missing" },
	{ "-xen-domid 0", false, -EINVAL, "-xen-domid: '0' is no guest's domid" },
	{ "-xen-domid 32752", false, -EINVAL, "-xen-domid: '32752' is no guest's domid" },
	{ "-xen-domid 1x", false, -EINVAL, "-xen-domid: '1x' is no guest's domid" },
	{ "-xen-domid", false, -EINVAL, "-xen-domid: its value is missing" },
	{ "-xen-domid 8", true, -EINVAL, "-xen-domid: given twice" },
	{ "-runas 0:0", true, -EINVAL, "'0:0' is not UID:GID" },
	{ "-runas root", true, -EINVAL, "'root' is not UID:GID" },
	{ "-run-with user=nobody", true, -EINVAL, "'nobody' is not UID:GID" },
	{ "-chardev socket,id=a,path=/a", true, -EOPNOTSUPP, "connect out" },
	{ "-chardev socket,id=a,path=/a,server=off", true, -EOPNOTSUPP, "connect out" },
	{ "-chardev socket,id=a,path=a,server=on", true, -EINVAL, "no absolute path" },
	{ "-chardev socket,id=a,host=::1,port=1", true, -EOPNOTSUPP, "without a path" },
	{ "-chardev socket,id=a,fd=2", true, -EINVAL, "'2' is no descriptor" },
	{ "-chardev socket,id=a,fd=+9", true, -EINVAL, "'+9' is no descriptor" },
	{ "-drive file=nbd:unix:/x,if=ide", true, -EOPNOTSUPP,
	  "no file or block device" },
	{ "-drive file=a.img", true, -EINVAL, "no absolute path" },
	{ "-drive file=/gone.img", true, -ENOENT, "'/gone.img': No such file" },
	{ "-netdev user,id=a", true, -EOPNOTSUPP, "no tap device" },
	{ "-netdev tap,id=a,script=no", true, -EINVAL, "has no ifname" },
	{ "-netdev tap,id=a,ifname=x", true, -EOPNOTSUPP, "no script" },
	{ "-netdev tap,id=a,ifname=x,script=/etc/x", true, -EOPNOTSUPP, "no script" },
	{ "-incoming tcp:0:1", true, -EOPNOTSUPP, "is no descriptor" },
	{ "-incoming fd:12", true, -EOPNOTSUPP,
	  "-incoming: a saved guest needs dm_restrict" },
	{ "-xen-attach", true, -EOPNOTSUPP, "only an HVM guest's" },
	{ "-daemonize", true, -EOPNOTSUPP, "restricted room" },
	{ "-spice port=1", true, -EOPNOTSUPP, "restricted room" },
	{ "-sdl", true, -EOPNOTSUPP, "restricted room" },
};

static void test_bad(const struct bad *b)
{
	autoqemuplan struct qemu_plan plan = { 0 };
	struct line line;
	char why[256];
	int r;

	line_read(&line, b->words, b->domid);
	r = qemu_args_read(line.argc, line.argv, is_block, &plan, why, sizeof(why));
	if (!ok(r == b->err && strstr(why, b->why), "refused: %s", b->words))
		printf("# %d: %s\n", r, why);
}

static void test_end(const char *words, const char *want)
{
	autoqemuplan struct qemu_plan plan = { 0 };
	struct line line;
	char why[256], got[512];

	line_read(&line, words, true);
	if (qemu_args_read(line.argc, line.argv, is_block, &plan, why, sizeof(why)) < 0 ||
	    qemu_args_end(&plan, plan.uid ? plan.uid : 5007) < 0) {
		ok(false, "the end of: %s", words);
		return;
	}
	join(&plan, 3, got, sizeof(got));
	is_str(got, want, words[0] ? words : "no words");
}

static void test_limits(void)
{
	autoqemuplan struct qemu_plan plan = { 0 };
	static char *argv[3 * QEMU_ARGS_MAX];
	static char qemu[] = "q", option[] = "-xen-domid", domid[] = "7", flag[] = "-S",
		    kernel[] = "-kernel", path[] = "/k";
	char why[256];
	int i, n = 0;

	argv[n++] = qemu;
	argv[n++] = option;
	argv[n++] = domid;
	for (i = 0; i < QEMU_ARGS_MAX; i++)
		argv[n++] = flag;
	ok(qemu_args_read(n, argv, is_block, &plan, why, sizeof(why)) == -E2BIG,
	   "too many words");
	for (n = 3, i = 0; i <= QEMU_NEEDS_MAX; i++) {
		argv[n++] = kernel;
		argv[n++] = path;
	}
	ok(qemu_args_read(n, argv, is_block, &plan, why, sizeof(why)) == -E2BIG &&
		   strstr(why, "-kernel: over 64"),
	   "too many descriptors");
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++)
		test_good(&goods[i]);
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		test_bad(&bads[i]);
	test_end("", "-xen-domid-restrict -chroot /empty -runas 5007:5007");
	test_end("-runas 131079:65534",
		 "-xen-domid-restrict -chroot /empty -runas 131079:131079");
	test_end("-run-with user=131079:9",
		 "-xen-domid-restrict -run-with chroot=/empty,user=131079:131079");
	test_limits();
	return tap_done();
}
