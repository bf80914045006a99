# Fuzz targets: tests/fuzz/NAME.c with LLVMFuzzerTestOneInput(); saved inputs are replayed
# by `make check`, `make fuzz` looks for new ones.  A target adds, in a fragment of its own,
#   FUZZ += NAME
#   FUZZ_NAME_SRCS := what it links
#   FUZZ_NAME_LIBS := pkg-config names
FUZZ :=
include $(wildcard tests/fuzz/fuzz-*.mk)
define fuzz_test
TESTS += tests/fuzz/$(1)
tests/fuzz/$(1)_SRCS := tests/fuzz/$(1).c tests/fuzz/replay.c lib/io.c $(filter-out lib/io.c,$(FUZZ_$(1)_SRCS))
tests/fuzz/$(1)_LIBS := $(FUZZ_$(1)_LIBS)
tests/fuzz/$(1)_LDLIBS := $(FUZZ_$(1)_LDLIBS)
endef
$(foreach f,$(FUZZ),$(eval $(call fuzz_test,$(f))))
