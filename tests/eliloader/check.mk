# Tests of eliloader-check and of the initrd fix-ups.
HELPERS += tests/eliloader/append
tests/eliloader/append_SRCS := tests/eliloader/append.c eliloader/fixup_append.c lib/io.c
SCRIPT_TESTS += tests/eliloader/check-kernel.t tests/eliloader/check-ext2.t \
	tests/eliloader/check-release.t tests/eliloader/append.t

TESTS += tests/eliloader/fixup
tests/eliloader/fixup_SRCS := tests/eliloader/fixup.c $(ELI_FIXUP) $(LIB_BASE)
TESTS += tests/eliloader/unpack
tests/eliloader/unpack_SRCS := tests/eliloader/unpack.c $(ELI_UNPACK)
tests/eliloader/unpack_LIBS := $(ELI_UNPACK_LIBS)
tests/eliloader/unpack_LDLIBS := $(ELI_UNPACK_LDLIBS)
