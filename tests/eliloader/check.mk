# Tests of eliloader-check and of the initrd fix-ups.
HELPERS += tests/eliloader/check-run
tests/eliloader/check-run_SRCS := tests/eliloader/check-run.c $(ELI_WIRE)
