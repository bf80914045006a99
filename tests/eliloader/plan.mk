# The planner and what it is fed with: pure, so nothing is set up.
ELI_PLAN_TEST := $(ELI_PLAN) eliloader/record.c $(LIB_BASE)
TESTS += tests/eliloader/plan
define plan_test
tests/eliloader/$(1)_SRCS := tests/eliloader/$(1).c $(ELI_PLAN_TEST) eliloader/job_read.c
tests/eliloader/$(1)_LIBS := jansson
endef
$(foreach t,repo request config distros plan plan_cdrom plan_args plan_values plan_print,$(eval $(call plan_test,$(t))))
