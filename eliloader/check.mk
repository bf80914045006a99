# eliloader-check, the worker that looks into kernels, ramdisks and signed lists.
ELI_UNPACK := eliloader/unpack.c eliloader/unpack_stream.c eliloader/unpack_block.c
ELI_UNPACK_LIBS := zlib liblzma libzstd liblz4 lzo2
ELI_UNPACK_LDLIBS := -lbz2
ELI_KERNEL := eliloader/kernel.c eliloader/kernel_elf.c eliloader/kernel_notes.c $(ELI_UNPACK)
ELI_EXT2 := eliloader/ext2_overlay.c eliloader/ext2_put.c eliloader/ext2_io.c eliloader/newc.c
ELI_FIXUP := eliloader/fixup.c eliloader/fixup_append.c
PROGS += eliloader/eliloader-check
eliloader/eliloader-check_SRCS := eliloader/check_main.c eliloader/check_kernel.c \
	eliloader/check_ext2.c eliloader/check_release.c $(ELI_KERNEL) $(ELI_EXT2) \
	eliloader/sums.c $(ELI_WORKER)
eliloader/eliloader-check_LIBS := $(ELI_UNPACK_LIBS) ext2fs com_err libseccomp nettle
eliloader/eliloader-check_LDLIBS := $(ELI_UNPACK_LDLIBS)
