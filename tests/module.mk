include $(sort $(wildcard tests/*/module.mk tests/eliloader/*.mk))
