# the values of vm-data
FUZZ += agent_vm_data
FUZZ_agent_vm_data_SRCS := $(VM_DATA_PURE) lib/tree.c lib/text.c lib/io.c lib/log.c lib/options.c
FUZZ_agent_vm_data_LIBS := jansson
