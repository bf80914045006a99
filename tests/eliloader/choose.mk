# The disk as eliloader's own side sees it: choosing, the menu, inspect.
TESTS += tests/eliloader/menu
tests/eliloader/menu_SRCS := tests/eliloader/menu.c $(ELI_MENU) eliloader/boot_menu.c $(LIB_BASE)
