/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/text_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int text_list_add(struct text_list *l, const char *text)
{
	char **more, *copy;

	if (l->count == TEXT_LIST_MAX)
		return -E2BIG;
	more = realloc(l->item, (l->count + 2) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->item = more;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	l->item[l->count++] = copy;
	l->item[l->count] = NULL;
	return 0;
}

void text_list_done(struct text_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i]);
	free(l->item);
	memset(l, 0, sizeof(*l));
}
