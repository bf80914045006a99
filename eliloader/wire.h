/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - what crosses between eliloader, which has privilege and parses nothing that came
 * from outside, and its workers, which have none.
 *
 * One AF_UNIX stream socket per worker.  A message is a struct wire_header and @len bytes.
 * All but the job and file data are structs of fixed size; a message of another size,
 * type or stream, or out of order, ends the worker (-EBADMSG).  Both ends are of one
 * build, so fields are in the host's layout.
 *
 * A source worker (eliloader-net, eliloader-iso) is told one JOB, looks for the first
 * pair that is there, and says
 *	METADATA* OFFER		(METADATA: files that a signature vouches for)
 * is answered with GO, and then sends what GO asked for:
 *	(DATA | RESTART)* END for each stream, in any order; DONE.
 * A check worker (eliloader-check) gets its files as descriptors and says
 *	(KERNEL | DIGESTS)? (DATA | END)* DONE.
 * A disk worker (eliloader-disk) is told one JOB, looks at the disk, and says
 *	REPORT		(a tree: disk_report.h)
 * is answered with PICK, or closed, and then sends a kernel and, if there is one, a
 * ramdisk: (DATA* END) for each stream, in any order; DONE.
 * NOTE and DONE may come at any time; DONE is the last.
 *
 * Owns:   nothing but what is said below.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/limits.h"
#include "lib/tree.h"

#define WIRE_CHUNK (256 * 1024) /* most bytes of one DATA */
#define WIRE_FD	   3		/* the socket's descriptor in a worker */
#define SHA256_LEN 32
#define MD5_LEN	   16

enum wire_type {
	WIRE_JOB = 1,  /* to the worker: a tree, as tree_print() writes it */
	WIRE_METADATA, /* a whole file: stream says which (enum wire_stream) */
	WIRE_OFFER,    /* struct wire_offer */
	WIRE_GO,       /* to the worker: struct wire_go */
	WIRE_DATA,     /* bytes of a file, to be appended to those of its stream */
	WIRE_RESTART,  /* no bytes: the stream's file begins anew */
	WIRE_END,      /* no bytes: the stream's file is whole */
	WIRE_KERNEL,   /* struct wire_kernel */
	WIRE_DIGESTS,  /* struct wire_digests */
	WIRE_NOTE,     /* struct wire_note */
	WIRE_DONE,     /* struct wire_done */
	WIRE_REPORT,   /* a tree, as tree_print() writes it */
	WIRE_PICK,     /* to the worker: struct wire_pick */
};

enum wire_stream {
	STREAM_KERNEL,
	STREAM_RAMDISK,
	STREAMS,	       /* those with data */
	STREAM_SUMS = STREAMS, /* metadata: Debian's SHA256SUMS */
	STREAM_INRELEASE,      /* metadata: the signed list above it */
};

struct wire_header {
	uint32_t type;
	uint32_t stream;
	uint64_t len; /* of what follows */
};

/* What stands behind the checksums of an offer. */
enum sums_kind {
	SUMS_NONE,
	SUMS_TREEINFO,	 /* [checksums] of .treeinfo */
	SUMS_CONTENT,	 /* SUSE's content or CHECKSUMS */
	SUMS_SHA256SUMS, /* Debian's and Ubuntu's */
	SUMS_KINDS,
};

struct wire_offer_file {
	/* NUL-terminated, relative to the repository; of a ramdisk empty: there is none */
	char path[REPO_PATH_MAX];
	uint64_t size;	      /* bytes; 0: not known */
	uint8_t sha256_known; /* 0 or 1 */
	uint8_t sha256[SHA256_LEN];
	/* What identifies this version of the file to its server (ETag, else
	 * Last-Modified and size); empty: nothing does.  Never printed. */
	char validator[REPO_PATH_MAX];
};

struct wire_offer {
	uint32_t media;	  /* enum media (distros.h), of the candidate or .treeinfo */
	uint32_t sums;	  /* enum sums_kind */
	char release[64]; /* "Fedora 41" for messages; may be empty */
	/* Where SHA256SUMS lies: the path by which InRelease lists it, and that of kernel
	 * and ramdisk in it; empty when there is no InRelease. */
	char sums_path[REPO_PATH_MAX];
	struct wire_offer_file file[STREAMS];
};

struct wire_go {
	uint8_t wanted[STREAMS]; /* 0: that file is there already */
};

#define PICK_BY_PATH  UINT32_MAX
#define PICK_PATH_MAX 1024 /* bytes, NUL included */

/* What is wanted of a disk: an entry of the report by its number, or files by their paths,
 * looked for on each device in order; of an entry the paths are empty, and of files the
 * ramdisk's may be. */
struct wire_pick {
	uint32_t entry;
	char kernel[PICK_PATH_MAX];
	char ramdisk[PICK_PATH_MAX];
};

enum payload {
	PAYLOAD_NONE, /* a plain ELF file */
	PAYLOAD_GZIP,
	PAYLOAD_XZ,
	PAYLOAD_ZSTD,
	PAYLOAD_LZMA,
	PAYLOAD_BZIP2,
	PAYLOAD_LZ4,
	PAYLOAD_LZO,
	PAYLOAD_UNKNOWN, /* nothing that can be looked into */
	PAYLOAD_KINDS,
};

/* What the kernel says of itself (contract par. 5.2 and 6). */
struct wire_kernel {
	uint32_t payload; /* enum payload */
	uint8_t bzimage;  /* 0 or 1 */
	uint8_t pv;	/* Xen ELF notes ENTRY and VIRT_BASE, or a __xen_guest section */
	uint8_t phys32; /* Xen ELF note PHYS32_ENTRY */
	uint8_t pvh;	/* ... and what shows that Xen's PVH is meant, not only KVM's */
	uint8_t bits;	/* 32 or 64 */
	uint8_t xen_known; /* 0: the notes could not be reached; all above but payload is 0 */
	uint64_t unpacked; /* bytes of the ELF file; 0: not known */
	char guest_os[32]; /* "linux"; may be empty */
	char release[96];  /* the bzImage's version text; may be empty.  Outside text */
};

struct wire_digests {
	uint8_t known[STREAMS]; /* 0: the list does not name that file */
	uint8_t sha256[STREAMS][SHA256_LEN];
};

enum note_level { NOTE_DEBUG, NOTE_INFO, NOTE_WARNING };

struct wire_note {
	uint32_t level;	 /* enum note_level */
	char text[1020]; /* NUL-terminated; outside text: escaped when printed */
};

/* Why a worker ended.  The names are those the contract gives to errors (par. 1.3). */
enum wire_result {
	RESULT_OK,
	RESULT_ABSENT,	 /* no pair is there: text lists what was tried */
	RESULT_ACCESS,	 /* the repository could not be reached or read */
	RESULT_LIMIT,	 /* a file is over its limit */
	RESULT_INVALID,	 /* what came cannot be used (bad checksum list, no ISO ...) */
	RESULT_REFUSED,	 /* by our own rules: scheme, host, redirect */
	RESULT_INTERNAL, /* the worker itself failed */
	RESULTS,
};

struct wire_done {
	uint32_t result; /* enum wire_result */
	char text[2044]; /* one sentence, NUL-terminated; outside text */
};

/* Send one message; @data may be NULL when @len is 0.  -EPIPE: the other side is gone. */
int wire_send(int fd, enum wire_type type, unsigned stream, const void *data, size_t len);
/* Receive a header; -ENODATA: the other side has closed.  -ETIMEDOUT after @timeout_ms
 * (-1: none) without its first byte.  The time-outs of the socket itself (SO_RCVTIMEO,
 * SO_SNDTIMEO) are -ETIMEDOUT, too, of all functions here. */
int wire_receive(int fd, int timeout_ms, struct wire_header *ret_header);
/* Exactly @len bytes of what follows a header.  -EBADMSG: closed before. */
int wire_receive_body(int fd, void *data, size_t len);

/* For workers. */
int wire_send_tree(int fd, const struct tree *job);
/* -EFBIG: over REPORT_MAX. */
int wire_send_report(int fd, const struct tree *report);
int wire_receive_job(int fd, struct tree *ret_job);
__attribute__((format(printf, 3, 4))) void wire_note(int fd, enum note_level level,
						     const char *fmt, ...);
/* Say DONE; the text is cut at its room.  Returns the exit status of the worker: 0 for
 * RESULT_OK, else 1. */
__attribute__((format(printf, 3, 4))) int wire_done(int fd, enum wire_result result,
						    const char *fmt, ...);
/* What wire_done() calls first, in a worker built with AddressSanitizer (worker_asan.c). */
__attribute__((weak)) void wire_before_done(void);
