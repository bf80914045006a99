/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start - one start of a VM, from the request to the printed result.
 *
 *	configuration, VM, record --> plan --> (--explain: print it)
 *	    --> fetch or ask the disk --> checks and fix-ups --> record changed
 *	    --> files get their names --> result printed
 *
 * A kill at any point leaves no dead end: until the record is changed everything is as it
 * was, after that the next start asks the disk; files that had their names it removes.
 *
 * Owns:   nothing after it returns; the request is borrowed.
 * Errors: 0, or a negative errno with the failure filled in.
 */
#pragma once
#include "eliloader/failure.h"
#include "eliloader/request.h"

int start_vm(const struct request *request, struct failure *ret_failure);
/* --forget */
int start_forget(const struct request *request, struct failure *ret_failure);
