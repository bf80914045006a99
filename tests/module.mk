include $(sort $(wildcard tests/*/module.mk tests/eliloader/*.mk tests/broker/*.mk tests/restrict/*.mk tests/librestrict/*.mk))
