/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_options - the command line of vm-data.
 * Owns: nothing; strings are argv's.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "guest-agent/vm_data_format.h"

enum vm_data_verb {
	VM_DATA_GET,
	VM_DATA_LIST,
	VM_DATA_WAIT,
	VM_DATA_WATCH,
	VM_DATA_EXPORT,
	VM_DATA_SET,
	VM_DATA_RM,
	VM_DATA_POPULATE,
};

struct vm_data_options {
	enum vm_data_verb verb;
	char *key;		   /* KEY or PREFIX, below vm-data; "": vm-data itself */
	const char *file;	   /* populate: FILE or "-" */
	const char *domain;	   /* NULL: our own */
	const char *default_value; /* NULL: none */
	const char *value;	   /* NULL: any */
	enum vm_data_format format;
	const char *new_value;	   /* set: VALUE or "-" */
	bool raw, verbose, base64;
	bool has_timeout;
	uint64_t timeout_ms;
};

/* Ends the program (lib/options.h), with @failed when it cannot print. */
struct vm_data_options vm_data_options_parse(int argc, char *argv[], int failed);

/* Seconds with an optional decimal fraction, rounded up to milliseconds.  -EINVAL */
int vm_data_parse_seconds(const char *text, uint64_t *ret_ms);
