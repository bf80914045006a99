# The broker by its users and its enemies; lib.sh is what the scripts source.
SCRIPT_TESTS += $(wildcard tests/broker/*.t)
