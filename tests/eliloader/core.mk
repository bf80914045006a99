# The room, the wire, workers' parent side, outputs and the cache.
TESTS += tests/eliloader/sandbox
tests/eliloader/sandbox_SRCS := tests/eliloader/sandbox.c $(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/sandbox_LIBS := libseccomp
