/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store OWN OTHER WRAPPER - xs_restrict() and xenrestrict_open() against a real store and a
 * real broker.  Both domains are known to the store of XENSTORED_PATH; WRAPPER starts the
 * broker of XENSTORE_BROKER and leaves its process number in $WRAPPER.pid.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/number.h"
#include "tests/tap.h"

#define WAIT_MS 10000

static unsigned own, other;
static const char *wrapper;
static volatile sig_atomic_t children;

static void count_child(int sig)
{
	(void)sig;
	children++;
}

static struct xs_handle *open_store(void)
{
	struct xs_handle *h = xs_open(0);

	if (!h) {
		printf("Bail out! xs_open: %s\n", strerror(errno));
		exit(1);
	}
	return h;
}

/* 0, or the errno of reading @path. */
static int reading(struct xs_handle *h, const char *path)
{
	autofree void *value = xs_read(h, XBT_NULL, path, NULL);

	return value ? 0 : errno;
}

static int writing(struct xs_handle *h, const char *path)
{
	return xs_write(h, XBT_NULL, path, "x", 1) ? 0 : errno;
}

static const char *home(unsigned domid, const char *node)
{
	static char path[2][128];
	static int turn;
	char *p = path[turn = !turn];

	(void)snprintf(p, sizeof(path[0]), "/local/domain/%u%s%s", domid,
		       *node ? "/" : "", node);
	return p;
}

static int restricting(struct xs_handle *h, unsigned domid)
{
	errno = 0;
	return xs_restrict(h, domid) ? 0 : errno;
}

static size_t count_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void domids(void)
{
	struct xs_handle *h = open_store();
	size_t before = count_fds();

	is_int(restricting(h, 0), EINVAL, "domid 0 is not one");
	is_int(restricting(h, 0x7ff0), EINVAL, "the first reserved domid is not one");
	is_int(restricting(h, 70000), EINVAL, "nor a number that is too large");
	is_int(restricting(h, 0x10000 + own), EINVAL, "nor one that would be cut");
	is_int(restricting(h, 777), ENOENT, "a domain that is not there");
	is_int(restricting(NULL, own), EINVAL, "no handle");
	ok(strstr(xenrestrict_error(), "no handle") != NULL, "the sentence: %s",
	   xenrestrict_error());
	is_int(reading(h, "/"), 0, "the handle works as before");
	is_int((long long)count_fds(), (long long)before, "no descriptor is left");
	xs_close(h);
}

static void restricted_view(struct xs_handle *h)
{
	struct xs_handle *dom0 = open_store();
	autofree char *value = NULL;
	unsigned len;

	is_int(reading(h, "/"), EACCES, "dom0's nodes are closed");
	is_int(reading(h, home(own, "name")), 0, "the own name can be read");
	is_int(reading(h, "name"), 0, "relative paths begin at home");
	is_int(reading(h, home(other, "name")), EACCES, "the other's cannot");
	is_int(writing(h, home(other, "data/x")), EACCES, "nor be written");
	is_int(writing(h, "data/x"), 0, "the own data can be written");
	value = xs_read(dom0, XBT_NULL, home(own, "data/x"), &len);
	is_str(value, "x", "dom0 sees it");
	errno = 0;
	ok(!xs_introduce_domain(h, own, 1, 1) && errno == EACCES,
	   "what only dom0 may is refused");
	errno = 0;
	ok(!xs_release_domain(h, other) && errno == EACCES, "releasing, too");
	errno = 0;
	ok(!xs_set_target(h, own, other) && errno == EACCES, "a target, too");
	xs_close(dom0);
}

static void restricted_use(struct xs_handle *h)
{
	xs_transaction_t t = xs_transaction_start(h);
	autofree char **event = NULL;
	unsigned n;

	ok(t != XBT_NULL && xs_write(h, t, "data/t", "y", 1) &&
		   xs_transaction_end(h, t, false),
	   "a transaction through the broker");
	ok(xs_watch(h, "data", "token"), "a watch through the broker");
	event = xs_read_watch(h, &n);
	ok(event && strcmp(event[XS_WATCH_PATH], "data") == 0 &&
		   strcmp(event[XS_WATCH_TOKEN], "token") == 0,
	   "its first event");
	is_int(writing(h, "data/z"), 0, "a write with the reader thread");
	free(event);
	event = xs_read_watch(h, &n);
	is_str(event ? event[XS_WATCH_PATH] : NULL, "data/z", "its event");
}

static void once_only(struct xs_handle *h)
{
	is_int(restricting(h, own), EACCES, "a second time: EACCES, for the same domid");
	is_int(restricting(h, other), EACCES, "and for another");
	ok(strstr(xenrestrict_error(), "already") != NULL, "the sentence: %s",
	   xenrestrict_error());
	is_int(reading(h, "/"), EACCES, "nothing was opened by that");
	is_int(reading(h, "name"), 0, "and nothing lost");
}

static void basic(void)
{
	struct xs_handle *h = open_store();
	siginfo_t info;

	children = 0;
	is_int(restricting(h, own), 0, "xs_restrict");
	is_int(children, 0, "no SIGCHLD came");
	ok(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 &&
		   errno == ECHILD,
	   "and there is no child to wait for");
	restricted_view(h);
	once_only(h);
	restricted_use(h);
	is_int(restricting(h, own), EACCES, "and with a watch: EACCES");
	xs_close(h);
}

static void watched(void)
{
	struct xs_handle *h = open_store();
	autofree char **event = NULL;
	unsigned n;

	ok(xs_watch(h, "/tool", "t"), "a watch on a handle of dom0's");
	is_int(restricting(h, own), EBUSY, "it is refused: EBUSY");
	event = xs_read_watch(h, &n);
	is_int(reading(h, "/"), 0, "the handle is what it was");
	is_int(writing(h, "/tool/x"), 0, "it writes");
	free(event);
	event = xs_read_watch(h, &n);
	is_str(event ? event[XS_WATCH_PATH] : NULL, "/tool/x", "and its watch fires");
	ok(xs_unwatch(h, "/tool", "t"), "the watch is taken back");
	is_int(restricting(h, own), EBUSY, "its thread is still there: EBUSY");
	xs_close(h);
}

static void transactions(void)
{
	struct xs_handle *h = open_store();
	xs_transaction_t t[3];

	for (int i = 0; i < 200; i++) {
		xs_transaction_t done = xs_transaction_start(h);

		if (i % 67 == 1)
			t[i / 67] = done;
		else
			(void)xs_transaction_end(h, done, true);
	}
	is_int(restricting(h, own), EBUSY, "three open transactions among 200: EBUSY");
	ok(strstr(xenrestrict_error(), "3 transactions") != NULL, "counted: %s",
	   xenrestrict_error());
	ok(xs_write(h, t[0], "/tool/y", "1", 1) && xs_transaction_end(h, t[0], false),
	   "they go on");
	is_int(reading(h, "/tool/y"), 0, "and were not ended");
	is_int(restricting(h, own), EBUSY, "two of them: EBUSY");
	ok(xs_transaction_end(h, t[1], true), "one more ends");
	is_int(restricting(h, own), EBUSY, "one: EBUSY");
	ok(xs_transaction_end(h, t[2], true), "the last ends");
	is_int(restricting(h, own), 0, "none: it is restricted");
	is_int(reading(h, "/"), EACCES, "as said");
	xs_close(h);
}

/* ---- a broker that is not what it should be ---- */

static void bad_brokers(const char *const *programs)
{
	/* name in the sentence, the errno; @programs has them in this order */
	static const struct {
		const char *name;
		int error;
	} cases[] = {
		{ "that is not there", EOPNOTSUPP },
		{ "that ends at once", ECONNREFUSED },
		{ "that is never ready", ETIMEDOUT },
		{ "that lets everything through", EPROTO },
		{ "that closes the connection", EPIPE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xenrestrict_options opt = { .broker = programs[i],
						   .wait_ms = i == 2 ? 200 : 0 };
		struct xenrestrict *x = NULL;
		size_t before = count_fds();
		int r = xenrestrict_open(own, XENRESTRICT_XENSTORE, &opt, &x);

		ok(r == -cases[i].error && !x, "a broker %s: %s", cases[i].name,
		   xenrestrict_error());
		if (r != -cases[i].error)
			printf("# got %d, wanted %d\n", r, -cases[i].error);
		is_int((long long)count_fds(), (long long)before,
		       "and no descriptor is left");
	}
}

/* A handle whose xs_restrict() fails at the proof stays dom0's, and is not half changed. */
static void lying_broker(const char *liar)
{
	struct xs_handle *h = open_store();

	(void)setenv("XENSTORE_BROKER", liar, 1);
	is_int(restricting(h, own), EPROTO,
	       "xs_restrict by a broker that lets all through");
	(void)setenv("XENSTORE_BROKER", wrapper, 1);
	is_int(reading(h, "/"), 0, "the handle is what it was");
	is_int(restricting(h, own), 0, "a good broker, then");
	is_int(reading(h, "/"), EACCES, "and it is restricted");
	xs_close(h);
}

/* ---- the main call, and the broker's end ---- */

static pid_t broker_pid(void)
{
	autofree char *text = NULL, *name = NULL;

	if (asprintf(&name, "%s.pid", wrapper) < 0 ||
	    io_read_file_at(AT_FDCWD, name, 64, &text, NULL) < 0)
		return 0;
	return (pid_t)to_int(text);
}

static bool gone(pid_t pid)
{
	for (uint64_t end = io_now_ms() + WAIT_MS; io_now_ms() < end; (void)usleep(2000))
		if (kill(pid, 0) < 0)
			return true;
	return false;
}

static void main_call(void)
{
	struct xenrestrict *x = NULL;
	char text[256], little[8];
	size_t len, before = count_fds();
	pid_t broker;

	is_int(xenrestrict_open(own, XENRESTRICT_XENSTORE, NULL, &x), 0,
	       "xenrestrict_open");
	if (!x)
		return;
	broker = broker_pid();
	is_int(xenrestrict_domid(x), own, "its domain");
	is_int(reading(xenrestrict_xenstore(x), "name"), 0, "reads at home");
	is_int(reading(xenrestrict_xenstore(x), "/tool"), EACCES, "and not elsewhere");
	ok(!xenrestrict_evtchn(x) && !xenrestrict_foreignmemory(x) &&
		   !xenrestrict_devicemodel(x) && !xenrestrict_privcmd(x) &&
		   xenrestrict_privcmd_fd(x) == -1,
	   "nothing else is there");
	len = xenrestrict_describe(x, text, sizeof(text));
	ok(len == strlen(text) && strstr(text, "xenstore: domain"), "described: %s",
	   "one line");
	ok(xenrestrict_describe(x, little, sizeof(little)) == len &&
		   strlen(little) == sizeof(little) - 1 &&
		   xenrestrict_describe(x, NULL, 0) == len,
	   "into less room, and into none");
	ok(broker > 0 && kill(broker, 0) == 0, "its broker runs");
	xenrestrict_close(x);
	ok(gone(broker), "and ends with the handle");
	is_int((long long)count_fds(), (long long)before, "no descriptor is left");
	is_int(xenrestrict_open(own, 0, NULL, &x), -EINVAL, "nothing asked for");
	is_int(xenrestrict_open(own, 32, NULL, &x), -EINVAL, "something unknown");
	xenrestrict_close(NULL);
}

static void options(void)
{
	struct xenrestrict_options opt = { .reserved = { 0, 1 } };
	struct xenrestrict *x = NULL;

	is_int(xenrestrict_open(own, XENRESTRICT_XENSTORE, &opt, &x), -EINVAL,
	       "an option of a later library");
	opt = (struct xenrestrict_options){ .profile = "vncterm" };
	is_int(xenrestrict_open(own, XENRESTRICT_XENSTORE, &opt, &x), 0, "a profile");
	if (!x)
		return;
	is_int(writing(xenrestrict_xenstore(x), "data/x"), EACCES, "that is obeyed");
	xenrestrict_close(x);
	x = NULL;
	opt.profile = "no-such-profile";
	is_int(xenrestrict_open(own, XENRESTRICT_XENSTORE, &opt, &x), -ECONNREFUSED,
	       "one that is not there");
}

/* ---- what the broker's process holds ---- */

/* Kernels before 5.9 have no close_range(). */
static void forget_close_range(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]),
				     .filter = code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
		printf("Bail out! seccomp: %s\n", strerror(errno));
		exit(1);
	}
}

/* What the wrapper saw: its descriptors, ignored and blocked signals, what was preloaded. */
static void broker_sees(const char *when)
{
	static const char want[] = "0 1 2 3 4 \n"
				   "SigBlk: 0000000000000000\n"
				   "SigIgn: 0000000000000000\n"
				   "nothing\n";
	autofree char *name = NULL, *text = NULL;
	struct xenrestrict *x = NULL;

	if (asprintf(&name, "%s.sees", wrapper) < 0)
		exit(1);
	(void)unlink(name); /* absent the first time */
	is_int(xenrestrict_open(own, XENRESTRICT_XENSTORE, NULL, &x), 0, when);
	xenrestrict_close(x);
	if (io_read_file_at(AT_FDCWD, name, 4096, &text, NULL) < 0)
		exit(1);
	is_str(text, want, "five descriptors, no signal kept from it, nothing preloaded");
}

static void broker_process(void)
{
	sigset_t some;
	int fd[40];

	for (size_t i = 0; i < 40; i++)
		fd[i] = fcntl(STDIN_FILENO, F_DUPFD, 20); /* without close-on-exec */
	(void)sigemptyset(&some);
	(void)sigaddset(&some, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &some, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setenv("XENRESTRICT_EVTCHN_FD", "20", 1);
	broker_sees("with 40 descriptors of the program's own");
	forget_close_range();
	broker_sees("and without close_range()");
	for (size_t i = 0; i < 40; i++)
		(void)close(fd[i]);
}

/* ---- what is no store ---- */

static void odd_paths(const char *dir)
{
	autofree char *path = NULL, *store = NULL, *text = NULL;
	const char *before = getenv("XENSTORED_PATH");
	struct xs_handle *h;

	store = before ? strdup(before) : NULL;
	if (!store || asprintf(&path, "%s/file", dir) < 0)
		exit(1);
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	(void)setenv("XENSTORED_PATH", path, 1);
	h = xs_open(0);
	ok(h != NULL, "libxenstore opens a regular file");
	is_int(h ? restricting(h, own) : 0, EOPNOTSUPP, "which is no store");
	if (h)
		xs_close(h);
	ok(io_read_file_at(AT_FDCWD, path, 100, &text, NULL) == 0 && text[0] == '\0',
	   "and nothing was written into it");
	(void)setenv("XENSTORED_PATH", store, 1);
}

/* ---- threads ---- */

static void *one_thread(void *arg)
{
	struct xenrestrict *x = NULL;
	int *bad = arg;

	if (xenrestrict_open(own, XENRESTRICT_XENSTORE, NULL, &x) < 0) {
		*bad = 1;
		return NULL;
	}
	*bad = reading(xenrestrict_xenstore(x), "/") != EACCES ||
	       reading(xenrestrict_xenstore(x), "name") != 0;
	xenrestrict_close(x);
	return NULL;
}

static void threads(void)
{
	pthread_t thread[4];
	int bad[4] = { 1, 1, 1, 1 };

	for (int i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, one_thread, &bad[i]) != 0)
			exit(1);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(thread[i], NULL);
	is_int(bad[0] + bad[1] + bad[2] + bad[3], 0, "four threads open at once");
}

int main(int argc, char *argv[])
{
	struct sigaction sa = { .sa_handler = count_child };

	if (argc != 5 || io_reserve_std_fds() < 0)
		return 2;
	own = to_domid(argv[1]);
	other = to_domid(argv[2]);
	wrapper = argv[3];
	(void)sigaction(SIGCHLD, &sa, NULL);
	(void)setenv("XENSTORE_BROKER", wrapper, 1);
	domids();
	basic();
	watched();
	transactions();
	main_call();
	options();
	odd_paths(argv[4]);
	threads();
	{
		autofree char *ends = NULL, *hangs = NULL, *liar = NULL, *closes = NULL;

		if (asprintf(&ends, "%s/ends", argv[4]) < 0 ||
		    asprintf(&hangs, "%s/hangs", argv[4]) < 0 ||
		    asprintf(&liar, "%s/liar", argv[4]) < 0 ||
		    asprintf(&closes, "%s/closes", argv[4]) < 0)
			return 1;
		bad_brokers((const char *const[]){ "/no/such/broker", ends, hangs, liar,
						   closes });
		lying_broker(liar);
	}
	broker_process();
	return tap_done();
}
