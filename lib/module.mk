# lib/ is linked into the programs by source list; there is no library file to install.
LIB_BASE := lib/log.c lib/io.c lib/fds.c lib/signals.c lib/options.c lib/prefix.c lib/text.c lib/tree.c \
	lib/tree_text.c lib/unix_socket.c
LIB_CONFIG := lib/config_lines.c lib/text_list.c
LIB_XS := lib/xs.c lib/xs_watch.c
LIB_SANDBOX := lib/sandbox.c lib/sandbox_root.c lib/sandbox_calls.c lib/sandbox_bind.c \
	lib/sandbox_program.c lib/rights.c lib/landlock.c
LIB_LIBRARIES := lib/libraries.c lib/elf_needs.c lib/ld_cache.c lib/text.c lib/text_list.c
