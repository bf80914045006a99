# Tests on real Xen in an emulator: tests/xen/lib.sh says how they are written.
XEN_TESTS += $(sort $(wildcard tests/xen/*.t))
