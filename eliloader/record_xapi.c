/* SPDX-License-Identifier: BSD-2-Clause */
/* A record from XAPI, and changes to it: few calls, one session. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/record.h"
#include "eliloader/record_xapi.h"
#include "eliloader/xapi.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/text.h"

#define SET_TRIES 3 /* of one key that somebody else sets at the same time */

struct xapi_store {
	struct record_store store;
	struct xapi xapi;
	char subject[128];
	char *vm;   /* owned: its OpaqueRef */
	char **vbd; /* owned: OpaqueRefs of its disks */
	size_t vbd_count;
	struct record known; /* what was read, with our changes */
};

static void store_close(struct record_store *store)
{
	struct xapi_store *s = (struct xapi_store *)store;

	xapi_close(&s->xapi);
	record_done(&s->known);
	for (size_t i = 0; i < s->vbd_count; i++)
		free(s->vbd[i]);
	free(s->vbd);
	free(s->vm);
	free(s);
}

/* Calls with one, two or three texts, the first being a reference. */
static int call(struct xapi_store *s, const char *method, const char *ref,
		const char *key, const char *value, struct xmlrpc_value **ret_reply,
		char *why, size_t size)
{
	struct xmlrpc_param params[] = { { .text = ref },
					 { .text = key },
					 { .text = value } };
	size_t count = value ? 3 : key ? 2 : 1;

	return xapi_call(&s->xapi, method, params, count, ret_reply, why, size);
}

/* "VM.get_record for VM X: " and what we cannot take. */
static int refuse(const struct xapi_store *s, const char *method, const char *what, int r,
		  char *why, size_t size)
{
	(void)snprintf(why, size, "%s for %s: %s", method, s->subject, what);
	return r;
}

static int take_text(struct record *known, const char *path,
		     const struct xmlrpc_value *record, const char *member)
{
	const char *text = xmlrpc_member_string(record, member);

	return text ? record_put(known, path, text) : 0;
}

/* A map of texts. */
static int take_map(struct record *known, const char *map,
		    const struct xmlrpc_value *record, const char *member)
{
	const struct xmlrpc_value *v = xmlrpc_member(record, member);

	if (!v || v->kind != XMLRPC_STRUCT)
		return -EBADMSG;
	for (v = v->child; v; v = v->next) {
		autofree char *path = NULL;
		int r;

		if (!xmlrpc_string(v))
			return -EBADMSG;
		path = text_printf("%s/%s", map, v->name);
		r = path ? record_put(known, path, v->text) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_vbds(struct xapi_store *s, const struct xmlrpc_value *record)
{
	const struct xmlrpc_value *v = xmlrpc_member(record, "VBDs");

	if (!v || v->kind != XMLRPC_ARRAY)
		return -EBADMSG;
	s->vbd = calloc(RECORD_VBDS_MAX, sizeof(*s->vbd));
	if (!s->vbd)
		return -ENOMEM;
	for (v = v->child; v; v = v->next) {
		const char *ref = xmlrpc_string(v);

		if (!ref || strlen(ref) >= sizeof(((struct record_vbd *)NULL)->ref))
			return -EBADMSG;
		if (s->vbd_count == RECORD_VBDS_MAX)
			return -E2BIG;
		s->vbd[s->vbd_count] = strdup(ref);
		if (!s->vbd[s->vbd_count++])
			return -ENOMEM;
	}
	return 0;
}

int record_take_xapi(struct record *known, const struct xmlrpc_value *record)
{
	static const struct {
		const char *path, *member;
	} texts[] = {
		{ "uuid", "uuid" },
		{ "name", "name_label" },
		{ "domain-type", "domain_type" },
		{ "PV-bootloader", "PV_bootloader" },
		{ "PV-bootloader-args", "PV_bootloader_args" },
		{ "PV-args", "PV_args" },
	};
	int r = take_map(known, "other-config", record, "other_config");

	if (r == 0)
		r = take_map(known, "platform", record, "platform");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && r == 0; i++)
		r = take_text(known, texts[i].path, record, texts[i].member);
	return r;
}

static int find_vm(struct xapi_store *s, const char *uuid, char *why, size_t size)
{
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	const char *ref;
	int r = call(s, "VM.get_by_uuid", uuid, NULL, NULL, &reply, why, size);

	if (r < 0)
		return r;
	ref = xmlrpc_member_string(reply, "Value");
	if (!ref)
		return refuse(s, "VM.get_by_uuid", "XAPI's answer is no reference",
			      -EBADMSG, why, size);
	s->vm = strdup(ref);
	return s->vm ? 0
		     : refuse(s, "VM.get_by_uuid", strerror(ENOMEM), -ENOMEM, why, size);
}

static int read_vm(struct xapi_store *s, char *why, size_t size)
{
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	const struct xmlrpc_value *value;
	int r = call(s, "VM.get_record", s->vm, NULL, NULL, &reply, why, size);

	if (r < 0)
		return r;
	value = xmlrpc_member(reply, "Value");
	r = record_take_xapi(&s->known, value);
	if (r == 0)
		r = take_vbds(s, value);
	if (r == -EBADMSG)
		return refuse(s, "VM.get_record", "XAPI's answer is not a VM's record", r,
			      why, size);
	if (r == -E2BIG)
		return refuse(s, "VM.get_record", "the record has too many keys or disks",
			      r, why, size);
	return r < 0 ? refuse(s, "VM.get_record", strerror(-r), r, why, size) : 0;
}

/* -- disks */

static int take_vbd(const struct xmlrpc_value *value, const char *ref,
		    struct record_vbd *ret)
{
	const char *device = xmlrpc_member_string(value, "userdevice");
	const char *type = xmlrpc_member_string(value, "type");
	const char *updates = xmlrpc_member_string(xmlrpc_member(value, "other_config"),
						   "eliloader-updates-disk");

	if (!device || !type || strlen(device) >= sizeof(ret->userdevice))
		return -EBADMSG;
	(void)snprintf(ret->ref, sizeof(ret->ref), "%s",
		       ref); /* its length was checked */
	(void)snprintf(ret->userdevice, sizeof(ret->userdevice), "%s", device);
	ret->bootable = xmlrpc_is_true(xmlrpc_member(value, "bootable"));
	ret->cd = strcmp(type, "CD") == 0;
	ret->empty = xmlrpc_is_true(xmlrpc_member(value, "empty"));
	ret->updates_disk = updates && strcmp(updates, "true") == 0;
	return 0;
}

/* 1: read.  0: it has gone since the record was read. */
static int read_vbd(struct xapi_store *s, const char *ref, struct record_vbd *ret,
		    char *why, size_t size)
{
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	int r = call(s, "VBD.get_record", ref, NULL, NULL, &reply, why, size);

	if (r == -ENOENT && strcmp(s->xapi.code, "HANDLE_INVALID") == 0)
		return 0;
	if (r < 0)
		return r;
	r = take_vbd(xmlrpc_member(reply, "Value"), ref, ret);
	return r < 0 ? refuse(s, "VBD.get_record", "XAPI's answer is not a disk's record",
			      r, why, size)
		     : 1;
}

static int store_read_vbds(struct xapi_store *s, struct record *r, char *why, size_t size)
{
	autofree struct record_vbd *list = calloc(s->vbd_count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return refuse(s, "VBD.get_record", strerror(ENOMEM), -ENOMEM, why, size);
	for (size_t i = 0; i < s->vbd_count; i++) {
		int n = read_vbd(s, s->vbd[i], &list[count], why, size);

		if (n < 0)
			return n;
		count += (size_t)n;
	}
	free(r->vbd);
	r->vbd = steal_ptr(list);
	r->vbd_count = count;
	return 0;
}

/* -- changes */

static int remove_key(struct xapi_store *s, bool platform, const char *key,
		      const char *path, char *why, size_t size)
{
	int r = call(s,
		     platform ? "VM.remove_from_platform" : "VM.remove_from_other_config",
		     s->vm, key, NULL, NULL, why, size);

	if (r == 0)
		record_drop(&s->known, path);
	return r;
}

static int add_key(struct xapi_store *s, bool platform, const char *key,
		   const char *value, const char *path, char *why, size_t size)
{
	int r = call(s, platform ? "VM.add_to_platform" : "VM.add_to_other_config", s->vm,
		     key, value, NULL, why, size);

	return r == 0 ? record_put(&s->known, path, value) : r;
}

/* XAPI has no "set": a key that is there is removed first.  A kill between the two leaves
 * it out, which the planner takes for its default.  Somebody else may add it meanwhile,
 * and a call that was sent twice finds what the first one added. */
static int set_key(struct xapi_store *s, bool platform, const char *key,
		   const char *value, const char *path, char *why, size_t size)
{
	bool there = tree_find(&s->known.keys, path);
	int r;

	for (int i = 0; i < SET_TRIES; i++) {
		r = there ? remove_key(s, platform, key, path, why, size) : 0;
		if (r == 0)
			r = add_key(s, platform, key, value, path, why, size);
		if (r != -EEXIST)
			return r;
		there = true;
	}
	return r;
}

static int change_map(struct xapi_store *s, const struct change *c, bool platform,
		      char *why, size_t size)
{
	autofree char *path = NULL;
	const char *have;
	int r = change_path(c, &path);

	if (r < 0)
		return refuse(s, c->key, strerror(-r), r, why, size);
	have = record_get(&s->known, path);
	if (change_removes(c))
		return have ? remove_key(s, platform, c->key, path, why, size) : 0;
	if (have && strcmp(have, c->value) == 0)
		return 0;
	return set_key(s, platform, c->key, c->value, path, why, size);
}

static int change_field(struct xapi_store *s, const struct change *c, const char *method,
			char *why, size_t size)
{
	autofree char *path = NULL;
	const char *have;
	int r = change_path(c, &path);

	if (r < 0)
		return refuse(s, method, strerror(-r), r, why, size);
	have = record_get(&s->known, path);
	if (have && strcmp(have, c->value) == 0)
		return 0;
	r = call(s, method, s->vm, c->value, NULL, NULL, why, size);
	return r < 0 ? r : record_put(&s->known, path, c->value);
}

static int set_bootable(struct xapi_store *s, const struct record_vbd *vbd,
			const struct change *c, char *why, size_t size)
{
	struct xmlrpc_param params[] = {
		{ .text = vbd->ref },
		{ .is_bool = true, .truth = strcmp(c->value, "true") == 0 },
	};

	if (params[1].truth == vbd->bootable)
		return 0;
	return xapi_call(&s->xapi, "VBD.set_bootable", params, 2, NULL, why, size);
}

/* It is gone: that was wanted, also when a call sent twice finds it so. */
static bool is_gone(const struct xapi_store *s, int r)
{
	return r == -ENOENT && strcmp(s->xapi.code, "HANDLE_INVALID") == 0;
}

/* Only the link between VM and disk goes; the disk itself (VDI) stays. */
static int destroy_vbd(struct xapi_store *s, const struct record_vbd *vbd, char *why,
		       size_t size)
{
	int r;

	if (!vbd->updates_disk)
		return refuse(s, "VBD.destroy", "it is not the updates disk", -EPERM, why,
			      size);
	r = call(s, "VBD.destroy", vbd->ref, NULL, NULL, NULL, why, size);
	if (r < 0 && strcmp(s->xapi.code, "OPERATION_NOT_ALLOWED") == 0) {
		/* still attached; if it cannot be unplugged, destroying says why */
		(void)call(s, "VBD.unplug", vbd->ref, NULL, NULL, NULL, why, size);
		r = call(s, "VBD.destroy", vbd->ref, NULL, NULL, NULL, why, size);
	}
	return is_gone(s, r) ? 0 : r;
}

static int change_vbd(struct xapi_store *s, const struct record *r,
		      const struct change *c, char *why, size_t size)
{
	if (c->vbd >= r->vbd_count)
		return refuse(s, "VBD", "there is no such disk", -EINVAL, why, size);
	if (c->kind == CHANGE_BOOTABLE)
		return set_bootable(s, &r->vbd[c->vbd], c, why, size);
	return destroy_vbd(s, &r->vbd[c->vbd], why, size);
}

static int change_one(struct xapi_store *s, const struct record *r,
		      const struct change *c, char *why, size_t size)
{
	switch (c->kind) {
	case CHANGE_OTHER_CONFIG_REMOVE:
	case CHANGE_OTHER_CONFIG_SET:
		return change_map(s, c, false, why, size);
	case CHANGE_PLATFORM_REMOVE:
	case CHANGE_PLATFORM_SET:
		return change_map(s, c, true, why, size);
	case CHANGE_BOOTLOADER:
		return change_field(s, c, "VM.set_PV_bootloader", why, size);
	case CHANGE_BOOTLOADER_ARGS:
		return change_field(s, c, "VM.set_PV_bootloader_args", why, size);
	case CHANGE_BOOTABLE:
	case CHANGE_DESTROY_VBD:
		return change_vbd(s, r, c, why, size);
	}
	return -EINVAL;
}

static int store_change(struct record_store *store, const struct record *r,
			const struct change *c, size_t count, char *why, size_t size)
{
	struct xapi_store *s = (struct xapi_store *)store;

	for (size_t i = 0; i < count; i++) {
		int ret = change_one(s, r, &c[i], why, size);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static const struct record_store_ops ops = {
	.change = store_change,
	.close = store_close,
};

int record_read_vbds(struct record_store *store, struct record *r, char *why, size_t size)
{
	if (store->ops != &ops)
		return 0;
	return store_read_vbds((struct xapi_store *)store, r, why, size);
}

static int open_vm(struct xapi_store *s, const char *uuid, struct record *r, char *why,
		   size_t size)
{
	int ret = find_vm(s, uuid, why, size);

	if (ret == 0)
		ret = read_vm(s, why, size);
	if (ret < 0)
		return ret;
	ret = tree_copy(&r->keys, &s->known.keys);
	return ret < 0 ? refuse(s, "VM.get_record", strerror(-ret), ret, why, size) : 0;
}

int record_open_xapi(const char *socket, unsigned timeout_s, const char *uuid,
		     struct record *r, struct record_store **ret, char *why, size_t size)
{
	struct xapi_store *s = calloc(1, sizeof(*s));
	char safe[sizeof(s->subject) - 8];
	int result;

	if (!s) {
		(void)snprintf(why, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	s->store.ops = &ops;
	record_init(&s->known);
	(void)log_escape(safe, sizeof(safe), uuid, strlen(uuid)); /* cut is fine */
	(void)snprintf(s->subject, sizeof(s->subject), "VM %s", safe);
	xapi_init(&s->xapi, socket, timeout_s, s->subject);
	result = open_vm(s, uuid, r, why, size);
	if (result < 0) {
		store_close(&s->store);
		return result;
	}
	*ret = &s->store;
	return 0;
}
