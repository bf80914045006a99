/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record_xapi - what VM.get_record answers, as a record; for the fuzzer, too.
 * Owns:   nothing.
 * Errors: -EBADMSG: not a VM's record.  -E2BIG: over RECORD_KEYS_MAX keys.  -ENOMEM.
 */
#pragma once
#include "eliloader/record.h"
#include "eliloader/xmlrpc.h"

/* Add the keys of @record, which may be anything, also NULL. */
int record_take_xapi(struct record *known, const struct xmlrpc_value *record);
