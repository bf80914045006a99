# What a disk shows of an install, and whether pygrub would boot the same.
ELI_FINISH := eliloader/finish.c eliloader/finish_pygrub.c
