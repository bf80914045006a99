/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/plan_parts.h"
#include "lib/cleanup.h"
#include "lib/log.h"

/* Where what must not be shown ends: of an address, all before the last '@' may be a
 * password, however it is mistyped. */
static const char *after_password(const char *value)
{
	const char *at = strrchr(value, '@');

	return at && value[strcspn(value, ":@")] == ':' ? at : value;
}

const char *plan_shown(char out[SHOWN_MAX], const char *value)
{
	const char *rest = after_password(value);
	size_t head = rest == value ? 0 : strcspn(value, ":@"), used, need;

	/* the scheme, then what is not hidden */
	used = log_escape(out, SHOWN_MAX, value, head);
	if (used > SHOWN_MAX / 2) /* no scheme is as long */
		used = 0;
	if (rest != value)
		used += (size_t)snprintf(out + used, SHOWN_MAX - used, "://***");
	need = log_escape(out + used, SHOWN_MAX - used, rest, strlen(rest));
	if (need >= SHOWN_MAX - used)
		memcpy(out + strlen(out) - 3, "...",
		       4); /* whole sequences: it may be shorter */
	return out;
}

int plan_reason(struct plan *p, const char *fmt, ...)
{
	autofree char *text = NULL;
	char **more;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL; /* vasprintf() leaves it undefined */
		return -ENOMEM;
	}
	more = reallocarray(p->reason, p->reason_count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->reason = more;
	p->reason[p->reason_count++] = steal_ptr(text);
	return 0;
}

int plan_fail(struct plan *p, const char *name, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	free(p->error_text);
	p->error_text = text;
	p->action = PLAN_ERROR;
	(void)snprintf(p->error_name, sizeof(p->error_name), "%s", name); /* short ones */
	return PLAN_STOP;
}

const char *plan_how_to_set(const struct plan_from *f, const char *key, const char *value,
			    char out[256])
{
	if (request_is_xapi(f->request))
		(void)snprintf(out, 256, "xe vm-param-set uuid=%s other-config:%s=%s",
			       f->request->vm_uuid, key, value);
	else
		(void)snprintf(out, 256, "--set %s=%s in bootloader_args", key, value);
	return out;
}

const char *plan_how_to_remove(const struct plan_from *f, const char *key, char out[256])
{
	if (request_is_xapi(f->request))
		(void)snprintf(out, 256,
			       "xe vm-param-remove uuid=%s param-name=other-config "
			       "param-key=%s",
			       f->request->vm_uuid, key);
	else
		(void)snprintf(out, 256, "eliloader --forget NAME and no --set %s", key);
	return out;
}

const char *plan_how_to_install(const struct plan_from *f, char out[256])
{
	if (request_is_xapi(f->request))
		return plan_how_to_set(f, "install-round", "1", out);
	(void)snprintf(out, 256,
		       "eliloader --forget NAME, and --set install-round=1 in "
		       "bootloader_args for the next start");
	return out;
}
