/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/elf_needs.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "neither x86-64 nor aarch64"
#endif

#define PROGRAM_HEADERS 64   /* usual are 13 */
#define DYNAMIC_ENTRIES 1024 /* usual are 40; each library needed is one */
#define NAME_MAX_ELF	1024 /* bytes of a path or name */

/* Exactly @len bytes at @at, or there is something wrong with the file. */
static int read_at(int fd, void *buf, size_t len, uint64_t at)
{
	size_t got = 0;

	if (at > INT64_MAX - len)
		return -ENOEXEC;
	while (got < len) {
		ssize_t n = pread(fd, (char *)buf + got, len - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOEXEC;
		got += (size_t)n;
	}
	return 0;
}

/* The string at @at, whose NUL comes within @max bytes. */
static int read_string(int fd, uint64_t at, uint64_t max, char **ret)
{
	char buf[NAME_MAX_ELF];
	size_t len = max < sizeof(buf) ? (size_t)max : sizeof(buf);
	ssize_t n;

	if (at > INT64_MAX - sizeof(buf))
		return -ENOEXEC;
	n = pread(fd, buf, len, (off_t)at);
	if (n < 0)
		return -errno;
	if (!memchr(buf, '\0', (size_t)n))
		return -ENOEXEC;
	*ret = strdup(buf);
	return *ret ? 0 : -ENOMEM;
}

struct file {
	int fd;
	Elf64_Phdr header[PROGRAM_HEADERS];
	unsigned headers;
	uint64_t strings; /* offset of DT_STRTAB */
	uint64_t strings_len;
};

static int read_headers(struct file *f)
{
	Elf64_Ehdr e;
	int r = read_at(f->fd, &e, sizeof(e), 0);

	if (r < 0)
		return r;
	if (memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_ident[EI_DATA] != ELFDATA2LSB ||
	    e.e_machine != OUR_MACHINE || (e.e_type != ET_EXEC && e.e_type != ET_DYN) ||
	    e.e_phentsize != sizeof(Elf64_Phdr) || e.e_phnum > PROGRAM_HEADERS)
		return -ENOEXEC;
	f->headers = e.e_phnum;
	return read_at(f->fd, f->header, e.e_phnum * sizeof(Elf64_Phdr), e.e_phoff);
}

static const Elf64_Phdr *find_header(const struct file *f, uint32_t type)
{
	for (unsigned i = 0; i < f->headers; i++)
		if (f->header[i].p_type == type)
			return &f->header[i];
	return NULL;
}

/* Where in the file lies what will be at address @at? */
static int file_offset(const struct file *f, uint64_t at, uint64_t *ret)
{
	for (unsigned i = 0; i < f->headers; i++) {
		const Elf64_Phdr *h = &f->header[i];

		if (h->p_type == PT_LOAD && at >= h->p_vaddr &&
		    at - h->p_vaddr < h->p_filesz &&
		    h->p_offset <= INT64_MAX - (at - h->p_vaddr)) {
			*ret = h->p_offset + (at - h->p_vaddr);
			return 0;
		}
	}
	return -ENOEXEC;
}

static int find_strings(struct file *f, const Elf64_Dyn *dyn, size_t count)
{
	uint64_t at = 0;

	for (size_t i = 0; i < count; i++) {
		if (dyn[i].d_tag == DT_STRTAB)
			at = dyn[i].d_un.d_ptr;
		if (dyn[i].d_tag == DT_STRSZ)
			f->strings_len = dyn[i].d_un.d_val;
	}
	return at == 0 ? -ENOEXEC : file_offset(f, at, &f->strings);
}

static int dynamic_string(const struct file *f, uint64_t offset, char **ret)
{
	if (offset >= f->strings_len || f->strings > INT64_MAX - offset)
		return -ENOEXEC;
	return read_string(f->fd, f->strings + offset, f->strings_len - offset, ret);
}

static int take_entry(const struct file *f, const Elf64_Dyn *d, struct elf_needs *elf)
{
	autofree char *name = NULL;
	int r;

	if (d->d_tag != DT_NEEDED && d->d_tag != DT_RPATH && d->d_tag != DT_RUNPATH)
		return 0;
	r = dynamic_string(f, d->d_un.d_val, &name);
	if (r < 0)
		return r;
	if (d->d_tag == DT_NEEDED)
		return text_list_add(&elf->needed, name);
	if (d->d_tag == DT_RPATH && !elf->rpath)
		elf->rpath = steal_ptr(name);
	else if (d->d_tag == DT_RUNPATH && !elf->runpath)
		elf->runpath = steal_ptr(name);
	return 0;
}

static int read_dynamic(struct file *f, struct elf_needs *elf)
{
	const Elf64_Phdr *h = find_header(f, PT_DYNAMIC);
	autofree Elf64_Dyn *dyn = NULL;
	size_t count = 0;
	int r;

	if (!h)
		return 0;
	if (h->p_filesz > DYNAMIC_ENTRIES * sizeof(*dyn))
		return -ENOEXEC;
	dyn = calloc(DYNAMIC_ENTRIES + 1, sizeof(*dyn));
	if (!dyn)
		return -ENOMEM;
	r = read_at(f->fd, dyn, h->p_filesz, h->p_offset);
	while (dyn[count].d_tag != DT_NULL)
		count++; /* the last is zero, whatever the file says */
	if (r == 0)
		r = find_strings(f, dyn, count);
	for (size_t i = 0; i < count && r == 0; i++)
		r = take_entry(f, &dyn[i], elf);
	return r;
}

int elf_needs_read(int fd, struct elf_needs *ret)
{
	struct elf_needs elf = { 0 };
	struct file f = { .fd = fd };
	const Elf64_Phdr *h;
	int r = read_headers(&f);

	if (r < 0)
		return r;
	h = find_header(&f, PT_INTERP);
	if (h)
		r = read_string(fd, h->p_offset, h->p_filesz, &elf.interpreter);
	if (r == 0)
		r = read_dynamic(&f, &elf);
	if (r < 0)
		elf_needs_done(&elf);
	else
		*ret = elf;
	return r;
}

void elf_needs_done(struct elf_needs *elf)
{
	free(elf->interpreter);
	free(elf->rpath);
	free(elf->runpath);
	text_list_done(&elf->needed);
	memset(elf, 0, sizeof(*elf));
}
