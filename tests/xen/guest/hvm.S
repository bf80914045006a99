/* SPDX-License-Identifier: BSD-2-Clause */
/* hvm - the boot sector that an emulated machine of the lab runs: it says so on its serial
 * port, says what the second sector of its disk holds, and writes the third. */
	.code16
	.globl _start
_start:
	ljmp	$0, $1f
1:	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	sti
	cld
	movb	%dl, drive
	movw	$up, %si
	call	say
	movw	$0x0201, %ax	/* read one sector: the second */
	movw	$2, %cx
	call	disk
	movw	$0x8000, %si
	call	say
	movw	$mark, %si
	movw	$0x8000, %di
	movw	$mark_end - mark, %cx
	rep movsb
	movw	$0x0301, %ax	/* write one: the third */
	movw	$3, %cx
	call	disk
	movw	$done, %si
	call	say
rest:	hlt
	jmp	rest

disk:	xorb	%dh, %dh
	movb	drive, %dl
	movw	$0x8000, %bx
	int	$0x13
	jc	bad
	ret
bad:	movw	$fail, %si
	call	say
	jmp	rest

/* the text at %si, up to a zero, to COM1 */
say:	lodsb
	testb	%al, %al
	jz	3f
	movb	%al, %bl
2:	movw	$0x3fd, %dx
	inb	%dx, %al
	testb	$0x20, %al
	jz	2b
	movw	$0x3f8, %dx
	movb	%bl, %al
	outb	%al, %dx
	jmp	say
3:	ret

drive:	.byte	0
up:	.asciz	"@@hvm up\r\n"
done:	.asciz	"@@hvm wrote\r\n"
fail:	.asciz	"@@hvm: the disk failed\r\n"
mark:	.asciz	"from the guest"
mark_end:
	.org	510
	.word	0xaa55
