/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker sends is the input after its first byte; that says which grammar holds
 * (bit 0: a source worker's; bits 3 and 4: the first or second half of a disk worker's) and
 * what GO asks for (bits 1 and 2).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eliloader/worker.h"

#define SINK_MAX 100000 /* bytes */

static void use_text(const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		abort(); /* not NUL-terminated: worker_listen() promises that */
}

static int on_metadata(void *arg, unsigned stream, const void *data, size_t len)
{
	(void)arg;
	if (stream < STREAM_SUMS || ((const char *)data)[len] != '\0')
		abort();
	return 0;
}

static int on_offer(void *arg, const struct wire_offer *offer, struct wire_go *ret_go)
{
	unsigned bits = *(uint8_t *)arg;

	use_text(offer->release, sizeof(offer->release));
	for (unsigned i = 0; i < STREAMS; i++) {
		use_text(offer->file[i].path, sizeof(offer->file[i].path));
		ret_go->wanted[i] = (uint8_t)(bits >> (1 + i)) & 1;
	}
	return 0;
}

static int on_kernel(void *arg, const struct wire_kernel *kernel)
{
	(void)arg;
	use_text(kernel->release, sizeof(kernel->release));
	return kernel->payload < PAYLOAD_KINDS ? 0 : -1;
}

static int on_digests(void *arg, const struct wire_digests *digests)
{
	(void)arg;
	return digests->known[0] <= 1 ? 0 : -1;
}

static int on_report(void *arg, const struct tree *tree)
{
	(void)arg;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->entry[i].value[tree->entry[i].value_len] != '\0')
			abort();
	return 0;
}

static void on_note(void *arg, const struct wire_note *note)
{
	(void)arg;
	use_text(note->text, sizeof(note->text));
}

static void listen_to(int fd, uint8_t bits)
{
	struct sink sinks[STREAMS];
	struct worker_handler h = { .arg = &bits, .note = on_note, .sinks = sinks };
	const struct wire_pick pick = { .entry = 0 };
	struct worker w = { .fd = fd };
	struct wire_done done;

	for (unsigned i = 0; i < STREAMS; i++)
		sink_init(&sinks[i], memfd_create("sink", MFD_CLOEXEC), SINK_MAX);
	if (bits & 1) {
		h.offer = on_offer;
		h.metadata = on_metadata;
	} else if (bits & 8) {
		h.report = on_report;
	} else if (bits & 16) {
		h.pick = &pick;
	} else {
		h.kernel = on_kernel;
		h.digests = on_digests;
	}
	if (worker_listen(&w, &h, &done) == 0)
		use_text(done.text, sizeof(done.text));
	for (unsigned i = 0; i < STREAMS; i++) {
		if (sinks[i].len > SINK_MAX ||
		    lseek(sinks[i].fd, 0, SEEK_END) != (off_t)sinks[i].len)
			abort();
		(void)close(sinks[i].fd);
		sink_done(&sinks[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2];

	if (size == 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return 0;
	/* what does not fit the socket's buffer is cut, as by a worker that dies */
	(void)!send(pair[1], data + 1, size - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(pair[1], SHUT_WR);
	listen_to(pair[0], data[0]);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return 0;
}
