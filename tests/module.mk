include $(sort $(wildcard tests/*/module.mk tests/unit/*.mk tests/eliloader/*.mk tests/broker/*.mk tests/restrict/*.mk tests/librestrict/*.mk))

# Those over 40 s are started first, the longest in front: the end would have to wait for them.
LONG_TESTS := tests/eliloader/rounds-states.t tests/broker/oracle.t tests/eliloader/disks-hostile.t \
	tests/broker/limits.t tests/eliloader/kill-finish-xapi.t tests/daemon/layouts.t \
	tests/eliloader/net_bad.t
SCRIPT_TESTS := $(LONG_TESTS) $(filter-out $(LONG_TESTS),$(SCRIPT_TESTS))
