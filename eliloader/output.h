/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output - the files for the toolstack, and the result.
 *
 * Files are unnamed (O_TMPFILE) until output_link(), so that nothing is left when we are
 * killed before; a file in the cache is linked or copied (reflink where it can be).  What
 * a killed start left between its links and its end, the next start of that VM removes.
 * Directories: libxl's --output-directory; under xapi /var/run/xend/boot (made 0700 when
 * absent), files eliloader-<vm uuid>-kernel and -ramdisk, since the toolstack takes only
 * files of that directory and unlinks them itself.
 * Source: contract par. 1.2, 1.4
 * Owns:   struct output: descriptors and names.
 * Errors: 0 or a negative errno, the sentence in @why.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "eliloader/request.h"
#include "eliloader/wire.h"

#define XAPI_BOOT_DIRECTORY "/var/run/xend/boot"
#define OUTPUT_OLD_S	    3600 /* a toolstack takes its files within seconds */

struct output {
	int dir;
	char dir_path[512];
	char tag[128];	 /* between "eliloader-" and "-kernel" */
	int fd[STREAMS]; /* the files; -1: none */
	bool linked[STREAMS];
};

int output_open(const struct request *request, struct output *ret, char *why,
		size_t size);
/* Remove what starts of any VM have left in @dir and no toolstack took for OUTPUT_OLD_S, as of
 * @now (output_open() does under xapi): a VM whose bootloader became pygrub in a start that was
 * killed has no next one. */
void output_remove_old(int dir, time_t now);
/* A new unnamed file in the output directory, replacing that stream's; 0600. */
int output_file(struct output *o, enum wire_stream stream, char *why, size_t size);
/* The stream has no file. */
void output_drop(struct output *o, enum wire_stream stream);
/* Let the stream's file be @fd's content (of the cache, say): linked or copied. */
int output_take(struct output *o, enum wire_stream stream, int fd, char *why,
		size_t size);
/* Give the files their names: both, or none. */
int output_link(struct output *o, char *why, size_t size);
/* Write the result, whole or not at all seen (libxl's file, or stdout). */
int output_result(const struct request *request, const struct output *o, const char *args,
		  char *why, size_t size);
/* Close; unless the result was written, also remove the names. */
void output_close(struct output *o, bool keep);
/* The result's text; pure.  -EINVAL: a value holds the separator, or for sxp a quote. */
int output_format(enum output_format format, const char *kernel, const char *ramdisk,
		  const char *args, char **ret_text, size_t *ret_len);
