# vncterm - shows one domain's text console: it finds the terminal in the store and writes
# there where viewers find it.  The nodes are dom0's, so that the guest cannot send viewers
# elsewhere.

[xenstore]
read /local/domain/{domid}/console	# tty: the terminal, watched until it is there
read /local/domain/{domid}/serial	# the same of an emulated serial port

grant-write /local/domain/{domid}/console/vnc-port	# where viewers find it
grant-write /local/domain/{domid}/console/tc-port	# the same for plain text
grant-write /local/domain/{domid}/console/statefile	# the screen, saved when the domain is
grant-write /local/domain/{domid}/serial/*/vnc-port
grant-write /local/domain/{domid}/serial/*/tc-port
grant-write /local/domain/{domid}/serial/*/statefile

[room]
# Its terminal and its listening socket are opened before and handed in (--keep-fd): no
# handle of Xen's, no device, no network.
tasks 4			# libxenstore has a thread for watches
memory 64m		# a screen, and what its viewers have not taken yet
limit as 128m
limit fsize 1m		# the saved screen
