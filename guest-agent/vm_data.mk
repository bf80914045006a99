# vm-data: what provisioning scripts call
VM_DATA_PURE := guest-agent/vm_data_options.c guest-agent/vm_data_format.c \
	guest-agent/vm_data_map.c
PROGS += guest-agent/vm-data
guest-agent/vm-data_SRCS := guest-agent/vm_data.c guest-agent/vm_data_store.c \
	$(VM_DATA_PURE) $(LIB_BASE) $(LIB_XS) lib/domains.c
guest-agent/vm-data_LIBS := xenstore jansson
guest-agent/vm-data_STATIC := y
MAN += docs/man/vm-data.1
SCRIPT_TESTS += tests/daemon/vm-data.t
