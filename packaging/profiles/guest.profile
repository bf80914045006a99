# guest - the store as the domain itself sees it, and nothing beyond.
# For a program that serves one domain and needs no node of dom0's; see xenstore-broker(8)
# for the format.

[xenstore]
read /	# whatever the domain's own permissions let it read
write /	# and write: permissions alone decide

[room]
handle evtchn privcmd	# restricted to the domain before the program has them
# All requests of the two: what is too much the kernel itself refuses, with its own errors,
# by which the program can see that they are restricted.
ioctl evtchn-bind-virq evtchn-bind-interdomain evtchn-bind-unbound evtchn-unbind
ioctl evtchn-notify evtchn-reset evtchn-restrict
ioctl privcmd-hypercall privcmd-mmap privcmd-mmapbatch privcmd-mmapbatch-v2
ioctl privcmd-dm-op privcmd-restrict privcmd-mmap-resource
tasks 8			# libxenstore has a thread for watches
memory 256m		# of the control group
