# The hostile probe, dynamic and static, without sanitizers, which want more memory than
# the room has; and tests of --verify.
PROBE_SRCS := tests/restrict/probe.c tests/restrict/probe_files.c tests/restrict/probe_sockets.c \
	tests/restrict/probe_processes.c tests/restrict/probe_rights.c tests/restrict/probe_kernel.c \
	tests/restrict/probe_limits.c
PROBE_FLAGS = $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(CFLAGS)) $(CPPFLAGS)
EXTRA_HELPERS += $(O)/tests/restrict/probe $(O)/tests/restrict/probe-static
$(O)/tests/restrict/probe: $(PROBE_SRCS) tests/restrict/probe.h tests/tap.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_FLAGS) -pie -o $@ $(PROBE_SRCS) -pthread
$(O)/tests/restrict/probe-static: $(PROBE_SRCS) tests/restrict/probe.h tests/tap.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_FLAGS) -static -o $@ $(PROBE_SRCS) -pthread
HELPERS += tests/restrict/probe_decoy tests/restrict/verify_old
tests/restrict/verify_old_SRCS := tests/restrict/verify_old.c
tests/restrict/probe_decoy_SRCS := tests/restrict/probe_decoy.c
SCRIPT_TESTS += tests/restrict/probe.t tests/restrict/verify.t
WEAK_SRCS := tests/restrict/verify_weak.c tests/restrict/verify_weak_room.c \
	tests/restrict/verify_weak_rights.c tests/restrict/verify_weak_maps.c
EXTRA_HELPERS += $(O)/tests/restrict/verify_weak
$(O)/tests/restrict/verify_weak: $(WEAK_SRCS) tests/restrict/verify_weak.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_FLAGS) -pie -o $@ $(WEAK_SRCS) -pthread
TESTS += tests/unit/verify_parse tests/unit/verify_report
tests/unit/verify_parse_SRCS := tests/unit/verify_parse.c $(VERIFY_PURE)
tests/unit/verify_report_SRCS := tests/unit/verify_report.c dom0-tools/verify_report.c $(LIB_BASE)
tests/unit/verify_report_LIBS := jansson
