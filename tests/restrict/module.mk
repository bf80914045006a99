# xen-restrict: what it starts, dynamic and static, is without sanitizers, which want more
# memory and calls than the room has.
INMATE_FLAGS = $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(CFLAGS)) $(CPPFLAGS)
EXTRA_HELPERS += $(O)/tests/restrict/inmate $(O)/tests/restrict/inmate-static \
	$(O)/tests/restrict/failcall.so
$(O)/tests/restrict/inmate: tests/restrict/inmate.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(INMATE_FLAGS) -pie -o $@ $< -pthread $$($(PKG_CONFIG) --libs xenstore)
$(O)/tests/restrict/inmate-static: tests/restrict/inmate.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(INMATE_FLAGS) -static -o $@ $< -pthread $$($(PKG_CONFIG) --static --libs xenstore)
# Preloaded into the launcher of every flavour.
$(O)/tests/restrict/failcall.so: tests/restrict/failcall.c
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=gnu11 -g -O2 $(WARN) -fPIC -shared -o $@ $< -ldl

SCRIPT_TESTS += $(addprefix tests/restrict/,launch.t launch-steps.t launch-store.t launch-late.t \
	launch-ends.t preload.t reap.t cli.t)
