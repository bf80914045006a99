TESTS += tests/eliloader/record
tests/eliloader/record_SRCS := tests/eliloader/record.c eliloader/record.c $(LIB_BASE)
