/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_excuse.h"

#include <string.h>

#include "tests/broker/oracle_extra.h"
#include "tests/broker/oracle_side.h"

#define NODES_MOST 1000
/* xenstored has been seen to count one more than the tree has. */
#define NODES_OFF_C 1
/* The broker counts nodes anew for who would be refused by a count that is older. */
#define COUNT_OLD_MS 1000

struct excuse {
	char kind; /* of the daemon: C, O */
	bool (*fits)(const struct op *op, const struct message *ring,
		     const struct message *broker);
	const char *why;
};

static bool error_is(const struct message *m, const char *name)
{
	const char *error = message_error(m);

	return error && strcmp(error, name) == 0;
}

/* The generation, the first string of both, counts all changes of a store. */
static bool part_generation(const struct op *op, const struct message *ring,
			    const struct message *broker)
{
	size_t r = strnlen(ring->body, ring->h.len),
	       b = strnlen(broker->body, broker->h.len);

	return op->type == XS_DIRECTORY_PART && !message_error(ring) &&
	       !message_error(broker) && r > 0 && b > 0 &&
	       strspn(ring->body, "0123456789") == r &&
	       strspn(broker->body, "0123456789") == b &&
	       ring->h.len - r == broker->h.len - b &&
	       memcmp(ring->body + r, broker->body + b, ring->h.len - r) == 0;
}

static bool equota_name(const struct op *op, const struct message *ring,
			const struct message *broker)
{
	(void)op;
	return error_is(ring, "EQUOTA") && error_is(broker, "ENOSPC");
}

static const struct excuse excuses[] = {
	{ 'C', part_generation,
	  "the generation in DIRECTORY_PART is the daemon's count of all changes, "
	  "and the broker's own transactions are among them" },
	{ 'O', equota_name,
	  "EQUOTA is no name that libxenstore knows: it would read it as EINVAL" },
};
#define EXCUSES (sizeof(excuses) / sizeof(excuses[0]))
static unsigned used[EXCUSES], conflicts, too_many, old_counts, relative;

bool excuse_find(char kind, const struct op *op, const struct message *ring,
		 const struct message *broker)
{
	for (size_t i = 0; i < EXCUSES; i++) {
		if (excuses[i].kind != kind || !excuses[i].fits(op, ring, broker))
			continue;
		used[i]++;
		return true;
	}
	return false;
}

bool excuse_conflict(char kind, const struct op *op, const struct message *ring,
		     const struct message *broker, bool changed)
{
	if (kind != 'O' || op->type != XS_TRANSACTION_END || op->body[0] != 'T' ||
	    op->slot < 0 || !changed || message_error(ring) ||
	    !error_is(broker, "EAGAIN"))
		return false;
	conflicts++;
	return true;
}

/* xenstored takes no value that would be too much behind a path that long. */
bool excuse_relative(char kind, const struct op *op, const struct message *ring,
		     const struct message *broker)
{
	if (kind != 'O' || op->type != XS_WRITE || strchr("/@", op->body[0]) ||
	    op->len + strlen(ORACLE_HOME) <= XENSTORE_PAYLOAD_MAX ||
	    message_error(ring) || !error_is(broker, "E2BIG"))
		return false;
	relative++;
	return true;
}

static bool is_quota(const struct message *m)
{
	return error_is(m, "ENOSPC") || error_is(m, "EQUOTA") || error_is(m, "ENOMEM");
}

static bool makes(const struct op *op)
{
	return op->type == XS_WRITE || op->type == XS_MKDIR;
}

bool excuse_may_be_nodes(const struct op *op, const struct message *ring,
			 const struct message *broker)
{
	return makes(op) && is_quota(ring) && !message_error(broker);
}

bool excuse_nodes(char kind, const struct op *op, const struct message *ring,
		  const struct message *broker, unsigned with)
{
	if (!excuse_may_be_nodes(op, ring, broker) ||
	    with <= NODES_MOST - (kind == 'C' ? NODES_OFF_C : 0))
		return false;
	too_many++;
	return true;
}

/* Of the three times, the count's end is before dom0's answer, and the request is looked
 * at after it was sent. */
bool excuse_old_count(const struct op *op, const struct message *ring,
		      const struct message *broker, uint64_t asked_ms,
		      uint64_t lessened_ms)
{
	if (!makes(op) || message_error(ring) || !is_quota(broker) || lessened_ms == 0 ||
	    asked_ms - lessened_ms > COUNT_OLD_MS)
		return false;
	old_counts++;
	return true;
}

void excuse_print(FILE *out, char kind)
{
	(void)fprintf(
		out,
		"# explained %u times: a domain that has all the nodes it may have "
		"(%d) can make more through the broker, which counts those below its "
		"home and those its clients make, but not others elsewhere\n",
		too_many, NODES_MOST);
	(void)fprintf(
		out,
		"# explained %u times: the broker, which counts anew once a second, "
		"does not know yet that dom0 has removed nodes of a domain's; asked "
		"again, it does\n",
		old_counts);
	if (kind == 'O')
		(void)fprintf(
			out,
			"# explained %u times: a relative path and a value, which fill a "
			"request, are more than 4096 bytes when the broker, whose own "
			"base "
			"is dom0's home, has written the path in full\n",
			relative);
	if (kind == 'O')
		(void)fprintf(
			out,
			"# explained %u times: permissions that the broker has looked at "
			"in a transaction have changed meanwhile, but not what the guest "
			"has been answered, so that oxenstored's replay succeeds for the "
			"guest and fails for the broker: EAGAIN\n",
			conflicts);
	for (size_t i = 0; i < EXCUSES; i++)
		if (excuses[i].kind == kind)
			(void)fprintf(out, "# explained %u times: %s\n", used[i],
				      excuses[i].why);
}
