TESTS += tests/unit/utf8
tests/unit/utf8_SRCS := tests/unit/utf8.c lib/utf8.c
