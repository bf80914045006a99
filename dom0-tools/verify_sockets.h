/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_sockets - is a socket of the process one that leads only where it may?
 * Source: socket(7), unix(7)
 * Owns:   nothing; @fd is borrowed, and only asked.
 * Errors: none: what cannot be asked is told as unknown.
 */
#pragma once
#include "dom0-tools/verify_checks.h"

/* @fd: a duplicate; -1: the kernel gives none. */
void verify_socket(struct verify_context *ctx, const char *name, int fd);
