# libxenrestrict: restricted handles, for programs.
#
# The first list needs no library of Xen: what a launcher or a verifier links.
LIBRESTRICT_FD := dom0-tools/xenrestrict_error.c dom0-tools/xenrestrict_fd.c \
	dom0-tools/xenrestrict_wire.c dom0-tools/xenrestrict_broker.c dom0-tools/xenrestrict_prove.c \
	lib/fds.c
LIBRESTRICT_STORE := $(LIBRESTRICT_FD) dom0-tools/xenrestrict_store.c \
	dom0-tools/xenrestrict_threads.c

LIBS += dom0-tools/libxenrestrict
dom0-tools/libxenrestrict_SRCS := $(LIBRESTRICT_STORE) dom0-tools/xenrestrict_fds.c \
	dom0-tools/xenrestrict_inherit.c dom0-tools/xenrestrict_names.c \
	dom0-tools/xenrestrict_open.c dom0-tools/xenrestrict_quiet.c dom0-tools/xenrestrict_show.c \
	lib/io.c
dom0-tools/libxenrestrict_LIBS := xenstore xencontrol xendevicemodel xenevtchn xenforeignmemory
dom0-tools/libxenrestrict_LDLIBS := -pthread
dom0-tools/libxenrestrict_MAP := dom0-tools/xenrestrict.map
dom0-tools/libxenrestrict_VERSION := 1
HEADERS += dom0-tools/xenrestrict.h
PKG_CONFIGS += dom0-tools/xenrestrict.pc.in
MAN += docs/man/libxenrestrict.3

PRELOADS += dom0-tools/libxenrestrict-preload
dom0-tools/libxenrestrict-preload_SRCS := dom0-tools/xenrestrict_preload.c $(LIBRESTRICT_STORE) \
	lib/io.c
dom0-tools/libxenrestrict-preload_LIBS := xenstore
dom0-tools/libxenrestrict-preload_LDLIBS := -ldl -pthread
dom0-tools/libxenrestrict-preload_MAP := dom0-tools/xenrestrict_preload.map
