/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - tries every door (probe.h) and prints TAP; for each a line "# outcome ERRNO NAME",
 * 0 where it was open and -1 where who tried was killed, to compare rooms by.
 *
 *   probe [--static] DECOYS...          in the room: each must be refused as it should be
 *   probe --outside DECOYS...           not in it: those must be open that are known to be
 *   probe --loose DECOYS...             in a room whose filter lets all through: what is shut
 *                                       twice must be refused in whatever way
 *   probe --only NAME [...] DECOYS...   one door; one that kills is tried only so
 *   probe --list                        names of all doors, "kills" before those that do
 *   probe --sleep                       nothing: waits to be ended, for who verifies it
 * DECOYS: SECRET ABSTRACT PATH STORE XS OTHER-DOMID PID
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/restrict/probe.h"
#include "tests/tap.h"

#define WORDS 7
#define TRY_S 20 /* seconds: more than any door takes */
#define DIED  (-1)

static const struct door *const tables[] = { probe_files,  probe_sockets, probe_processes,
					     probe_rights, probe_kernel,  probe_limits };

struct run {
	struct decoys decoys;
	const char *only; /* NULL: all */
	bool outside;
	bool loose;
	bool is_static;
};

static bool is_wanted(const struct run *run, const struct door *door, int got)
{
	if (run->is_static && door->flags & DOOR_BY_NAME)
		return got == EPERM;
	for (size_t i = 0; i < sizeof(door->want) / sizeof(*door->want); i++)
		if (door->want[i] != 0 && door->want[i] == got)
			return true;
	return false;
}

/* In a process of its own: what it changes ends with it. */
static int try_apart(const struct door *door, const struct decoys *d)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		(void)alarm(TRY_S);
		_exit(door->try(d));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

static void tell(const struct door *door, int got)
{
	printf("# outcome %d %s\n", got, door->name);
}

/* Outside: does the attempt itself work?  Else a refusal would be no proof. */
static void try_outside(const struct run *run, const struct door *door)
{
	int got = try_apart(door, &run->decoys);

	tell(door, got);
	if (door->flags & DOOR_OPEN_OUTSIDE) {
		ok(got == 0, "open outside: %s", door->name);
		if (got != 0)
			printf("# it was refused: %s\n",
			       got == DIED ? "by a signal" : strerror(got));
	} else if (is_wanted(run, door, got)) {
		printf("# refused outside as inside: %s: %s\n", door->name,
		       strerror(got));
	}
}

static void try_inside(const struct run *run, const struct door *door)
{
	int got = door->try(&run->decoys);

	tell(door, got);
	ok(run->loose ? got != 0 : is_wanted(run, door, got), "%s: %s", door->name,
	   got == 0 ? "IT IS OPEN" : strerror(got));
}

/* Whoever tries one that kills has no more to say. */
static bool is_tried(const struct run *run, const struct door *door)
{
	if (run->only)
		return strcmp(run->only, door->name) == 0;
	if (run->loose)
		return door->flags & DOOR_SHUT_TWICE;
	return run->outside || !(door->flags & DOOR_KILLS);
}

static void try_all(const struct run *run)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct door *door = tables[t]; door->name; door++)
			if (is_tried(run, door)) {
				if (run->outside)
					try_outside(run, door);
				else
					try_inside(run, door);
			}
}

static int list_all(void)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct door *door = tables[t]; door->name; door++)
			printf("%s %s\n", door->flags & DOOR_KILLS ? "kills" : "door",
			       door->name);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* Until it is ended. */
static int sleep_on(void)
{
	puts("ready");
	if (fflush(stdout) != 0)
		return 1;
	while (true)
		(void)pause();
}

static void take_decoys(struct decoys *d, char *words[WORDS])
{
	d->secret = words[0];
	d->name = words[1];
	d->path = words[2];
	d->store = words[3];
	d->xs = words[4];
	d->other_domid = (unsigned)strtoul(words[5], NULL, 10);
	d->pid = (pid_t)strtol(words[6], NULL, 10);
}

int main(int argc, char *argv[])
{
	struct run run = { 0 };
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--list") == 0)
			return list_all();
		if (strcmp(argv[i], "--sleep") == 0)
			return sleep_on();
		if (strcmp(argv[i], "--outside") == 0)
			run.outside = true;
		if (strcmp(argv[i], "--loose") == 0)
			run.loose = true;
		if (strcmp(argv[i], "--static") == 0)
			run.is_static = true;
		if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			run.only = argv[++i];
	}
	if (argc - i != WORDS) {
		fputs("probe: wrong use\n", stderr);
		return 2;
	}
	take_decoys(&run.decoys, argv + i);
	try_all(&run);
	return tap_done();
}
