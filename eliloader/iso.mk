# The worker that reads ISO 9660 images.
ELI_ISO := eliloader/iso_image.c eliloader/iso_names.c
PROGS += eliloader/eliloader-iso
eliloader/eliloader-iso_SRCS := eliloader/iso_main.c $(ELI_ISO) $(ELI_SOURCE)
eliloader/eliloader-iso_LIBS := libarchive libseccomp
