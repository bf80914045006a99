# Readers of boot configurations: pure but for what a boot_fs reads for them.
ELI_BOOT_GRUB := eliloader/boot_grub.c eliloader/boot_grub_arena.c eliloader/boot_grub_lex.c \
	eliloader/boot_grub_parse.c eliloader/boot_grub_block.c eliloader/boot_grub_env.c eliloader/boot_grub_words.c \
	eliloader/boot_grub_path.c eliloader/boot_grub_run.c eliloader/boot_grub_test.c \
	eliloader/boot_grub_commands.c eliloader/boot_grub_search.c eliloader/boot_grub_entry.c \
	eliloader/boot_grub_load.c eliloader/boot_grub_menu.c
ELI_BOOT := eliloader/boot_fs.c eliloader/boot_menu.c $(ELI_BOOT_GRUB)
