# GRUB's scripts.
FUZZ += boot_grub
FUZZ_boot_grub_SRCS := $(sort $(ELI_BOOT) $(ELI_BOOT_OTHERS) tests/eliloader/boot_dir.c $(LIB_BASE))
