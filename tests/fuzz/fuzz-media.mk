# Repositories and media: checksum lists, .treeinfo, ISO images.
FUZZ += sums_sha256sums sums_content sums_release sums_treeinfo iso
FUZZ_sums_sha256sums_SRCS := eliloader/sums.c
FUZZ_sums_content_SRCS := eliloader/sums.c
FUZZ_sums_release_SRCS := eliloader/sums.c
FUZZ_sums_treeinfo_SRCS := eliloader/sums.c
FUZZ_iso_SRCS := $(ELI_ISO)
FUZZ_iso_LIBS := libarchive
