/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_blank - is a disk all zeros at both ends, where partition tables and file systems
 * tell themselves?  For "disk-reader = pygrub", which cannot tell what it does not know from
 * nothing; nothing is parsed.
 * Errors: 0 no, 1 yes, or a negative errno: it cannot be read.
 */
#pragma once

int disk_is_blank(const char *image);
