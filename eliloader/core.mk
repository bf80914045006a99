# What eliloader itself links of the parts that deal with workers and files; the workers
# link $(ELI_WORKER).
ELI_CORE := $(ELI_WIRE) eliloader/worker.c eliloader/listen.c eliloader/sink.c eliloader/output.c \
	eliloader/cache.c
ELI_CORE_LIBS := nettle
