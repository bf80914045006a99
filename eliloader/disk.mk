# The worker that reads a guest's disk, and what it says of it.
ELI_REPORT := eliloader/disk_report.c eliloader/boot_menu.c eliloader/boot_choose.c eliloader/boot_fs.c
ELI_DISK_LS := eliloader/disk_ls.c eliloader/boot_fs.c
ELI_DISK := eliloader/disk_send.c eliloader/disk_fs.c eliloader/disk_fs_open.c eliloader/disk_fs_kept.c eliloader/disk_fs_places.c eliloader/disk_fs_judge.c \
	eliloader/disk_ls.c eliloader/disk_run.c eliloader/disk_node.c eliloader/disk_room.c eliloader/disk_starter.c \
	eliloader/disk_signs.c eliloader/disk_table.c eliloader/disk_report_make.c
ELI_BOOT_OTHERS := eliloader/boot_choose.c eliloader/boot_bls.c eliloader/boot_bls_grub.c \
	eliloader/boot_bls_list.c eliloader/boot_bls_loader.c eliloader/boot_bls_read.c \
	eliloader/boot_legacy.c eliloader/boot_extlinux.c eliloader/boot_extlinux_default.c \
	eliloader/boot_extlinux_label.c eliloader/boot_kernels.c eliloader/boot_place.c \
	eliloader/boot_read.c eliloader/boot_roots.c eliloader/boot_text.c eliloader/boot_version.c
PROGS += eliloader/eliloader-disk
WORKERS += eliloader/eliloader-disk
eliloader/eliloader-disk_SRCS := eliloader/disk_main.c $(sort $(ELI_DISK) $(ELI_BOOT) $(ELI_BOOT_OTHERS) \
	$(ELI_WORKER) $(LIB_LIBRARIES))
eliloader/eliloader-disk_LIBS := libseccomp
