#!/bin/bash
# devices.t - the kernel's handles, on fake devices of good, old and lying kernels.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
for program in devices oneway; do
	tap_of $program env LD_PRELOAD="$O/tests/librestrict/fakedev.so" "$O/tests/librestrict/$program"
done
done_testing
