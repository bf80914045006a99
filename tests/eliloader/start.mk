# Whole starts, and the pure parts of start.c and what it calls.
TESTS += tests/eliloader/steps
tests/eliloader/steps_SRCS := tests/eliloader/steps.c $(sort $(ELI_START) $(ELI_PLAN) \
	$(ELI_FIXUP) $(ELI_RECORD) $(ELI_CORE) $(ELI_SANDBOX))
tests/eliloader/steps_LIBS := $(eliloader/eliloader_LIBS)
SCRIPT_TESTS += $(addprefix tests/eliloader/,start.t start-cache.t start-rounds.t start-signed.t \
	start-guard.t start-more.t start-rhel4.t console.t install.t schemes.t kill.t kill-xapi.t \
	kill-finish.t kill-finish-xapi.t rounds-states.t rounds-layouts.t)
