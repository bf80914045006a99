/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holder - somebody who has a copy of a descriptor and does with it what it is told, for
 * tests of what becomes of copies.
 * Owns:   a holder is a thread or a process until holder_end(); a process ends with ours.
 * Errors: the program exits: no test goes on without its holders.
 */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

/* How the copy is made. */
enum holder_way {
	HOLDER_DUP,    /* another number in the same process */
	HOLDER_FORK,   /* a child's */
	HOLDER_EXEC,   /* a child's that has executed another program since */
	HOLDER_PASSED, /* received by a process that never had one */
	HOLDER_SENT,   /* the same, but not yet received: it is on its way */
	HOLDER_THREAD, /* the same number in another thread */
	HOLDER_WAYS
};
extern const char *const holder_way_names[HOLDER_WAYS];

/* What it is told, by a letter; it answers with 0 or an errno. */
typedef int holder_obey(void *arg, int fd, char command);

struct holder {
	enum holder_way way;
	int fd; /* HOLDER_DUP */
	pid_t pid;
	pthread_t thread;
	int sock;	 /* where it is told; -1: it is ourselves */
	int theirs;	 /* HOLDER_THREAD: its end of that */
	bool on_its_way; /* it has not received yet: it does when it is asked */
	holder_obey *obey;
	void *arg; /* borrowed */
};

/* @arg is borrowed.  HOLDER_EXEC executes this program again, as "NAME --hold FD SOCK
 * @exec_arg": main() calls holder_serve() then. */
void holder_start(struct holder *h, enum holder_way way, int fd, holder_obey *obey,
		  void *arg, const char *exec_arg);
int holder_ask(struct holder *h, char command);
void holder_end(struct holder *h);
/* Obeys until the other end of @sock is closed. */
int holder_serve(int sock, int fd, holder_obey *obey, void *arg);
