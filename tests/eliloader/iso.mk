# The parts that find a pair: checksum lists, the search, the ISO worker.
HELPERS += tests/eliloader/wire_client
tests/eliloader/wire_client_SRCS := tests/eliloader/wire_client.c $(ELI_WIRE)

TESTS += tests/eliloader/sums
tests/eliloader/sums_SRCS := tests/eliloader/sums.c eliloader/sums.c lib/io.c
TESTS += tests/eliloader/pick
tests/eliloader/pick_SRCS := tests/eliloader/pick.c eliloader/pick.c eliloader/sums.c \
	eliloader/job_read.c eliloader/worker_side.c $(ELI_WIRE)
SCRIPT_TESTS += tests/eliloader/iso.t
TESTS += tests/eliloader/iso_bounds
tests/eliloader/iso_bounds_SRCS := tests/eliloader/iso_bounds.c $(ELI_ISO) $(LIB_BASE)
tests/eliloader/iso_bounds_LIBS := libarchive
