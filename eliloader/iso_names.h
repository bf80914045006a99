/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_names - the names of an ISO image: kept, sorted, looked up.  Part of iso_image.
 * Pure.
 *
 * Owns:   the texts of struct iso's entries, until iso_names_free().
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "eliloader/iso_image.h"

/* Add a copy of @entry with those texts; @target may be NULL.  -E2BIG: over
 * ISO_NAMES_MAX. */
int iso_names_add(struct iso *iso, const struct iso_entry *entry, const char *path,
		  const char *target);
/* All are there: find out whether the image is plain, make them ready for iso_find(). */
void iso_names_sort(struct iso *iso);
/* Is @path, as libarchive says it (or NULL), @entry's? */
bool iso_names_is(const struct iso *iso, const struct iso_entry *entry, const char *path);
void iso_names_free(struct iso *iso);
