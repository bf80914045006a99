FUZZ += xmlrpc_reply http_reply record_file
FUZZ_xmlrpc_reply_SRCS := $(ELI_RECORD) $(LIB_BASE)
FUZZ_xmlrpc_reply_LIBS := expat
FUZZ_http_reply_SRCS := eliloader/xapi_http.c $(LIB_BASE)
FUZZ_record_file_SRCS := eliloader/record.c $(ELI_STATE) $(LIB_BASE)
