# lib/ is linked into the programs by source list; there is no library file to install.
LIB_BASE := lib/log.c lib/io.c lib/tree.c lib/tree_text.c
LIB_XS := lib/xs.c lib/xs_watch.c
