# libxenrestrict's tests: fake devices, real stores.
HELPERS += tests/librestrict/store
tests/librestrict/store_SRCS := tests/librestrict/store.c lib/io.c
tests/librestrict/store_ARCHIVES := libxenrestrict.a
tests/librestrict/store_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/store_LDLIBS := -pthread

HELPERS += tests/librestrict/copies
tests/librestrict/copies_SRCS := tests/librestrict/copies.c lib/io.c
tests/librestrict/copies_ARCHIVES := libxenrestrict.a
tests/librestrict/copies_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/copies_LDLIBS := -pthread

HELPERS += tests/librestrict/liar
tests/librestrict/liar_SRCS := tests/librestrict/liar.c lib/io.c

SCRIPT_TESTS += $(sort $(wildcard tests/librestrict/*.t))
