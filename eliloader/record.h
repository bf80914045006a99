/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record - what is known of one VM, whoever told: XAPI, a record file, --set, the state.
 *
 * The keys are a map (lib/tree.h takes any text as a path):
 *   other-config/KEY, platform/KEY, PV-bootloader, PV-bootloader-args, PV-args, and from
 *   XAPI only: name, uuid, domain-type ("pv", "pvh", "pv_in_pvh", "hvm", "unspecified")
 * KEYs and values are hostile, may be empty and hold any text but NUL: planners check them
 * (plan.h).  What XAPI's sentences quote comes escaped.
 * Owns:   its map and its disks.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/tree.h"

#define RECORD_KEYS_MAX 4096 /* of one VM: XAPI's records have some fifty */
#define RECORD_VBDS_MAX 256  /* disks of one VM: Xen's own limit for a guest */

struct record_vbd {
	char ref[64];	     /* XAPI's OpaqueRef */
	char userdevice[32]; /* "0", "xvda"... */
	bool bootable;
	bool cd;
	bool empty;	   /* a CD drive without a medium: never the boot device */
	bool updates_disk; /* other-config:eliloader-updates-disk=true */
};

struct record {
	struct tree keys;
	struct record_vbd *vbd; /* XAPI only, when asked for */
	size_t vbd_count;
};

void record_init(struct record *r);
void record_done(struct record *r);
#define autorecord __attribute__((cleanup(record_done)))
/* NULL when absent or with a NUL inside. */
const char *record_other(const struct record *r, const char *key);
const char *record_platform(const struct record *r, const char *key);
const char *record_get(const struct record *r, const char *key);

/* One KEY=VALUE of --set or a record file's line: the keys of an install (eliloader(8)) are
 * short for other-config, "other-config:KEY", "platform:KEY", "PV-bootloader-args",
 * "PV-bootloader", "PV-args".  -EINVAL: not such a text.  -E2BIG: too many keys. */
int record_set(struct record *r, const char *assignment);
/* A record file: such lines, '#' comments, empty lines; blanks before a key are passed
 * over, a value goes to the end of its line.  @text is written over; text[len] must be
 * writable, as io_read_limited() leaves it.  -EBADMSG with the line (from 1). */
int record_parse(struct record *r, char *text, size_t len, size_t *ret_line);
/* "other-config:KEY" and its like as the map's path (free() it): -EINVAL: none of them. */
int record_path(const char *name, size_t name_len, char **ret_path);
/* Add or replace; -E2BIG: too many keys. */
int record_put(struct record *r, const char *path, const char *value);
/* Remove @path, if it is there. */
void record_drop(struct record *r, const char *path);

/* A change, in the order it must be made. */
enum change_kind {
	CHANGE_OTHER_CONFIG_REMOVE, /* key */
	CHANGE_OTHER_CONFIG_SET,    /* key, value: whether it exists or not */
	CHANGE_PLATFORM_REMOVE,
	CHANGE_PLATFORM_SET,
	CHANGE_BOOTLOADER,	/* value */
	CHANGE_BOOTLOADER_ARGS, /* value */
	CHANGE_BOOTABLE,	/* vbd (index), value "true" or "false" */
	CHANGE_DESTROY_VBD,	/* vbd */
};
struct change {
	enum change_kind kind;
	char key[64];
	char value[256];
	size_t vbd;
};

/* What a change is about: its key's path in the map, for bootloader and its arguments, too
 * (free() it); -EINVAL: a VBD's. */
int change_path(const struct change *c, char **ret_path);
/* Does it remove its key? */
bool change_removes(const struct change *c);

/* Where a record came from and changes go to. */
struct record_store;
struct record_store_ops {
	/* Make @count changes, all or as many as could be made before a failure, which the
	 * next start repairs; -errno, the sentence in @why. */
	int (*change)(struct record_store *s, const struct record *r,
		      const struct change *c, size_t count, char *why, size_t size);
	/* Log out, unlock, free. */
	void (*close)(struct record_store *s);
};
struct record_store {
	const struct record_store_ops *ops;
};

/* XAPI.  One session from here to close(), which also ends when SIGTERM, SIGINT or SIGHUP
 * end the process (xapi_guard.h).  @timeout_s is for each call.  The VM's own keys only:
 * its VBDs cost one call each, see below.  @socket NULL: XAPI's default places.
 * -ENOENT: no such VM.  Others: see xapi.h. */
int record_open_xapi(const char *socket, unsigned timeout_s, const char *uuid,
		     struct record *r, struct record_store **ret, char *why, size_t size);
/* Fill r->vbd, when a plan needs it; with a state: nothing, 0. */
int record_read_vbds(struct record_store *s, struct record *r, char *why, size_t size);

/* Under xl: the state of VM @name below @dir, laid over what @r has.  The file is locked
 * until close; made with the first change, written anew and renamed (fsync).  A name is
 * percent-encoded in the file's name.  @uuid is noted for people only (may be NULL).
 * -EBUSY: another start of that VM had it locked for STATE_WAIT_S seconds. */
int record_open_state(const char *dir, const char *name, const char *uuid,
		      struct record *r, struct record_store **ret, char *why,
		      size_t size);
/* The same, for --explain: nothing is made or locked, and no change can be. */
int record_peek_state(const char *dir, const char *name, struct record *r, char *why,
		      size_t size);
/* -ENOENT: there was none. */
int record_forget_state(const char *dir, const char *name);
