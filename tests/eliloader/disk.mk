# The worker that reads disks: its parsers, its report, and all of it on real images.
TESTS += tests/eliloader/disk_report tests/eliloader/disk_ls
tests/eliloader/disk_report_SRCS := tests/eliloader/disk_report.c eliloader/disk_report_make.c \
	$(ELI_REPORT) $(LIB_BASE)
tests/eliloader/disk_ls_SRCS := tests/eliloader/disk_ls.c eliloader/disk_signs.c $(ELI_DISK_LS)
