# guest - the store as the domain itself sees it, and nothing beyond.
# For a program that serves one domain and needs no node of dom0's; see xenstore-broker(8)
# for the format.

[xenstore]
read /	# whatever the domain's own permissions let it read
write /	# and write: permissions alone decide
