include $(sort $(wildcard tests/*/module.mk tests/unit/*.mk tests/eliloader/*.mk tests/broker/*.mk tests/restrict/*.mk tests/librestrict/*.mk))
