# xen-restrict --verify: what dom0-tools/restrict.mk takes in, with the room's sources and
# libxenrestrict.
VERIFY_PURE := dom0-tools/verify_status.c dom0-tools/verify_limits.c dom0-tools/verify_mounts.c \
	dom0-tools/verify_kinds.c dom0-tools/verify_maps.c
VERIFY_SRCS := dom0-tools/verify_main.c dom0-tools/verify_report.c dom0-tools/verify_proc.c \
	dom0-tools/verify_ids.c dom0-tools/verify_tasks.c dom0-tools/verify_namespaces.c \
	dom0-tools/verify_root.c dom0-tools/verify_cgroup.c dom0-tools/verify_fds.c \
	dom0-tools/verify_sockets.c dom0-tools/verify_memory.c $(VERIFY_PURE)
VERIFY_LIBS := jansson
