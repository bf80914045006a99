/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_map - read a VM's xenstore-data map and check that all of it can be written.
 * Pure: bytes in, nodes and sentences out.
 *
 * A map is either lines `vm-data/foo=bar` (LF or CRLF; the value is all after the first
 * '='), or, when its first byte that is no space is '{', a JSON object of strings.  What
 * is not below vm-data/ is ignored, as XAPI does.
 *
 * Source: xen-api ocaml/xenopsd xenops_server_xen.ml, domain.ml (the prefix rule);
 *         xen.git docs/misc/xenstore.txt (characters); limits as they say themselves
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>

#include "lib/tree.h"

/* bytes: oxenstored refuses more, from dom0 too; C xenstored takes it from dom0 */
#define VM_DATA_VALUE_MAX 2048
/* bytes: oxenstored takes paths of 1024, of which /local/domain/65535/vm-data/ is 28 */
#define VM_DATA_KEY_MAX (1024 - 28)
/* levels: xenopsd reads no deeper when it copies vm-data back into the VM's record */
#define VM_DATA_DEPTH_MAX 512
/* nodes, vm-data itself among them: what one domain may own, in both daemons */
#define VM_DATA_NODES_MAX 1000
/* bytes of children's names with their NULs: one message, which is all that a guest's
 * kernel takes for an answer */
#define VM_DATA_NAMES_MAX 4096
/* bytes of a map: what XAPI allows a VM's xenstore data by default */
#define VM_DATA_MAP_MAX (25UL << 20)

/* Each is a sentence without a full stop that names the line or the key; text from the
 * map in it is not escaped. */
struct vm_data_map_sink {
	void (*problem)(void *arg, const char *text);
	void (*ignored)(void *arg, const char *text);
	void *arg;
};

/* Read and check @len bytes.  *ret_nodes, an empty tree, gets each node to be made below
 * vm-data, parents that the map does not name included (with no value).
 * -EBADMSG: there were problems, all of them told; *ret_nodes is not to be used. */
int vm_data_map_read(const char *text, size_t len, const struct vm_data_map_sink *sink,
		     struct tree *ret_nodes);
