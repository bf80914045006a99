/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_events - the watch events that a guest got, beside those of a client of the
 * broker.  A daemon judges an event when the change is made, and lets it through also if
 * the node could be read just before.  The broker, which is told afterwards, cannot know
 * that; it holds back what its domain cannot see any more.  So a client may miss an event
 * when right after the change neither the node nor its parent is there to read; the first
 * event of a watch never, and there must be none that the guest has not got, but for
 * those of oracle_extra.h.
 * Source: fire_watches() and watch_permitted() of xen.git tools/xenstore (XSA-115)
 * Owns:   nothing outside; which watches have had their first event is kept for a run.
 * Errors: 0 or a negative errno.
 * Limits: 4 million tokens in a run.
 */
#pragma once
#include "tests/broker/oracle_side.h"

/* To be called after each operation: which of the events that came to @side since may the
 * other miss?  Nothing is asked when the answer cannot matter (@broker false). */
int events_judge(struct side *side, bool broker);
/* The same for the broker's @side: which may be more than the guest's?  Only one that
 * extra_allowed() knows, of a node that can be seen at this time. */
int events_judge_extra(struct side *side);
/* 0: the same events, for each watch in the same order.  1: the difference is in @why.
 * What was missed and may be, and what came and may, is counted. */
int events_compare(const struct side *a, const struct side *b, char *why, size_t size,
		   uint64_t *ret_missed, uint64_t *ret_extra);
