TESTS += tests/eliloader/finish
tests/eliloader/finish_SRCS := tests/eliloader/finish.c eliloader/finish.c $(ELI_REPORT) \
	eliloader/record.c eliloader/distros.c $(LIB_BASE)
