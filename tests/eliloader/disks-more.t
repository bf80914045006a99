#!/bin/bash
# disks-more.t - disks.t with the layouts that it leaves out.
top=$(cd "${0%/*}/../.." && pwd)
# shellcheck source=tests/eliloader/layouts.sh
. "$top/tests/eliloader/layouts.sh"
exec "${0%/*}/disks.t" "${layout_names[@]:18}"
