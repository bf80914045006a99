# The disk as eliloader's own side sees it: choosing, the menu, inspect.
TESTS += tests/eliloader/menu tests/eliloader/inspect tests/eliloader/disk_choose
tests/eliloader/menu_SRCS := tests/eliloader/menu.c $(ELI_MENU) eliloader/boot_menu.c $(LIB_BASE)
tests/eliloader/inspect_SRCS := tests/eliloader/inspect.c $(ELI_INSPECT) $(ELI_REPORT) $(LIB_BASE)
tests/eliloader/inspect_LIBS := jansson
tests/eliloader/disk_choose_SRCS := tests/eliloader/disk_choose.c eliloader/disk_choose.c $(ELI_MENU) \
	$(ELI_REPORT) eliloader/record.c $(ELI_REQUEST) eliloader/failure.c eliloader/progress.c $(LIB_BASE)
SCRIPT_TESTS += tests/eliloader/boot.t
