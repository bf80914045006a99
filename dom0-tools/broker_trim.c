/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_trim.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only what was never written: it is the same in the file. */
static int trim_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = (uintptr_t)info->dlpi_addr + p->p_vaddr;
		uintptr_t end = (start + p->p_memsz) & ~(page - 1);

		start = (start + page - 1) & ~(page - 1);
		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && start < end)
			/* the vdso cannot be dropped: it stays */
			(void)madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void broker_trim(void)
{
	(void)malloc_trim(0);			  /* whether there was something */
	(void)dl_iterate_phdr(trim_object, NULL); /* trim_object() never stops it */
}
