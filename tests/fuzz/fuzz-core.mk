FUZZ += listen
FUZZ_listen_SRCS := eliloader/listen.c eliloader/sink.c $(ELI_WIRE)
FUZZ_listen_LIBS := nettle
