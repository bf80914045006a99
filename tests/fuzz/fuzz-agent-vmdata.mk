# the values of vm-data, and a map of them; what a store answers to a watch
FUZZ += agent_vm_data agent_vm_data_map xs_watch
FUZZ_agent_vm_data_SRCS := $(VM_DATA_PURE) lib/tree.c lib/text.c lib/io.c lib/log.c lib/options.c
FUZZ_agent_vm_data_LIBS := jansson
FUZZ_agent_vm_data_map_SRCS := $(FUZZ_agent_vm_data_SRCS)
FUZZ_agent_vm_data_map_LIBS := jansson
FUZZ_xs_watch_SRCS := lib/xs_watch.c lib/io.c lib/unix_socket.c
FUZZ_xs_watch_LIBS := xenstore
