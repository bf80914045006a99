# The VM's record: from XAPI, from files, from the state.  record.c alone is pure.
ELI_RECORD := eliloader/record.c
ELI_RECORD_LIBS := expat
