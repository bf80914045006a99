/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_grub_syntax FILE... - what the parser of GRUB's scripts thinks of each: a line "ok",
 * or "error N" with the line of the first syntax error. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "eliloader/boot_grub_script.h"
#include "lib/cleanup.h"
#include "lib/io.h"

static unsigned first_error(char *text, size_t len)
{
	struct grub_arena arena = { 0 };
	struct grub_cmd *unit;
	struct grub_lex lex;
	unsigned line = 0;
	int r;

	grub_lex_init(&lex, &arena, text, grub_lex_clean(text, len));
	while (line == 0 && (r = grub_parse(&lex, &unit)) != 0)
		if (r < 0)
			line = lex.bad_line;
	grub_arena_done(&arena);
	return line;
}

int main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		autofree char *text = NULL;
		unsigned line;
		size_t len;

		if (io_read_file_at(AT_FDCWD, argv[i], 1 << 20, &text, &len) < 0) {
			fprintf(stderr, "boot_grub_syntax: cannot read %s\n", argv[i]);
			return EXIT_FAILURE;
		}
		line = first_error(text, len);
		if (line)
			printf("error %u\n", line);
		else
			printf("ok\n");
	}
	return EXIT_SUCCESS;
}
