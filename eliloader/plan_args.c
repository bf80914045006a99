/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's arguments.  Nothing of the record comes in here but what plan_values.c has
 * let through: an address without spaces and quotes, a password that is one word, and the
 * user's own install-args at the end. */
#include <errno.h>
#include <string.h>

#include "eliloader/plan.h"

struct args {
	const struct plan *plan;
	char *out; /* ARGS_MAX */
	size_t len;
	bool full;
};

static void put(struct args *a, const char *text)
{
	size_t len = strlen(text);

	if (a->full || a->len + len >= ARGS_MAX) {
		a->full = true;
		return;
	}
	memcpy(a->out + a->len, text, len + 1);
	a->len += len;
}

static void put_address(struct args *a, enum repo_form form)
{
	char text[URL_LEN_MAX + 256];

	if (repo_format(&a->plan->repo, form, text, sizeof(text)) < 0)
		a->full = true;
	else
		put(a, text);
}

/* One word of the table, with what its '%' stand for. */
static void put_words(struct args *a, const char *words)
{
	char one[2] = "";

	if (!words)
		return;
	if (a->len > 0)
		put(a, " ");
	for (; *words; words++) {
		if (*words != '%') {
			one[0] = *words;
			put(a, one);
			continue;
		}
		switch (*++words) {
		case 'U':
			put_address(a, FORM_URL);
			break;
		case 'N':
			put_address(a, FORM_ANACONDA);
			break;
		case 'S':
			put_address(a, FORM_MOUNT);
			break;
		case 'A':
			put(a, strcmp(a->plan->arch, "i386") == 0
				       ? a->plan->distro->arch32
				       : a->plan->distro->arch64);
			break;
		default: /* 'P' */
			put(a, a->plan->vncpassword);
			break;
		}
	}
}

static void put_text(struct args *a, const char *text)
{
	if (!*text)
		return;
	if (a->len > 0)
		put(a, " ");
	put(a, text);
}

static void put_media(struct args *a, enum media media)
{
	const struct media_words *w;

	if ((unsigned)media >= MEDIA_KINDS || media == MEDIA_UNKNOWN)
		media = a->plan->distro->media;
	w = media_words(media);
	if (a->plan->repo.scheme == SCHEME_CDROM)
		put_words(a, w->repository_cdrom);
	else
		put_words(a, a->plan->repo.scheme == SCHEME_NFS ? w->repository_nfs
								: w->repository);
	if (a->plan->vnc)
		put_words(a, w->vnc);
	if (a->plan->vncpassword[0])
		put_words(a, w->vncpassword);
}

/* Where the words "--" or "---" stand in @text, or its end: what follows is meant for the
 * system to be installed, so the installer's own words must come before. */
static size_t dashes(const char *text)
{
	for (size_t at = 0; text[at]; at += strspn(text + at, " ")) {
		size_t len = strcspn(text + at, " ");

		if ((len == 2 || len == 3) && strncmp(text + at, "---", len) == 0)
			return at;
		at += len;
	}
	return strlen(text);
}

int plan_args(const struct plan *p, enum media media, char ret_args[ARGS_MAX])
{
	struct args a = { .plan = p, .out = ret_args };
	const char *given = p->request_args ? p->request_args : "";
	size_t head = dashes(given);
	char text[ARGS_MAX];

	ret_args[0] = '\0';
	if (head >= sizeof(text))
		return -ENAMETOOLONG;
	memcpy(text, given, head);
	while (head > 0 && text[head - 1] == ' ')
		head--;
	text[head] = '\0';
	put_text(&a, text);
	if (p->action == PLAN_INSTALL || p->action == PLAN_DOM0_FILES)
		put_media(&a, media);
	put_text(&a, p->install_args);
	put_text(&a, given + dashes(given));
	return a.full ? -ENAMETOOLONG : 0;
}
