# xen-restrict: a program that serves one domain, in a room without doors.
include dom0-tools/verify.mk
ROOM_PROFILE := dom0-tools/room_profile.c dom0-tools/room_names.c dom0-tools/profile.c
ROOM_SRCS := dom0-tools/room.c dom0-tools/room_supervise.c dom0-tools/room_manifest.c \
	dom0-tools/room_user.c dom0-tools/room_lock.c dom0-tools/room_reap.c \
	dom0-tools/room_program.c dom0-tools/room_calls.c dom0-tools/room_store.c \
	dom0-tools/room_start.c dom0-tools/room_inside.c \
	dom0-tools/room_root.c dom0-tools/room_rights.c dom0-tools/room_landlock.c \
	dom0-tools/room_exec.c dom0-tools/room_cgroup.c $(ROOM_PROFILE)
PROGS += dom0-tools/xen-restrict
dom0-tools/xen-restrict_SRCS := dom0-tools/xen_restrict.c $(ROOM_SRCS) $(VERIFY_SRCS) \
	$(LIBRESTRICT_FD) $(LIB_BASE) $(LIB_SANDBOX) $(LIB_LIBRARIES)
dom0-tools/xen-restrict_LIBS := libseccomp $(VERIFY_LIBS)
MAN += docs/man/xen-restrict.8
