# The device model of an HVM guest in a room of xen-restrict: xl's device_model_override.
MAN += docs/man/qemu-xen-restricted.8
PROGS += dom0-tools/qemu-xen-restricted
WORKERS += dom0-tools/qemu-xen-restricted
dom0-tools/qemu-xen-restricted_SRCS := dom0-tools/qemu_restricted.c dom0-tools/qemu_args.c \
	dom0-tools/qemu_host.c dom0-tools/qemu_opts.c dom0-tools/qemu_needs.c \
	lib/log.c lib/io.c lib/options.c lib/text.c lib/unix_socket.c
# qemu's pseudo-terminals
PRELOADS += dom0-tools/libqemu-pty-preload
dom0-tools/libqemu-pty-preload_SRCS := dom0-tools/qemu_preload.c
dom0-tools/libqemu-pty-preload_MAP := dom0-tools/qemu_preload.map
# what `make install` makes of where the two lie: the way from one to the other
$(O)/obj/dom0-tools/qemu_restricted.o: override CPPFLAGS += \
	-DLAUNCHER_DIR='"$(shell realpath -ms --relative-to='$(LIBEXECDIR)' '$(SBINDIR)')"' \
	-DPRELOAD_DIR='"$(shell realpath -ms --relative-to='$(LIBEXECDIR)' '$(LIBDIR)/xen-pv-tools')"'
