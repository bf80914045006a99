# Readers of boot configurations other than grub.cfg, and the menu.
BOOT_TEST := $(ELI_BOOT) $(ELI_BOOT_OTHERS) tests/eliloader/boot_dir.c tests/eliloader/boot_menu_text.c $(LIB_BASE)
define boot_test
TESTS += tests/eliloader/$(1)
tests/eliloader/$(1)_SRCS := $$(sort tests/eliloader/$(1).c $$(BOOT_TEST))
endef
$(foreach t,boot_bls boot_extlinux boot_kernels boot_legacy boot_menu boot_read boot_roots boot_version,$(eval $(call boot_test,$(t))))
