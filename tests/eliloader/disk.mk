# The worker that reads disks: its parsers, its report, and all of it on real images.
TESTS += tests/eliloader/disk_report tests/eliloader/disk_ls tests/eliloader/disk_signs
TESTS += tests/eliloader/disk_table
tests/eliloader/disk_table_SRCS := tests/eliloader/disk_table.c eliloader/disk_table.c
tests/eliloader/disk_report_SRCS := tests/eliloader/disk_report.c eliloader/disk_report_make.c \
	$(ELI_REPORT) $(LIB_BASE)
tests/eliloader/disk_ls_SRCS := tests/eliloader/disk_ls.c eliloader/disk_signs.c $(ELI_DISK_LS)
tests/eliloader/disk_signs_SRCS := tests/eliloader/disk_signs.c eliloader/disk_signs.c

# Never with sanitizers: it runs where these cannot.
EXTRA_HELPERS += $(O)/tests/eliloader/fake_fstest $(O)/tests/eliloader/fake_fstest_static
FAKE_SRCS := tests/eliloader/fake_fstest.c tests/eliloader/fake_probe.c
$(O)/tests/eliloader/fake_fstest: $(FAKE_SRCS) tests/eliloader/fake_probe.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PLAIN_CFLAGS) -pie -o $@ $(FAKE_SRCS)
$(O)/tests/eliloader/fake_fstest_static: $(FAKE_SRCS) tests/eliloader/fake_probe.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PLAIN_CFLAGS) -static -o $@ $(FAKE_SRCS)
SCRIPT_TESTS += tests/eliloader/disk-worker.t

TESTS += tests/eliloader/sandbox_programs
tests/eliloader/sandbox_programs_SRCS := tests/eliloader/sandbox_programs.c $(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/sandbox_programs_LIBS := libseccomp

TESTS += tests/eliloader/disk_starter
tests/eliloader/disk_starter_SRCS := tests/eliloader/disk_starter.c eliloader/disk_starter.c \
	$(ELI_SANDBOX) $(LIB_BASE)
tests/eliloader/disk_starter_LIBS := libseccomp
