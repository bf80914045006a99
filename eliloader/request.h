/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request - what the toolstack (or a person) asked for: argv as a struct.
 *
 * Three dialects in one grammar, told apart by what is there:
 *   xenopsd         -q --vm UUID [WORD...] IMAGE      (empty words are passed over)
 *   xapi till 2013  also --default_args=A --extra_args=A --args=A (or as two words),
 *                   with " and \ escaped by backslashes in the first two; answered in sxp
 *   libxl           [--kernel=K] [--ramdisk=R] [--args=A] [--runas=UID] [--quiet]
 *                   --output=F --output-format=simple0 --output-directory=D [WORD...] IMAGE
 * Trust:  what follows --vm UUID are the words of PV-bootloader-args, which whoever may
 *         edit the VM chooses.  There, only words that name nothing of dom0's are taken:
 *         no file, no socket, no directory, no second VM.
 *   people          inspect [--json] IMAGE
 *                   boot IMAGE: as libxl's, but no key, no state, no install
 * -q:     toolstacks always pass it (libxl in its restricted mode): no menu.  Progress on
 *         the guest's console is as welcome as else.
 * Image:  the last word that is not an option: toolstacks put it there, and a stray word
 *         of PV-bootloader-args must not choose a file of dom0's.  (eliloader 1.9 took
 *         the first of several.)  People name one.
 * Source: contract par. 1.1, 1.4, 4.1
 * Owns:   strings are borrowed from argv, lists are owned.
 * Errors: a usage error is printed and the program ends with status 2, but in xenopsd's
 *         dialect the text begins with "RuntimeError: " (contract par. 1.3).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum output_format {
	FORMAT_SIMPLE,	/* "kernel P\n" ... */
	FORMAT_SIMPLE0, /* the same, with NULs */
	FORMAT_SXP,	/* linux (kernel P)(ramdisk P)(args "...") */
};

/* What the first word that is no option says: nothing (a start), or one of two words.  An
 * image of that name is ./boot. */
enum request_verb { VERB_START, VERB_BOOT, VERB_INSPECT };

struct request {
	enum request_verb verb;
	const char *vm_uuid; /* --vm; NULL: not xapi */
	const char *image;   /* NULL: none was given */
	enum output_format format;
	const char *output;	      /* file; NULL: stdout */
	const char *output_directory; /* NULL: the toolstack's default */
	const char *kernel,
		*ramdisk;  /* --kernel=, --ramdisk=: paths in the guest's disk */
	const char *entry; /* --entry=N|TITLE: of the disk's boot menu */
	char *args; /* owned: --args, --default_args, --extra_args, joined by spaces */
	bool have_runas;
	uid_t runas;
	bool verbose, quiet;

	const char *record_file; /* --record */
	const char **set;	 /* owned list of --set's KEY=VALUE, borrowed texts */
	size_t set_count;
	const char *config_file; /* --config, or the default */
	bool config_given;
	const char *xapi_socket; /* --xapi-socket; NULL: the configuration's */
	const char *domain;	 /* --domain ID|NAME: for --explain and the state; NULL */
	const char *cache;	 /* --cache=off|on; NULL: the configuration's */
	/* --cdrom FILE: the ISO image, when IMAGE is the disk to install to (not with
	 * --vm); NULL: the image is the ISO, or there is none */
	const char *cdrom;

	bool explain, json; /* print the plan and do nothing */
	bool list_entries;  /* print the disk's boot menu, as pygrub does */
	const char *forget; /* --forget NAME: remove that VM's state */
};

enum request_verdict { REQUEST_RUN, REQUEST_HELP, REQUEST_VERSION, REQUEST_WRONG };
/* Pure.  REQUEST_WRONG: @ret_why (size bytes) says what, naming the word; request_is_xapi()
 * tells even then how to say it. */
enum request_verdict request_parse(int argc, char *const argv[], struct request *ret,
				   char *ret_why, size_t size);
void request_done(struct request *r);
#define autorequest __attribute__((cleanup(request_done)))
/* What --help prints. */
extern const char request_usage[];
/* Who called: xapi (--vm), libxl (--output...), or nobody known. */
bool request_is_xapi(const struct request *r);
bool request_is_libxl(const struct request *r);
