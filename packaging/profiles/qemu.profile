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
