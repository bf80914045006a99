/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_elf - finds the notes for Xen in an ELF file; see kernel.h. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/kernel.h"
#include "eliloader/kernel_notes.h"
#include "lib/cleanup.h"

#define PHDRS_MAX 64 /* Linux has 5 */
#define SHDRS_MAX 4096
#define NOTES_MAX (64 * 1024) /* of one segment or section; Linux's are 0.5 KiB */
#define NAMES_MAX (64 * 1024) /* of sections */
#define GUEST_MAX 1024	      /* of the __xen_guest string */

struct span {
	uint64_t at, len; /* in the ELF file */
};

struct elf {
	struct unpack *u;
	bool wide; /* ELF64 */
	Elf64_Ehdr header;
	Elf64_Shdr *section; /* owned */
	struct kernel_notes notes;
};

/* Structs of <elf.h> are read as they lie: x86's byte order is also ours. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "wire.h takes the host's too");

static int check_ident(const uint8_t *ident)
{
	if (memcmp(ident, ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != ELFDATA2LSB ||
	    (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64))
		return -EBADMSG;
	return 0;
}

static int read_header32(struct elf *e)
{
	Elf32_Ehdr h;
	int r = unpack_read(e->u, 0, &h, sizeof(h));

	if (r < 0)
		return r;
	e->header.e_machine = h.e_machine;
	e->header.e_phoff = h.e_phoff;
	e->header.e_phnum = h.e_phentsize == sizeof(Elf32_Phdr) ? h.e_phnum : 0;
	e->header.e_shoff = h.e_shoff;
	e->header.e_shnum = h.e_shentsize == sizeof(Elf32_Shdr) ? h.e_shnum : 0;
	e->header.e_shstrndx = h.e_shstrndx;
	return 0;
}

static int read_header64(struct elf *e)
{
	int r = unpack_read(e->u, 0, &e->header, sizeof(e->header));

	if (r < 0)
		return r;
	if (e->header.e_phentsize != sizeof(Elf64_Phdr))
		e->header.e_phnum = 0;
	if (e->header.e_shentsize != sizeof(Elf64_Shdr))
		e->header.e_shnum = 0;
	return 0;
}

static int read_header(struct elf *e)
{
	uint8_t ident[EI_NIDENT];
	int r = unpack_read(e->u, 0, ident, sizeof(ident));

	if (r == 0)
		r = check_ident(ident);
	if (r < 0)
		return r;
	e->wide = ident[EI_CLASS] == ELFCLASS64;
	r = e->wide ? read_header64(e) : read_header32(e);
	if (r < 0)
		return r;
	if (e->header.e_machine != EM_X86_64 && e->header.e_machine != EM_386)
		return -ENOEXEC;
	return e->header.e_phnum <= PHDRS_MAX && e->header.e_shnum <= SHDRS_MAX
		       ? 0
		       : -EBADMSG;
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Take the notes of all spans, in the order of the stream. */
static int read_notes(struct elf *e, struct span *span, size_t count)
{
	autofree uint8_t *data = malloc(NOTES_MAX);
	int r;

	if (!data)
		return -ENOMEM;
	qsort(span, count, sizeof(*span), by_place);
	for (size_t i = 0; i < count; i++) {
		size_t len = span[i].len < NOTES_MAX ? (size_t)span[i].len : NOTES_MAX;

		r = unpack_read(e->u, span[i].at, data, len);
		if (r < 0)
			return r;
		kernel_notes_take(&e->notes, data, len);
	}
	return 0;
}

static int read_phdr(struct elf *e, unsigned i, Elf64_Phdr *ret)
{
	Elf32_Phdr h;
	int r;

	if (e->wide)
		return unpack_read(e->u, e->header.e_phoff + i * sizeof(*ret), ret,
				   sizeof(*ret));
	r = unpack_read(e->u, e->header.e_phoff + i * sizeof(h), &h, sizeof(h));
	if (r < 0)
		return r;
	ret->p_type = h.p_type;
	ret->p_offset = h.p_offset;
	ret->p_filesz = h.p_filesz;
	return 0;
}

static int notes_by_segments(struct elf *e)
{
	struct span span[PHDRS_MAX];
	size_t count = 0;

	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		Elf64_Phdr h;
		int r = read_phdr(e, i, &h);

		if (r < 0)
			return r;
		if (h.p_type == PT_NOTE && h.p_filesz > 0)
			span[count++] = (struct span){ h.p_offset, h.p_filesz };
	}
	return read_notes(e, span, count);
}

static int read_shdr(struct elf *e, unsigned i, Elf64_Shdr *ret)
{
	Elf32_Shdr h;
	int r;

	if (e->wide)
		return unpack_read(e->u, e->header.e_shoff + i * sizeof(*ret), ret,
				   sizeof(*ret));
	r = unpack_read(e->u, e->header.e_shoff + i * sizeof(h), &h, sizeof(h));
	if (r < 0)
		return r;
	ret->sh_name = h.sh_name;
	ret->sh_type = h.sh_type;
	ret->sh_offset = h.sh_offset;
	ret->sh_size = h.sh_size;
	return 0;
}

static int read_shdrs(struct elf *e)
{
	int r = 0;

	e->section = calloc(e->header.e_shnum, sizeof(*e->section));
	if (!e->section)
		return -ENOMEM;
	for (unsigned i = 0; r == 0 && i < e->header.e_shnum; i++)
		r = read_shdr(e, i, &e->section[i]);
	return r;
}

/* NetBSD's and Mini-OS's kernels may have no program header for their notes. */
static int notes_by_sections(struct elf *e)
{
	autofree struct span *span = calloc(e->header.e_shnum, sizeof(*span));
	size_t count = 0;

	if (!span)
		return -ENOMEM;
	for (unsigned i = 0; i < e->header.e_shnum && count < PHDRS_MAX; i++) {
		const Elf64_Shdr *h = &e->section[i];

		if (h->sh_type == SHT_NOTE && h->sh_size > 0)
			span[count++] = (struct span){ h->sh_offset, h->sh_size };
	}
	return read_notes(e, span, count);
}

/* A section's bytes, at most @max, with a NUL after them (free()). */
static int read_section(struct elf *e, const Elf64_Shdr *h, size_t max, char **ret_text,
			size_t *ret_len)
{
	size_t len = h->sh_size < max ? (size_t)h->sh_size : max;
	autofree char *text = calloc(1, len + 1);
	int r;

	if (!text)
		return -ENOMEM;
	r = unpack_read(e->u, h->sh_offset, text, len);
	if (r < 0)
		return r;
	*ret_text = steal_ptr(text);
	*ret_len = len;
	return 0;
}

static int guest_string(struct elf *e)
{
	autofree char *names = NULL, *text = NULL;
	size_t names_len = 0, len = 0;
	int r;

	if (e->header.e_shstrndx >= e->header.e_shnum)
		return 0;
	r = read_section(e, &e->section[e->header.e_shstrndx], NAMES_MAX, &names,
			 &names_len);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < e->header.e_shnum; i++) {
		const Elf64_Shdr *h = &e->section[i];

		if (h->sh_name >= names_len ||
		    strcmp(names + h->sh_name, "__xen_guest") != 0)
			continue;
		r = read_section(e, h, GUEST_MAX, &text, &len);
		if (r == 0)
			kernel_notes_guest_string(&e->notes, text);
		return r;
	}
	return 0;
}

static int by_sections(struct elf *e)
{
	int r;

	if (e->header.e_shnum == 0)
		return 0;
	r = read_shdrs(e);
	if (r == 0)
		r = notes_by_sections(e);
	if (r == 0 && !e->notes.any)
		r = guest_string(e);
	return r;
}

static int find_notes(struct elf *e, bool bzimage)
{
	int r = read_header(e);

	if (r == 0)
		r = notes_by_segments(e);
	if (r == 0 && !e->notes.any && !bzimage)
		r = by_sections(e);
	return r;
}

static void explain(int r, const struct wire_kernel *k, char *why, size_t size)
{
	const char *kind = unpack_name(k->payload);

	if (r == -EFBIG)
		(void)snprintf(why, size, "the kernel's ELF file is over the limit");
	else if (r == -ENODATA)
		(void)snprintf(why, size, "the kernel's ELF file is cut short");
	else if (r == -ENOEXEC)
		(void)snprintf(why, size, "the kernel is not for x86");
	else if (r == -ENOMEM)
		(void)snprintf(why, size, "the kernel's %s payload needs too much memory",
			       kind);
	else if (r == -EBADMSG)
		(void)snprintf(why, size,
			       "the kernel's %s payload is damaged, or no ELF file",
			       kind);
	else
		(void)snprintf(why, size, "the kernel cannot be read: %s", strerror(-r));
}

int kernel_elf(struct unpack *u, struct wire_kernel *k, char *why, size_t size)
{
	struct elf e = { .u = u };
	int r = find_notes(&e, k->bzimage);

	free(e.section);
	if (r < 0) {
		explain(r, k, why, size);
		return r == -ENODATA || r == -ENOEXEC ? -EBADMSG : r;
	}
	k->bits = e.wide ? 64 : 32;
	k->xen_known = 1;
	kernel_notes_judge(&e.notes, k);
	return 0;
}
