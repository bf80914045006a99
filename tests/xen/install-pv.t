#!/bin/bash
# install-pv.t - whole installs under xl on real Xen, unattended: round 1 boots an installer
# from a repository in dom0, which partitions and fills the disk as its family does; round 2
# boots what it left.  As PV guests Debian, whose installer reboots, and Fedora Server.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/xen/install.sh
. tests/xen/install.sh

# in five parts, since two machines run at a time; each two installs long, or as much
case ${1:-pv} in
pv) LIMIT=600 on C-none dom0_rounds pv debian fedora ;;
suse) LIMIT=600 on O-none dom0_rounds pv sles opensuse ;;
pvh) LIMIT=600 on C-none dom0_rounds pvh opensuse fedora ;;
cut) LIMIT=500 on O-none dom0_cut pvh debian ;;
xapi)
	send_xapi
	LIMIT=500 on C-none dom0_xapi pv
	;;
*) LIMIT=600 on "$1" "dom0_$2" "${@:3}" ;;
esac
done_testing
