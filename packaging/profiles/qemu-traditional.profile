# qemu-traditional - the device model of Xen's early years, which takes its orders from the
# store: what XenServer's privileged helper let it have.

[xenstore]
home dom0		# its paths are relative to dom0's home
release-event		# it ends with its domain

read /local/domain/{domid}		# its guest
read {vm}				# the VM's settings, the clock's offset among them
read /local/logconsole			# where consoles are logged
read /mh/driver-blacklist		# drivers that are not to be unplugged

write /local/domain/{domid}/data/report_clipboard	# what the viewer copied
write /local/domain/{domid}/data/set_clipboard		# what the guest copied, cleared
grant-write /local/domain/{domid}/console/vnc-port	# where the viewer finds it
# dm-ready in it, which the guest's drivers wait for.  The directory may be missing, and
# leave for dm-ready alone is none to make it.
grant-write /local/domain/{domid}/device-misc

# Orders and answers: save, continue, CD changes, dirty memory during a migration.
grant-read /local/domain/0/device-model/{domid}
grant-write /local/domain/0/device-model/{domid}/state
grant-write /local/domain/0/device-model/{domid}/command
grant-write /local/domain/0/device-model/{domid}/parameter
grant-write /local/domain/0/device-model/{domid}/logdirty/cmd
grant-write /local/domain/0/device-model/{domid}/logdirty/ret

# The back ends of its guest, the directories above them included.
grant-read /local/domain/0/backend/*/{domid}
