# The dom0 PV bootloader and its workers.  Lists of the parts are in the fragments.
ELI_SANDBOX := lib/sandbox.c lib/sandbox_root.c lib/sandbox_calls.c
ELI_WIRE := eliloader/wire.c $(LIB_BASE)
ELI_WORKER := $(ELI_WIRE) eliloader/job_read.c eliloader/pick.c eliloader/sums.c $(ELI_SANDBOX)
include $(filter-out eliloader/module.mk,$(sort $(wildcard eliloader/*.mk)))
