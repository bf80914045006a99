# libxenrestrict's tests: fake devices, real stores.
HELPERS += tests/librestrict/store
tests/librestrict/store_SRCS := tests/librestrict/store.c lib/io.c
tests/librestrict/store_ARCHIVES := libxenrestrict.a
tests/librestrict/store_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/store_LDLIBS := -pthread

HELPERS += tests/librestrict/copies
tests/librestrict/copies_SRCS := tests/librestrict/copies.c tests/librestrict/holder.c lib/io.c
tests/librestrict/copies_ARCHIVES := libxenrestrict.a
tests/librestrict/copies_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/copies_LDLIBS := -pthread

HELPERS += tests/librestrict/oneway
tests/librestrict/oneway_SRCS := tests/librestrict/oneway.c tests/librestrict/holder.c $(LIBRESTRICT_FD) lib/io.c
tests/librestrict/oneway_LDLIBS := -pthread

# For real Xen (tests/xen), and for the rooms of xen-restrict: one file, which needs nothing.
HELPERS += tests/librestrict/restrict_table
tests/librestrict/restrict_table_SRCS := tests/librestrict/restrict_table.c \
	tests/librestrict/event_comes.c lib/io.c
tests/librestrict/restrict_table_ARCHIVES := libxenrestrict.a
tests/librestrict/restrict_table_LIBS := $(dom0-tools/libxenrestrict_LIBS) xengnttab
tests/librestrict/restrict_table_LDLIBS := -pthread

HELPERS += tests/librestrict/inside
tests/librestrict/inside_SRCS := tests/librestrict/inside.c lib/io.c
tests/librestrict/inside_ARCHIVES := libxenrestrict.a
tests/librestrict/inside_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/inside_LDLIBS := -pthread

ifndef SAN
$(O)/tests/librestrict/inside-static: $(O)/obj/tests/librestrict/inside.o $(O)/obj/lib/io.o \
		$(O)/libxenrestrict.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -static $(LDFLAGS) -o $@ $^ \
		$(shell $(PKG_CONFIG) --static --libs $(dom0-tools/libxenrestrict_LIBS)) -pthread
EXTRA_HELPERS += $(O)/tests/librestrict/inside-static
endif

# Programs of somebody else's: never with sanitizers, since an object is preloaded.
$(O)/tests/librestrict/plain: tests/librestrict/plain.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PLAIN_CFLAGS) -pie -o $@ $< -lxenstore
$(O)/tests/librestrict/plain_dev: tests/librestrict/plain_dev.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PLAIN_CFLAGS) -pie -o $@ $< -lxenevtchn -lxenforeignmemory
EXTRA_HELPERS += $(O)/tests/librestrict/plain $(O)/tests/librestrict/plain_dev

HELPERS += tests/librestrict/hand_down
tests/librestrict/hand_down_SRCS := tests/librestrict/hand_down.c $(LIBRESTRICT_FD) lib/io.c

HELPERS += tests/librestrict/liar
tests/librestrict/liar_SRCS := tests/librestrict/liar.c lib/io.c

# Preloaded into programs of every flavour, itself never with sanitizers.
$(O)/tests/librestrict/fakedev.so: tests/librestrict/fakedev.c
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=gnu11 -g -O2 $(WARN) -fPIC -shared -o $@ $< -ldl
EXTRA_HELPERS += $(O)/tests/librestrict/fakedev.so

HELPERS += tests/librestrict/devices
tests/librestrict/devices_SRCS := tests/librestrict/devices.c lib/io.c
tests/librestrict/devices_ARCHIVES := libxenrestrict.a
tests/librestrict/devices_LIBS := $(dom0-tools/libxenrestrict_LIBS)
tests/librestrict/devices_LDLIBS := -pthread

# (A room is too narrow for a program with sanitizers: that test has one flavour.)
SCRIPT_TESTS += $(filter-out $(if $(SAN),%/room.t),$(sort $(wildcard tests/librestrict/*.t)))
