TESTS += tests/eliloader/record
tests/eliloader/record_SRCS := tests/eliloader/record.c eliloader/record.c $(LIB_BASE)
HELPERS += tests/eliloader/record_cli
tests/eliloader/record_cli_SRCS := tests/eliloader/record_cli.c $(ELI_RECORD) $(LIB_BASE)
tests/eliloader/record_cli_LIBS := $(ELI_RECORD_LIBS)
