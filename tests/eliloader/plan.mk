# The planner and what it is fed with: pure, so nothing is set up.
ELI_PLAN_TESTS := plan plan_rounds plan_killed plan_cdrom plan_args plan_values plan_print repo request config \
	config_page distros
define plan_test
TESTS += tests/eliloader/$(1)
tests/eliloader/$(1)_SRCS := tests/eliloader/$(1).c $(ELI_PLAN) eliloader/record.c \
	eliloader/job_read.c $(LIB_BASE)
tests/eliloader/$(1)_LIBS := jansson
endef
$(foreach t,$(ELI_PLAN_TESTS),$(eval $(call plan_test,$(t))))
