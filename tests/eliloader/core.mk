# The room, the wire, workers' parent side, outputs and the cache.
TESTS += tests/eliloader/sandbox tests/eliloader/sandbox_layers tests/eliloader/sandbox_rights
tests/eliloader/sandbox_SRCS := tests/eliloader/sandbox.c $(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/sandbox_LIBS := libseccomp
tests/eliloader/sandbox_layers_SRCS := tests/eliloader/sandbox_layers.c $(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/sandbox_layers_LIBS := libseccomp
tests/eliloader/sandbox_rights_SRCS := tests/eliloader/sandbox_rights.c $(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/sandbox_rights_LIBS := libseccomp

HELPERS += tests/eliloader/evil
tests/eliloader/evil_SRCS := tests/eliloader/evil.c $(ELI_WIRE)
TESTS += tests/eliloader/wire tests/eliloader/worker tests/eliloader/child
tests/eliloader/child_SRCS := tests/eliloader/child.c eliloader/child.c lib/fds.c lib/io.c
tests/eliloader/wire_SRCS := tests/eliloader/wire.c $(ELI_WIRE)
tests/eliloader/worker_SRCS := tests/eliloader/worker.c $(ELI_WIRE) eliloader/worker.c eliloader/child.c \
	eliloader/listen.c eliloader/sink.c lib/fds.c
tests/eliloader/worker_LIBS := nettle

TESTS += tests/eliloader/output tests/eliloader/cache
tests/eliloader/output_SRCS := tests/eliloader/output.c eliloader/output.c \
	eliloader/output_format.c eliloader/copy.c $(LIB_BASE)
tests/eliloader/cache_SRCS := tests/eliloader/cache.c eliloader/cache.c \
	eliloader/cache_room.c eliloader/copy.c $(LIB_BASE)
tests/eliloader/cache_LIBS := nettle
