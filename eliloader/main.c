/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader - dom0's bootloader for installing and booting Linux VMs, for xapi and xl. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "eliloader/failure.h"
#include "eliloader/inspect.h"
#include "eliloader/request.h"
#include "eliloader/start.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/version.h"

enum {
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

/* Was all that was printed written? */
static int printed(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	log_error("cannot print");
	return STATUS_FAILED;
}

/* libxl's console is raw: let line breaks be line breaks there. */
static void console_lines(void)
{
	struct termios t;

	if (tcgetattr(STDOUT_FILENO, &t) == 0 && !(t.c_oflag & OPOST)) {
		t.c_oflag |= OPOST | ONLCR;
		(void)tcsetattr(STDOUT_FILENO, TCSADRAIN, &t); /* only looks worse */
	}
}

static int usage_error(const struct request *request, const char *why)
{
	struct failure f;

	failure_set(&f, -1, "", "%s", why);
	failure_print(&f, request_is_xapi(request));
	if (!request_is_xapi(request))
		fputs("Try 'eliloader --help'.\n", stderr);
	return STATUS_USAGE;
}

int main(int argc, char *argv[])
{
	autorequest struct request request = { 0 };
	struct failure failure = { 0 };
	char why[512];
	int r;

	if (io_reserve_std_fds() < 0)
		return STATUS_FAILED;
	log_open("eliloader", false, false);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* ignored, no child could be waited for */
	switch (request_parse(argc, argv, &request, why, sizeof(why))) {
	case REQUEST_HELP:
		(void)fputs(request_usage, stdout); /* looked at in printed() */
		return printed();
	case REQUEST_VERSION:
		puts("eliloader " XPT_VERSION);
		return printed();
	case REQUEST_WRONG:
		return usage_error(&request, why);
	default:
		break;
	}
	log_open("eliloader", false, request.verbose);
	if (request_is_libxl(&request))
		console_lines();
	r = request.verb == VERB_INSPECT ? inspect_image(&request, &failure)
	    : request.forget		 ? start_forget(&request, &failure)
					 : start_vm(&request, &failure);
	if (r < 0 && *failure.text)
		failure_print(&failure, request_is_xapi(&request));
	return r < 0 ? STATUS_FAILED : EXIT_SUCCESS;
}
