# vm-data: what provisioning scripts call
VM_DATA_PURE := guest-agent/vm_data_options.c guest-agent/vm_data_format.c \
	guest-agent/vm_data_map.c guest-agent/vm_data_ini.c lib/utf8.c \
	guest-agent/vm_data_base64.c
PROGS += guest-agent/vm-data
guest-agent/vm-data_SRCS := guest-agent/vm_data.c guest-agent/vm_data_store.c guest-agent/vm_data_report.c \
	guest-agent/vm_data_read.c guest-agent/vm_data_watch.c guest-agent/vm_data_change.c \
	guest-agent/vm_data_populate.c \
	$(VM_DATA_PURE) $(LIB_BASE) $(LIB_XS) lib/domains.c
guest-agent/vm-data_LIBS := xenstore jansson
guest-agent/vm-data_STATIC := y
MAN += docs/man/vm-data.1
SCRIPT_TESTS += tests/daemon/vm-data.t tests/daemon/vm-data-change.t
