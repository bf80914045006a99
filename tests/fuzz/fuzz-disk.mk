# The worker that reads disks: what grub-fstest prints, and the report that crosses.
FUZZ += disk_ls disk_report
FUZZ_disk_ls_SRCS := $(ELI_DISK_LS)
FUZZ_disk_report_SRCS := eliloader/disk_report_make.c $(ELI_REPORT) $(LIB_BASE)
