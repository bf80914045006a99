# The real store daemons without a hypervisor; lib.sh is what tests source.

# Preloaded into Debian's own binaries: the same for every flavour, never with sanitizers.
$(O)/tests/daemon/fakexen.so: tests/daemon/fakexen.c tests/daemon/fakexen.h
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=gnu11 -g -O2 $(WARN) -fPIC -shared -o $@ $< -ldl
EXTRA_HELPERS += $(O)/tests/daemon/fakexen.so

HELPERS += tests/daemon/xenbus
tests/daemon/xenbus_SRCS := tests/daemon/xenbus.c tests/daemon/bus.c tests/daemon/bus_client.c \
	tests/daemon/bus_log.c tests/daemon/ring.c $(LIB_BASE)

HELPERS += tests/daemon/domtree
tests/daemon/domtree_SRCS := tests/daemon/domtree.c tests/daemon/domtree_nodes.c $(LIB_BASE)
tests/daemon/domtree_LIBS := xenstore

HELPERS += tests/daemon/xsh
tests/daemon/xsh_SRCS := tests/daemon/xsh.c lib/xs.c $(LIB_BASE)
tests/daemon/xsh_LIBS := xenstore

SCRIPT_TESTS += tests/daemon/ground.t tests/daemon/bus.t tests/daemon/instances.t
