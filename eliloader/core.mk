# What eliloader itself links of the parts that deal with workers and files; the workers
# link $(ELI_WORKER).
ELI_CORE := $(ELI_WIRE) eliloader/worker.c eliloader/child.c eliloader/listen.c eliloader/sink.c eliloader/output.c \
	eliloader/output_format.c eliloader/copy.c eliloader/cache.c eliloader/cache_room.c
ELI_CORE_LIBS := nettle
# See worker.h; by names alone, since neither need be there.
$(O)/obj/eliloader/worker.o: override CPPFLAGS += \
	-DWORKER_DIR='"$(shell realpath -ms --relative-to='$(BINDIR)' '$(LIBEXECDIR)')"'
