# The VM's record: from XAPI, from files, from the state.  record.c alone is pure.
ELI_XMLRPC := eliloader/xmlrpc.c eliloader/xmlrpc_parse.c lib/utf8.c
ELI_XAPI := $(ELI_XMLRPC) eliloader/xapi.c eliloader/xapi_conn.c eliloader/xapi_guard.c eliloader/xapi_http.c
ELI_STATE := eliloader/state.c eliloader/state_file.c
ELI_RECORD := eliloader/record.c eliloader/record_state.c eliloader/record_xapi.c $(ELI_STATE) $(ELI_XAPI)
ELI_RECORD_LIBS := expat
