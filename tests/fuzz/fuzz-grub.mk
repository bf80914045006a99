# GRUB's scripts, run and only parsed, and its environment blocks.
FUZZ += boot_grub boot_grub_parse
FUZZ_boot_grub_SRCS := $(sort $(ELI_BOOT) $(ELI_BOOT_OTHERS) tests/eliloader/boot_dir.c $(LIB_BASE))
FUZZ_boot_grub_parse_SRCS := eliloader/boot_grub_arena.c eliloader/boot_grub_lex.c \
	eliloader/boot_grub_parse.c eliloader/boot_grub_block.c
