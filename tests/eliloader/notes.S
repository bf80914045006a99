/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notes.S - a kernel that is nothing but notes, for check-kernel.t: what -D asks for of
 * PV, BASE (what Linux has of PV's without CONFIG_XEN_PV), PHYS32, FEATURES=bits (note
 * 17), NAMES="..." (note 10), OS="...", GUEST="..." (the old __xen_guest string).  HIDE:
 * the notes are in a section, but no segment names it.
 */
#ifdef HIDE
#define FLAGS ""
#else
#define FLAGS "a"
#endif

#define NOTE(type, desc...)                                                              \
	.pushsection .note.Xen, FLAGS, @note;                                            \
	.balign 4; .long 4, 3f - 2f, type; .asciz "Xen"; 2: desc; 3: .balign 4;         \
	.popsection

#ifdef PV
NOTE(1, .long 0x1000)
#endif
#if defined(PV) || defined(BASE)
NOTE(3, .long 0xc0000000)
NOTE(5, .asciz "xen-3.0")
#endif
#ifdef PHYS32
NOTE(18, .long 0x1000)
#endif
#ifdef FEATURES
NOTE(17, .long FEATURES)
#endif
#ifdef NAMES
NOTE(10, .asciz NAMES)
#endif
#ifdef OS
NOTE(6, .asciz OS)
#endif
#ifdef GUEST
	.section __xen_guest, "", @progbits
	.asciz GUEST
#endif
	.section .note.other, "a", @note /* a note of somebody else's */
	.balign 4
	.long 4, 4, 18
	.asciz "GNU"
	.long 0

	.text
	.globl _start
_start:	hlt
