# Boot configurations other than grub.cfg.
FUZZ += boot_bls boot_legacy boot_extlinux boot_read
BOOT_FUZZ := $(sort $(ELI_BOOT) $(ELI_BOOT_OTHERS) tests/eliloader/boot_dir.c $(LIB_BASE))
FUZZ_boot_bls_SRCS := $(BOOT_FUZZ)
FUZZ_boot_legacy_SRCS := $(BOOT_FUZZ)
FUZZ_boot_extlinux_SRCS := $(BOOT_FUZZ)
FUZZ_boot_read_SRCS := $(BOOT_FUZZ)
