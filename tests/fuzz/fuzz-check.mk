# What eliloader-check reads, and the maps of initrd fix-ups.
FUZZ += kernel fixup_line newc ext2
FUZZ_kernel_SRCS := $(ELI_KERNEL)
FUZZ_kernel_LIBS := $(ELI_UNPACK_LIBS)
FUZZ_kernel_LDLIBS := $(ELI_UNPACK_LDLIBS)
FUZZ_fixup_line_SRCS := eliloader/fixup.c $(LIB_BASE)
FUZZ_newc_SRCS := eliloader/newc.c $(ELI_UNPACK)
FUZZ_newc_LIBS := $(ELI_UNPACK_LIBS)
FUZZ_newc_LDLIBS := $(ELI_UNPACK_LDLIBS)
FUZZ_ext2_SRCS := $(ELI_EXT2) $(ELI_UNPACK) lib/io.c
FUZZ_ext2_LIBS := $(ELI_UNPACK_LIBS) ext2fs com_err
FUZZ_ext2_LDLIBS := $(ELI_UNPACK_LDLIBS)
