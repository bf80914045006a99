/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record - what is known of one VM, whoever told: XAPI, a record file, --set, the state.
 *
 * The keys are a map (lib/tree.h takes any text as a path):
 *   other-config/KEY, platform/KEY, PV-bootloader, PV-bootloader-args, PV-args, name, uuid
 * Values are hostile: planners check them (plan.h).
 * Owns:   its map and its disks.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/tree.h"

struct record_vbd {
	char ref[64];	     /* XAPI's OpaqueRef */
	char userdevice[32]; /* "0", "xvda"... */
	bool bootable;
	bool cd;
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

/* One KEY=VALUE of --set or a record file's line: "install-..." is short for other-config,
 * "other-config:KEY", "platform:KEY", "PV-bootloader-args", "PV-bootloader", "PV-args".
 * -EINVAL: not such a text. */
int record_set(struct record *r, const char *assignment);
/* A record file: such lines, '#' comments.  -EBADMSG with the line (from 1). */
int record_parse(struct record *r, char *text, size_t len, size_t *ret_line);

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

/* XAPI.  One session; @want_vbds: also the VM's VBDs (one call more each).
 * -ENOENT: no such VM. */
int record_open_xapi(const char *socket, unsigned timeout_s, const char *uuid,
		     struct record *r, struct record_store **ret, char *why, size_t size);
/* Fill r->vbd, when a plan needs it. */
int record_read_vbds(struct record_store *s, struct record *r, char *why, size_t size);

/* Under xl: the state of VM @name below @dir, laid over what @r has.  The file is locked
 * until close; made with the first change, written anew and renamed (fsync).  A name is
 * percent-encoded in the file's name.  @uuid is noted for people only (may be NULL). */
int record_open_state(const char *dir, const char *name, const char *uuid,
		      struct record *r, struct record_store **ret, char *why,
		      size_t size);
int record_forget_state(const char *dir, const char *name);
