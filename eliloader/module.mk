# The dom0 PV bootloader and its workers.
ELI_WIRE := eliloader/wire.c $(LIB_BASE)
ELI_WORKER := $(ELI_WIRE) eliloader/job_read.c eliloader/pick.c eliloader/sums.c lib/sandbox.c

#PROGS += eliloader/eliloader
#PROGS += eliloader/eliloader-net
#PROGS += eliloader/eliloader-iso
#PROGS += eliloader/eliloader-check
