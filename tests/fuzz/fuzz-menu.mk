# The boot menu on a guest's console: hostile titles, and whatever is typed.
FUZZ += menu
FUZZ_menu_SRCS := eliloader/menu_view.c eliloader/boot_menu.c lib/io.c lib/log.c
