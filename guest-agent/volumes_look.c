/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/volumes_look.h"

#include <errno.h>
#include <fcntl.h>

#include "guest-agent/block.h"
#include "guest-agent/mountinfo.h"
#include "guest-agent/schema_volumes.h"
#include "guest-agent/volumes.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define COMPLAIN_EVERY_MS (UINT64_C(3600) * 1000)

static int read_mounts(int rootfd, struct mount_list *ret)
{
	static struct log_limit limit = { .burst = 1, .interval_ms = COMPLAIN_EVERY_MS };
	autoclose int fd = openat(rootfd, VOLUMES_MOUNTINFO, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : mountinfo_read(fd, ret);

	if (r == -ENOENT)
		return 0; /* a root without /proc: nothing is mounted there */
	if (r >= 0 && ret->left_out > 0)
		log_limited(
			&limit, LOG_LEVEL_WARNING,
			"%zu lines of /proc/self/mountinfo are malformed, too long, or "
			"over the %d that are looked at: skipping these mounts",
			ret->left_out, MOUNTINFO_MAX);
	return r;
}

/* Only as many as the store has room for. */
static void cut(struct volume_plan *plan)
{
	static struct log_limit limit = { .burst = 1, .interval_ms = COMPLAIN_EVERY_MS };
	size_t all = plan->facts.count, count = 0, nodes = 0;

	while (count < all && count < VOLUMES_MAX) {
		nodes += schema_volume_nodes(&plan->facts.volume[count]);
		if (nodes > VOLUMES_NODES_MAX)
			break;
		count++;
	}
	if (count == all)
		return;
	log_limited(&limit, LOG_LEVEL_WARNING,
		    "%zu volumes are too many for xenstore: leaving out those after '%s'",
		    all, count > 0 ? plan->facts.volume[count - 1].name : "");
	volume_plan_cut(plan, count);
}

int volumes_look(int rootfd, struct volume_plan *ret)
{
	struct block_list blocks = { 0 };
	struct mount_list mounts = { 0 };
	int r = block_scan(rootfd, &blocks);

	if (r >= 0)
		r = read_mounts(rootfd, &mounts);
	if (r >= 0)
		r = volumes_plan(&blocks, &mounts, ret);
	if (r >= 0)
		cut(ret);
	block_list_done(&blocks);
	mountinfo_done(&mounts);
	return r;
}
