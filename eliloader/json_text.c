/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/json_text.h"

#include <string.h>

#include "eliloader/boot_menu.h"
#include "lib/log.h"

#define TEXT_MAX (4 * BOOT_TEXT_MAX) /* a byte may become four */

json_t *json_text(const char *text)
{
	char safe[TEXT_MAX];
	json_t *j = json_string(text);

	if (j)
		return j;
	(void)log_escape_line(safe, sizeof(safe), text,
			      strlen(text)); /* fits, or is cut */
	return json_string(safe);
}

json_t *json_text_or_null(const char *text)
{
	return text && *text ? json_text(text) : json_null();
}
