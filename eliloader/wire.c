/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lib/cleanup.h"
#include "lib/sandbox_calls.h"

/* Take @n sent bytes off the front of @iov. */
static void iov_skip(struct iovec *iov, size_t count, size_t n)
{
	for (size_t i = 0; i < count && n > 0; i++) {
		size_t part = n < iov[i].iov_len ? n : iov[i].iov_len;

		iov[i].iov_base = (char *)iov[i].iov_base + part;
		iov[i].iov_len -= part;
		n -= part;
	}
}

int wire_send(int fd, enum wire_type type, unsigned stream, const void *data, size_t len)
{
	struct wire_header header = { .type = type, .stream = stream, .len = len };
	struct iovec iov[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		/* sendmsg() only reads; the struct has one type for both ways */
		{ .iov_base = (void *)(uintptr_t)data, .iov_len = len },
	};
	size_t left = sizeof(header) + len;

	while (left > 0) {
		struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
		ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		iov_skip(iov, 2, (size_t)n);
		left -= (size_t)n;
	}
	return 0;
}

static int wait_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

/* @len bytes; the count of those that came before the other side closed.  -ETIMEDOUT: the
 * socket has a time-out of its own (SO_RCVTIMEO), and it went by without a byte. */
static ssize_t receive(int fd, void *data, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = recv(fd, (char *)data + have, len - have, MSG_WAITALL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int wire_receive(int fd, int timeout_ms, struct wire_header *ret_header)
{
	struct wire_header header;
	ssize_t n = timeout_ms < 0 ? 0 : wait_readable(fd, timeout_ms);

	if (n < 0)
		return (int)n;
	n = receive(fd, &header, sizeof(header));
	if (n == -ECONNRESET || n == 0)
		return -ENODATA; /* reset: it ended without reading all of ours */
	if (n < 0)
		return (int)n;
	if (n != sizeof(header))
		return -EBADMSG;
	*ret_header = header;
	return 0;
}

int wire_receive_body(int fd, void *data, size_t len)
{
	ssize_t n = receive(fd, data, len);

	if (n == -ECONNRESET)
		return -EBADMSG;
	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -EBADMSG;
}

static int send_tree(int fd, enum wire_type type, size_t max, const struct tree *tree)
{
	autofree char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool bad;

	if (!out)
		return -errno;
	tree_print(out, tree);
	bad = ferror(out);
	if (fclose(out) != 0 || bad)
		return -ENOMEM;
	return len > max ? -EFBIG : wire_send(fd, type, 0, text, len);
}

int wire_send_tree(int fd, const struct tree *job)
{
	return send_tree(fd, WIRE_JOB, METADATA_MAX, job);
}

int wire_send_report(int fd, const struct tree *report)
{
	return send_tree(fd, WIRE_REPORT, REPORT_MAX, report);
}

int wire_receive_job(int fd, struct tree *ret_job)
{
	autofree char *text = NULL;
	struct wire_header header = { 0 };
	size_t line;
	int r = wire_receive(fd, -1, &header);

	if (r < 0)
		return r;
	if (header.type != WIRE_JOB || header.stream != 0 || header.len > METADATA_MAX)
		return -EBADMSG;
	text = malloc(header.len + 1);
	if (!text)
		return -ENOMEM;
	r = wire_receive_body(fd, text, header.len);
	if (r < 0)
		return r;
	text[header.len] = '\0';
	return tree_scan(text, header.len, ret_job, &line);
}

void wire_note(int fd, enum note_level level, const char *fmt, ...)
{
	struct wire_note note = { .level = level };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(note.text, sizeof(note.text), fmt, ap); /* cut is fine */
	va_end(ap);
	/* who cannot be told is gone, which the next message will find */
	(void)wire_send(fd, WIRE_NOTE, 0, &note, sizeof(note));
}

int wire_done(int fd, enum wire_result result, const char *fmt, ...)
{
	struct wire_done done = { .result = result };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(done.text, sizeof(done.text), fmt, ap); /* cut is fine */
	va_end(ap);
#if SANDBOX_ASAN
	if (wire_before_done)
		wire_before_done();
#endif
	if (wire_send(fd, WIRE_DONE, 0, &done, sizeof(done)) < 0)
		return EXIT_FAILURE;
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
