TESTS += tests/unit/vm_data_base64
tests/unit/vm_data_base64_SRCS := tests/unit/vm_data_base64.c $(VM_DATA_PURE) $(LIB_BASE)
tests/unit/vm_data_base64_LIBS := jansson
