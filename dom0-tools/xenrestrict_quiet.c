/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A logger for Xen's libraries that says nothing: they would print each proof, which is a
 * refusal, on the host program's stderr.
 */
#include <xentoollog.h>

#include "dom0-tools/xenrestrict_priv.h"

static void no_message(struct xentoollog_logger *logger, xentoollog_level level,
		       int errnoval, const char *context, const char *format, va_list al)
{
	(void)logger, (void)level, (void)errnoval, (void)context, (void)format, (void)al;
}

static void no_progress(struct xentoollog_logger *logger, const char *context,
			const char *doing_what, int percent, unsigned long done,
			unsigned long total)
{
	(void)logger, (void)context, (void)doing_what, (void)percent, (void)done,
		(void)total;
}

static void no_destroy(struct xentoollog_logger *logger)
{
	(void)logger;
}

struct xentoollog_logger *xr_quiet_logger(void)
{
	static struct xentoollog_logger logger = {
		.vmessage = no_message,
		.progress = no_progress,
		.destroy = no_destroy,
	};

	return &logger;
}
