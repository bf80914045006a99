/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader - dom0's bootloader for installing and booting Linux VMs, for xapi and xl. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "eliloader/failure.h"
#include "eliloader/inspect.h"
#include "eliloader/request.h"
#include "eliloader/start.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/version.h"

#define STATUS_FAILED 1

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
	return request_is_xapi(request) ? OPTIONS_WRONG : options_try_help();
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
		(void)fputs(request_usage, stdout); /* options_printed() sees it */
		return options_printed(0, STATUS_FAILED);
	case REQUEST_VERSION:
		puts("eliloader " XPT_VERSION);
		return options_printed(0, STATUS_FAILED);
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
