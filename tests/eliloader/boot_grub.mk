# grub.cfg.
ELI_BOOT_GRUB_TEST := $(ELI_BOOT) $(ELI_BOOT_OTHERS) tests/eliloader/boot_dir.c \
	tests/eliloader/boot_menu_text.c $(LIB_BASE)
define boot_grub_test
TESTS += tests/eliloader/$(1)
tests/eliloader/$(1)_SRCS := $$(sort tests/eliloader/$(1).c $$(ELI_BOOT_GRUB_TEST))
endef
$(foreach t,boot_grub boot_grub_lang boot_grub_hostile,$(eval $(call boot_grub_test,$(t))))
SCRIPT_TESTS += tests/eliloader/boot_grub_check.t
HELPERS += tests/eliloader/boot_grub_syntax
tests/eliloader/boot_grub_syntax_SRCS := tests/eliloader/boot_grub_syntax.c \
	eliloader/boot_grub_arena.c eliloader/boot_grub_lex.c eliloader/boot_grub_parse.c lib/io.c
