/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - one line per message on stderr.
 * Format: daemons (log_open with daemon set) prefix "<N>" priorities as sd-daemon(3)
 *         says; tools print "name: text".  Bytes outside printable ASCII are escaped as
 *         \xHH, so that text from a guest, a store or a disk cannot forge lines or drive
 *         a terminal; a message is cut at LOG_LINE_MAX bytes.
 * Owns:   nothing; @name is borrowed for the life of the process.
 * Errors: none; a message that cannot be written is lost.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 1024 /* bytes: one line of a journal, without being cut there */

enum log_level {
	LOG_LEVEL_ERROR = 3,   /* work was lost */
	LOG_LEVEL_WARNING = 4, /* carried on */
	LOG_LEVEL_INFO = 6,    /* state changed */
	LOG_LEVEL_DEBUG = 7,   /* shown with --verbose only */
};

/* Does stderr lead to the journal?  (JOURNAL_STREAM alone is inherited by shells.)
 * Source: systemd.exec(5). */
bool log_is_journal(void);
void log_open(const char *name, bool daemon, bool verbose);
/* What log_open() was told. */
const char *log_name(void);

__attribute__((format(printf, 2, 3))) void log_msg(enum log_level level, const char *fmt,
						   ...);
__attribute__((format(printf, 2, 0))) void log_msg_va(enum log_level level,
						      const char *fmt, va_list ap);
#define log_error(...)	 log_msg(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_msg(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)	 log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* For what a guest or a broken store can repeat: at most @burst messages in @interval_ms,
 * then silence; the first message allowed again is preceded by the count of those held
 * back.  Zero-initialise @next_ms, @used and @held. */
struct log_limit {
	unsigned burst;
	uint64_t interval_ms;
	uint64_t next_ms; /* CLOCK_MONOTONIC: when @used starts again */
	unsigned used;
	unsigned held;
};
bool log_limit_allows(struct log_limit *limit);
#define log_limited(limit, level, ...)                                                   \
	do {                                                                             \
		if (log_limit_allows(limit))                                             \
			log_msg(level, __VA_ARGS__);                                     \
	} while (0)

/* Write @len bytes of @text to @out, escaped: printable ASCII but '\\' and '"' as they
 * are, those two with a backslash before them, \n \r \t by letter, all else as \xHH (two
 * hex digits).  Always NUL-terminates; returns the bytes that the whole would need,
 * without the NUL, as snprintf() does. */
size_t log_escape(char *out, size_t size, const char *text, size_t len);
/* The same for a line of prose: '\\' and '"' stay as they are. */
size_t log_escape_line(char *out, size_t size, const char *text, size_t len);
