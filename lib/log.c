/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"

static const char *program = "?";
static bool log_daemon, log_verbose;

bool log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	(void)snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino);
	return strcmp(stream, own) == 0;
}

void log_open(const char *name, bool daemon, bool verbose)
{
	program = name;
	log_daemon = daemon;
	log_verbose = verbose;
}

const char *log_name(void)
{
	return program;
}

/* The escape letter of @c, or 0.  Quotes and backslashes of our own sentences stay. */
static char escape_letter(char c, bool quotes)
{
	switch (c) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\\':
	case '"':
		return quotes ? c : 0;
	default:
		return 0;
	}
}

static size_t escape(char *out, size_t size, const char *text, size_t len, bool quotes)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		char seq[4] = { text[i] };
		size_t seq_len = 1;

		if (escape_letter(text[i], quotes)) {
			seq[0] = '\\';
			seq[1] = escape_letter(text[i], quotes);
			seq_len = 2;
		} else if (c < 0x20 || c > 0x7e) {
			memcpy(seq, "\\x", 2);
			seq[2] = hex[c >> 4];
			seq[3] = hex[c & 15];
			seq_len = 4;
		}
		/* a sequence is written whole or not at all */
		if (n + seq_len < size)
			memcpy(out + n, seq, seq_len);
		else if (n < size)
			size = n + 1;
		n += seq_len;
	}
	if (size)
		out[n < size ? n : size - 1] = '\0';
	return n;
}

void log_msg_va(enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_LINE_MAX], safe[LOG_LINE_MAX], line[LOG_LINE_MAX + 64];
	int n;

	if (level == LOG_LEVEL_DEBUG && !log_verbose)
		return;
	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n < 0)
		return;
	/* The format is ours; what it was filled with may not be. */
	(void)escape(safe, sizeof(safe), text, strlen(text), false); /* cut is fine */
	if (log_daemon)
		n = snprintf(line, sizeof(line), "<%d>%s\n", (int)level, safe);
	else
		n = snprintf(line, sizeof(line), "%s: %s\n", program, safe);
	(void)io_write_all(STDERR_FILENO, line, (size_t)n); /* nowhere to say so */
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_msg_va(level, fmt, ap);
	va_end(ap);
}

bool log_limit_allows(struct log_limit *limit)
{
	uint64_t now = io_now_ms();

	if (now >= limit->next_ms) {
		if (limit->held)
			log_warning("%u messages like the following were held back",
				    limit->held);
		limit->next_ms = now + limit->interval_ms;
		limit->used = 0;
		limit->held = 0;
	}
	if (limit->used < limit->burst) {
		limit->used++;
		return true;
	}
	limit->held++;
	return false;
}

size_t log_escape(char *out, size_t size, const char *text, size_t len)
{
	return escape(out, size, text, len, true);
}

size_t log_escape_line(char *out, size_t size, const char *text, size_t len)
{
	return escape(out, size, text, len, false);
}
