/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_script.h"

/* Under AddressSanitizer each allocation is a block of its own, so that reading past it is
 * seen. */
#ifndef __has_feature /* clang's */
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define BLOCK_ROOM 0
#else
#define BLOCK_ROOM (16 << 10)
#endif

struct grub_block {
	struct grub_block *below; /* owned */
	size_t used, room;
	alignas(max_align_t) char data[];
};

static struct grub_block *add_block(struct grub_arena *a, size_t size)
{
	size_t room = size > BLOCK_ROOM ? size : BLOCK_ROOM;
	struct grub_block *b;

	if (a->full || room > GRUB_ARENA_MAX - a->bytes)
		return NULL;
	b = malloc(sizeof(*b) + room);
	if (!b)
		return NULL;
	*b = (struct grub_block){ .below = a->top, .room = room };
	a->top = b;
	a->bytes += room;
	return b;
}

void *grub_alloc(struct grub_arena *a, size_t size)
{
	struct grub_block *b = a->top;
	void *p;

	if (size > GRUB_ARENA_MAX)
		a->full = true;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!b || size > b->room - b->used || a->full)
		b = add_block(a, size);
	if (!b) {
		a->full = true;
		return NULL;
	}
	p = memset(b->data + b->used, 0, size);
	b->used += size;
	return p;
}

char *grub_copy(struct grub_arena *a, const char *text, size_t len)
{
	char *copy = grub_alloc(a, len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

struct grub_mark grub_arena_mark(const struct grub_arena *a)
{
	return (struct grub_mark){ a->top, a->top ? a->top->used : 0 };
}

void grub_arena_release(struct grub_arena *a, struct grub_mark mark)
{
	while (a->top != mark.block) {
		struct grub_block *b = a->top;

		a->top = b->below;
		a->bytes -= b->room;
		free(b);
	}
	if (a->top)
		a->top->used = mark.used;
}

void grub_arena_done(struct grub_arena *a)
{
	grub_arena_release(a, (struct grub_mark){ 0 });
	a->full = false;
}
