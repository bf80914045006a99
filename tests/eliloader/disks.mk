# Disks: of distributions, of many features, and hostile ones.
SCRIPT_TESTS += $(addprefix tests/eliloader/,disks.t disks-more.t disks-features.t \
	disks-hostile.t disks-flipped.t)
HELPERS += tests/eliloader/rusage
tests/eliloader/rusage_SRCS := tests/eliloader/rusage.c
