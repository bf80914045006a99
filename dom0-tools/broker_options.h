/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_options - xenstore-broker's command line.
 * Owns:   nothing; strings are argv's.
 * Errors: a usage error is told and ends the program with status 2.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct broker_options {
	unsigned domid;
	const char *listen;   /* path; NULL: a descriptor is inherited */
	const char *upstream; /* NULL: where libxenstore looks */
	const char *profile;  /* name or file */
	bool turn;	      /* --limiter turn: no token bucket */
	unsigned rate, burst;
	uid_t owner;
	gid_t group;
	mode_t mode;
	int serve_fd, listen_fd, ready_fd; /* -1: none */
	const char *metrics;		   /* path; NULL: none */
	unsigned max_clients;
	unsigned reconnect_s;
	const char *user; /* NULL: the usual one */
	bool verbose;
};

struct broker_options broker_options_parse(int argc, char *argv[]);
