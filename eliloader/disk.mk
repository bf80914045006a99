# What eliloader-disk says of a disk: both sides.
ELI_REPORT := eliloader/disk_report.c eliloader/boot_menu.c eliloader/boot_choose.c eliloader/boot_fs.c
