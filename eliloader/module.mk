# The dom0 PV bootloader and its workers.  Lists of the parts are in the fragments.
ELI_SANDBOX := $(LIB_SANDBOX)
ELI_WIRE := eliloader/wire.c $(LIB_BASE)
# What all workers link, and those that read a repository.
ELI_WORKER := $(ELI_WIRE) eliloader/worker_asan.c eliloader/worker_side.c $(ELI_SANDBOX)
ELI_SOURCE := $(ELI_WORKER) eliloader/job_read.c eliloader/pick.c eliloader/sums.c
include $(filter-out eliloader/module.mk,$(sort $(wildcard eliloader/*.mk)))
WORKERS += eliloader/eliloader-net eliloader/eliloader-iso eliloader/eliloader-check
MAN += docs/man/eliloader.8 docs/man/eliloader.conf.5

# A guest's disk: asked by eliloader-disk, chosen from, inspected.
ELI_MENU := eliloader/menu.c eliloader/menu_view.c
ELI_INSPECT := eliloader/inspect_kernels.c eliloader/inspect_print.c eliloader/inspect_json.c \
	eliloader/json_text.c eliloader/ready_judge.c
ELI_DISK_ASK := eliloader/disk.c eliloader/disk_boot.c eliloader/disk_choose.c eliloader/disk_blank.c \
	eliloader/inspect.c $(ELI_INSPECT) $(ELI_MENU) $(ELI_REPORT) $(ELI_FINISH)

ELI_START := eliloader/start.c eliloader/run.c eliloader/fetch.c eliloader/vouch.c eliloader/check_run.c eliloader/signature.c \
	eliloader/ready.c eliloader/pygrub.c eliloader/pygrub_find.c eliloader/progress.c eliloader/failure.c \
	eliloader/host.c lib/domains.c $(LIB_XS) $(ELI_DISK_ASK)
PROGS += eliloader/eliloader
eliloader/eliloader_SRCS := eliloader/main.c $(sort $(ELI_START) $(ELI_PLAN) $(ELI_FIXUP) \
	$(ELI_RECORD) $(ELI_CORE) $(ELI_SANDBOX))
eliloader/eliloader_LIBS := xenstore expat nettle jansson libseccomp
SYSUSERS += packaging/eliloader.sysusers
