/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evil - a worker that does what its job says, be it wrong: the words of the job's
 * "script", in order.  S is a stream, N a number of bytes.
 *	note	offer	kernel	digests		those messages, well formed
 *	offer=FIELD  kernel=FIELD  digests=FIELD  note=FIELD  done=FIELD
 *						with that field wrong
 *	go					wait for GO
 *	meta:S:N  data:S:N  end:S  restart:S	N bytes 'x'
 *	text:S:WORD				DATA of that word
 *	msg:TYPE:S:N				any header, and N bytes
 *	claim:TYPE:S:N				any header, and nothing after it
 *	half					half a header
 *	done:R					DONE with that result
 *	times:N:WORD				WORD again and again
 *	facts					a note of its descriptors and surroundings
 *	hang  exit  kill			wait for ever, exit(5), SIGKILL to itself
 * After the last word it closes and exits with 0.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/distros.h"
#include "eliloader/wire.h"

extern char **environ;

static char bytes[METADATA_MAX + 1];

static void send_message(unsigned type, unsigned stream, const void *data, size_t len)
{
	(void)wire_send(WIRE_FD, (enum wire_type)type, stream, data, len);
}

static void send_claim(unsigned type, unsigned stream, uint64_t len)
{
	struct wire_header h = { .type = type, .stream = stream, .len = len };

	(void)send(WIRE_FD, &h, sizeof(h), MSG_NOSIGNAL);
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void fill(char *text, size_t size)
{
	memset(text, 'A', size); /* no NUL */
}

static void send_offer(const char *wrong)
{
	struct wire_offer o = { .media = MEDIA_DEBIAN, .sums = SUMS_SHA256SUMS };

	for (unsigned i = 0; i < STREAMS; i++) {
		(void)snprintf(o.file[i].path, sizeof(o.file[i].path), "dir/file%u", i);
		o.file[i].size = 3;
	}
	if (is(wrong, "media"))
		o.media = MEDIA_KINDS;
	if (is(wrong, "sums"))
		o.sums = SUMS_KINDS;
	if (is(wrong, "release"))
		fill(o.release, sizeof(o.release));
	if (is(wrong, "sums_path"))
		fill(o.sums_path, sizeof(o.sums_path));
	if (is(wrong, "path"))
		fill(o.file[1].path, sizeof(o.file[1].path));
	if (is(wrong, "nopath"))
		o.file[0].path[0] = '\0';
	if (is(wrong, "validator"))
		fill(o.file[1].validator, sizeof(o.file[1].validator));
	if (is(wrong, "sha256_known"))
		o.file[0].sha256_known = 2;
	if (is(wrong, "size"))
		o.file[0].size = UINT64_MAX;
	send_message(WIRE_OFFER, is(wrong, "stream"), &o,
		     sizeof(o) - (size_t)is(wrong, "short"));
}

static void send_kernel(const char *wrong)
{
	struct wire_kernel k = { .payload = PAYLOAD_XZ, .bits = 64 };

	k.pv = is(wrong, "pv") ? 2 : 1;
	k.pvh = is(wrong, "pvh") ? 255 : 1;
	if (is(wrong, "payload"))
		k.payload = PAYLOAD_KINDS;
	if (is(wrong, "bits"))
		k.bits = 16;
	if (is(wrong, "guest_os"))
		fill(k.guest_os, sizeof(k.guest_os));
	if (is(wrong, "release"))
		fill(k.release, sizeof(k.release));
	send_message(WIRE_KERNEL, 0, &k, sizeof(k) - (size_t)is(wrong, "short"));
}

static void send_digests(const char *wrong)
{
	struct wire_digests d = { .known = { 1, is(wrong, "known") ? 2 : 1 } };

	send_message(WIRE_DIGESTS, 0, &d, sizeof(d) - (size_t)is(wrong, "short"));
}

static void send_note(const char *wrong)
{
	struct wire_note n = { .level = NOTE_INFO, .text = "a note\n\x1b[2J" };

	if (is(wrong, "level"))
		n.level = NOTE_WARNING + 1;
	if (is(wrong, "text"))
		fill(n.text, sizeof(n.text));
	send_message(WIRE_NOTE, 0, &n, sizeof(n) - (size_t)is(wrong, "short"));
}

static void send_done(unsigned result, const char *wrong)
{
	struct wire_done d = { .result = result, .text = "that is it" };

	if (is(wrong, "result"))
		d.result = RESULTS;
	if (is(wrong, "text"))
		fill(d.text, sizeof(d.text));
	send_message(WIRE_DONE, 0, &d, sizeof(d) - (size_t)is(wrong, "short"));
}

static void wait_go(void)
{
	struct wire_header h;
	struct wire_go go;

	if (wire_receive(WIRE_FD, -1, &h) < 0 || h.type != WIRE_GO ||
	    h.len != sizeof(go) || wire_receive_body(WIRE_FD, &go, sizeof(go)) < 0)
		exit(6); /* NOLINT(concurrency-mt-unsafe): one thread */
}

/* "fds 0 1 2 3 4; 4 is S; stdin 1:3, 0 in the environment, umask 077" */
static void send_facts(int argc, char *argv[])
{
	char list[256] = "";
	struct stat st = { 0 };
	char first = '-';
	size_t n = 0;
	int count = 0;
	mode_t mask = umask(0);

	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += (size_t)snprintf(list + n, sizeof(list) - n, " %d", fd);
	while (environ[count])
		count++;
	(void)fstat(STDIN_FILENO, &st);
	if (pread(WIRE_FD + 1, &first, 1, 0) != 1)
		first = '?';
	wire_note(WIRE_FD, NOTE_INFO,
		  "fds%s; 4 is %c; stdin %s; env %d; umask %03o; %s %s", list, first,
		  S_ISCHR(st.st_mode) ? "is a device" : "is not", count, mask,
		  argc == 3 ? argv[1] : "?", argc == 3 ? argv[2] : "?");
}

/* The N-th part of "a:b:c" as a number. */
static unsigned long part(const char *word, int n)
{
	while (n-- > 0 && word)
		word = strchr(word, ':') ? strchr(word, ':') + 1 : NULL;
	return word ? strtoul(word, NULL, 0) : 0;
}

static bool begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

/* The words that are one struct. */
static bool do_struct(const char *word)
{
	const char *field = strchr(word, '=');

	field = field ? field + 1 : "";
	if (begins(word, "offer"))
		send_offer(field);
	else if (begins(word, "kernel"))
		send_kernel(field);
	else if (begins(word, "digests"))
		send_digests(field);
	else if (begins(word, "note"))
		send_note(field);
	else if (begins(word, "done="))
		send_done(RESULT_OK, field);
	else
		return false;
	return true;
}

static bool do_stream(const char *word)
{
	unsigned stream = (unsigned)part(word, 1);
	size_t len = part(word, 2);

	if (begins(word, "meta:"))
		send_message(WIRE_METADATA, stream, bytes, len);
	else if (begins(word, "data:"))
		send_message(WIRE_DATA, stream, bytes, len);
	else if (begins(word, "text:"))
		send_message(WIRE_DATA, stream, strrchr(word, ':') + 1,
			     strlen(strrchr(word, ':') + 1));
	else if (begins(word, "end:"))
		send_message(WIRE_END, stream, NULL, 0);
	else if (begins(word, "restart:"))
		send_message(WIRE_RESTART, stream, NULL, 0);
	else
		return false;
	return true;
}

static void do_word(const char *word, int argc, char *argv[])
{
	if (do_stream(word) || do_struct(word))
		return;
	if (begins(word, "msg:"))
		send_message((unsigned)part(word, 1), (unsigned)part(word, 2), bytes,
			     part(word, 3));
	else if (begins(word, "claim:"))
		send_claim((unsigned)part(word, 1), (unsigned)part(word, 2),
			   part(word, 3));
	else if (is(word, "half"))
		(void)send(WIRE_FD, bytes, sizeof(struct wire_header) / 2, MSG_NOSIGNAL);
	else if (begins(word, "done:"))
		send_done((unsigned)part(word, 1), "");
	else if (is(word, "go"))
		wait_go();
	else if (is(word, "facts"))
		send_facts(argc, argv);
	else if (is(word, "hang"))
		(void)pause();
	else if (is(word, "kill"))
		(void)raise(SIGKILL);
	else
		exit(5); /* NOLINT(concurrency-mt-unsafe): one thread */
}

int main(int argc, char *argv[])
{
	struct tree job = { 0 };
	char *save = NULL, *script;

	memset(bytes, 'x', sizeof(bytes));
	if (wire_receive_job(WIRE_FD, &job) < 0 || !tree_text(&job, "script"))
		return 3;
	script = strdup(tree_text(&job, "script"));
	tree_done(&job);
	for (char *w = strtok_r(script, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		unsigned long times = begins(w, "times:") ? part(w, 1) : 1;
		const char *word =
			begins(w, "times:") ? strchr(strchr(w, ':') + 1, ':') + 1 : w;

		while (times-- > 0)
			do_word(word, argc, argv);
	}
	free(script);
	return 0;
}
