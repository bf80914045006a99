/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/kernel_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Types of notes whose name is "Xen". */
enum xen_note {
	NOTE_ENTRY = 1,
	NOTE_VIRT_BASE = 3,
	NOTE_GUEST_OS = 6,
	NOTE_FEATURES = 10, /* names, '|' between them, '!' before those that must be */
	NOTE_SUPPORTED_FEATURES = 17, /* their bits */
	NOTE_PHYS32_ENTRY = 18,
};
#define FEATURE_RSDP_NAME "linux_rsdp_unrestricted"
#define FEATURE_RSDP_BIT  15

struct note {
	uint32_t type;
	const uint8_t *desc;
	uint32_t desc_len;
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Printable ASCII up to the first other byte or one of @stop. */
static void copy_text(char *text, size_t size, const uint8_t *from, size_t len,
		      const char *stop)
{
	size_t i;

	for (i = 0; i < len && i < size - 1 && from[i] >= ' ' && from[i] <= '~'; i++) {
		if (strchr(stop, from[i]))
			break;
		text[i] = (char)from[i];
	}
	text[i] = '\0';
}

static bool lists_feature(const uint8_t *desc, size_t len)
{
	char text[512];
	char *rest = text, *word;

	copy_text(text, sizeof(text), desc, len, "");
	while ((word = strsep(&rest, "|")))
		if (strcmp(word + (*word == '!'), FEATURE_RSDP_NAME) == 0)
			return true;
	return false;
}

static void take_note(struct kernel_notes *n, const struct note *note)
{
	n->any = true;
	switch (note->type) {
	case NOTE_ENTRY:
		n->entry = true;
		break;
	case NOTE_VIRT_BASE:
		n->virt_base = true;
		break;
	case NOTE_GUEST_OS:
		copy_text(n->guest_os, sizeof(n->guest_os), note->desc, note->desc_len,
			  "");
		break;
	case NOTE_FEATURES:
		if (lists_feature(note->desc, note->desc_len))
			n->rsdp_anywhere = true;
		break;
	case NOTE_SUPPORTED_FEATURES: /* 4 or 8 bytes; the bit is in the first 4 */
		if (note->desc_len >= 4 && le32(note->desc) & 1U << FEATURE_RSDP_BIT)
			n->rsdp_anywhere = true;
		break;
	case NOTE_PHYS32_ENTRY:
		n->phys32 = true;
		break;
	default:
		break;
	}
}

/* Lengths are rounded up to 4 in notes of 64 bits too, as Xen's builder reads them. */
static uint64_t padded(uint32_t len)
{
	return ((uint64_t)len + 3) & ~(uint64_t)3;
}

void kernel_notes_take(struct kernel_notes *n, const uint8_t *data, size_t len)
{
	const size_t head = 12;
	uint64_t at = 0;

	while (at + head <= len) {
		uint32_t name_len = le32(data + at), desc_len = le32(data + at + 4);
		uint64_t name_at = at + head, desc_at = name_at + padded(name_len);
		struct note note = { .type = le32(data + at + 8), .desc_len = desc_len };

		if (desc_at > len || desc_len > len - desc_at)
			return;
		note.desc = data + desc_at;
		if (name_len == 4 && memcmp(data + name_at, "Xen", 4) == 0)
			take_note(n, &note);
		at = desc_at + padded(desc_len);
	}
}

void kernel_notes_guest_string(struct kernel_notes *n, const char *text)
{
	const char *os = strstr(text, "GUEST_OS=");

	n->any = n->legacy = true;
	if (os) {
		os += strlen("GUEST_OS=");
		copy_text(n->guest_os, sizeof(n->guest_os), (const uint8_t *)os,
			  strlen(os), ",");
	}
}

/* "4.19.0-21-amd64 ..." is 4. */
static unsigned long release_major(const char *release)
{
	return strtoul(release, NULL, 10);
}

/* Linux has had PHYS32_ENTRY for KVM alone since 5.0; only with CONFIG_XEN_PVH it also
 * says that the RSDP may be anywhere.  Its first kernels with PVH, 4.x, did not say that
 * yet, and there the note came of CONFIG_XEN_PVH only; since EL 8's 4.18 has much of later
 * ones, but no PV, those with PV are believed.  Other systems' notes are meant for Xen. */
static bool means_xen_pvh(const struct kernel_notes *n, const struct wire_kernel *k)
{
	if (n->rsdp_anywhere)
		return true;
	if (strcasecmp(n->guest_os, "linux") != 0)
		return n->guest_os[0] != '\0';
	return k->pv && release_major(k->release) == 4;
}

void kernel_notes_judge(const struct kernel_notes *n, struct wire_kernel *k)
{
	(void)snprintf(k->guest_os, sizeof(k->guest_os), "%s", n->guest_os);
	k->pv = (n->entry && n->virt_base) || n->legacy;
	k->phys32 = n->phys32;
	k->pvh = n->phys32 && means_xen_pvh(n, k);
}
