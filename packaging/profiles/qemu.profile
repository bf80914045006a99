# qemu - the device model of one HVM guest, or the back ends of one PV or PVH guest, as
# qemu 7.2 of today's Xen is started by libxl, xenopsd or the wrapper.
# Everything else that it says to the toolstack goes over QMP.  What needs the grant device,
# which cannot be restricted, is left out: qdisk, 9pfs and USB back ends, consoles beyond
# the first.

[xenstore]
# It was written for dom0's own connection: "backend/TYPE" and "device-model/N/state" are
# relative paths of it.
home dom0

# Its guest: front ends, console, memory, what the toolstack says about the VM.
read /local/domain/{domid}
read {vm}

# Its own corner of dom0's tree, which only dom0 may read and write.
grant-read /local/domain/0/device-model/{domid}			# state, physmap of an older qemu's save
grant-write /local/domain/0/device-model/{domid}/state		# "running": the toolstack waits for it
grant-write /local/domain/0/device-model/{domid}/backends	# back ends it has, made and removed

# The back ends of its guest.  The guest may read each of them, but not the directories
# above, which are listed and watched to find them.
grant-read /local/domain/0/backend/*/{domid}
# What qemu says as a back end: keyboard and pointer, frame buffer, and the first console,
# which it looks at before it leaves it to xenconsoled.  Single nodes, since libxl reads
# others beside them.
grant-write /local/domain/0/backend/vkbd/{domid}/*/state
grant-write /local/domain/0/backend/vkbd/{domid}/*/hotplug-status
grant-write /local/domain/0/backend/vkbd/{domid}/*/feature-abs-pointer
grant-write /local/domain/0/backend/vkbd/{domid}/*/feature-raw-pointer
grant-write /local/domain/0/backend/vfb/{domid}/*/state
grant-write /local/domain/0/backend/vfb/{domid}/*/hotplug-status
grant-write /local/domain/0/backend/vfb/{domid}/*/feature-resize	# it can follow the guest's screen
grant-write /local/domain/0/backend/vfb/{domid}/*/request-update	# asks for events of what was drawn
grant-write /local/domain/0/backend/console/{domid}/*/state	# refused, qemu would try for ever
grant-write /local/domain/0/backend/console/{domid}/*/hotplug-status

[room]
# It opens Xen's devices itself, restricts them (-xen-domid-restrict), and changes root and
# user (-chroot, -runas): until then it is root with the three rights that this takes.
late yes
device /dev/xen/evtchn
device /dev/xen/privcmd
dir /empty		# for -chroot
device /dev/null	# xentoolcore_restrict_all() puts it in the place of what it closes
ioctl evtchn-bind-virq evtchn-bind-interdomain evtchn-bind-unbound evtchn-unbind
ioctl evtchn-notify evtchn-reset evtchn-restrict
ioctl privcmd-hypercall privcmd-mmap privcmd-mmapbatch privcmd-mmapbatch-v2
ioctl privcmd-dm-op privcmd-restrict privcmd-mmap-resource
ioctl tcgets fionread fionbio
call sched_setaffinity sched_getscheduler sched_getparam
call memfd_create ftruncate fallocate	# memory that is shared with nobody
call preadv2 pwritev2 fdatasync fsync flock	# disks that are handed in
call recvmmsg sendmmsg sendfile
call timer_create timer_settime timer_gettime timer_getoverrun timer_delete
call sync_file_range copy_file_range statfs
tasks 64		# its pool of threads for disks has as many
memory 1g		# beside the guest's memory, which is Xen's
limit as none		# it maps the guest's memory
limit nofile 1024	# each disk, viewer and event channel has some
limit fsize none	# disks that are handed in
limit sigpending 256	# timers
call listen bind	# QMP on sockets that are handed in; VNC on one of its own (of this host only)
ioctl 21506 21507 21508	# TCSETS, TCSETSW, TCSETSF: the terminal of -serial pty
env LD_PRELOAD=/qemu-pty-preload.so	# gives it that terminal; qemu-xen-restricted binds it
