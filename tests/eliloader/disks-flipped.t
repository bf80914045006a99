#!/bin/bash
# disks-flipped.t - disks-hostile.t with file systems of every kind whose bytes were changed.
# shellcheck source=tests/eliloader/hostile.sh
. "${0%/*}/hostile.sh"
exec "${0%/*}/disks-hostile.t" "${hostile_fs_names[@]}"
