/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/config.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define UUID_LEN      36
#define WORDS_MAX     4096 /* of argv: a kernel allows more, no toolstack makes more */
#define RUNAS_UID_MAX 0xfffffffdU /* the next two mean "none" to the kernel */

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,	 /* needs a value that is not empty */
	OPTION_OPTIONAL, /* an empty value is as if it was not given */
};

struct parse {
	struct request *r;
	int argc, at;	    /* words, the next one */
	const char *before; /* an image that another has displaced; NULL: none */
	char *const *argv;
	bool has_word; /* one that is no option has come */
	bool after_vm; /* what comes now is the VM's word, not the toolstack's */
	char *why;
	size_t size;
	bool format_given;
};

struct option {
	const char *name;
	enum option_kind kind;
	bool vm_too; /* may stand in PV-bootloader-args */
	int (*take)(struct parse *p, const char *value);
};

__attribute__((format(printf, 2, 3))) static void say(struct parse *p, const char *fmt,
						      ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(p->why, p->size, fmt, ap); /* cut at its room */
	va_end(ap);
}

/* The word as it may be printed: argv may come from a VM's record. */
static const char *shown(char out[128], const char *word)
{
	(void)log_escape(out, 128, word, strlen(word)); /* cut at its room */
	return out;
}

/* Join @text to what --args and its kin gave before. */
static int join_args(struct parse *p, const char *text)
{
	char *joined;

	if (!*text)
		return 0;
	if (asprintf(&joined, "%s%s%s", p->r->args ? p->r->args : "",
		     p->r->args ? " " : "", text) < 0)
		return -ENOMEM;
	free(p->r->args);
	p->r->args = joined;
	return 0;
}

/* --default_args and --extra_args: xapi put a backslash before '"' and '\'. */
static int take_escaped_args(struct parse *p, const char *value)
{
	autofree char *text = strdup(value);
	char *to = text;

	if (!text)
		return -ENOMEM;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return join_args(p, text);
}

static bool is_uuid(const char *text)
{
	if (strlen(text) != UUID_LEN)
		return false;
	for (unsigned i = 0; i < UUID_LEN; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			    ? text[i] != '-'
			    : !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	return true;
}

static int take_vm(struct parse *p, const char *value)
{
	if (!is_uuid(value)) {
		say(p, "--vm wants a UUID");
		return -EINVAL;
	}
	p->r->vm_uuid = value;
	p->after_vm = true;
	return 0;
}

static int take_format(struct parse *p, const char *value)
{
	static const char *const names[] = { "simple", "simple0", "sxp" };

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(value, names[i]) == 0) {
			p->r->format = (enum output_format)i;
			p->format_given = true;
			return 0;
		}
	say(p, "--output-format is simple, simple0 or sxp");
	return -EINVAL;
}

static int take_runas(struct parse *p, const char *value)
{
	uint64_t uid;

	if (io_parse_u64(value, RUNAS_UID_MAX, &uid) < 0 || uid == 0) {
		say(p, "--runas wants the number of a user who is not root");
		return -EINVAL;
	}
	p->r->have_runas = true;
	p->r->runas = (uid_t)uid;
	return 0;
}

static int take_cache(struct parse *p, const char *value)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0) {
		say(p, "--cache is on or off");
		return -EINVAL;
	}
	if (p->after_vm && strcmp(value, "on") == 0) {
		say(p, "--cache=on is the host's to say: a VM may only have it off");
		return -EINVAL;
	}
	p->r->cache = value;
	return 0;
}

static int take_set(struct parse *p, const char *value)
{
	const char **more;

	if (!strchr(value, '=')) {
		say(p, "--set wants KEY=VALUE");
		return -EINVAL;
	}
	more = reallocarray(p->r->set, p->r->set_count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->r->set = more;
	p->r->set[p->r->set_count++] = value;
	return 0;
}

#define TAKE_TEXT(field)                                                                 \
	static int take_##field(struct parse *p, const char *value)                      \
	{                                                                                \
		p->r->field = value;                                                     \
		return 0;                                                                \
	}
TAKE_TEXT(kernel)
TAKE_TEXT(ramdisk)
TAKE_TEXT(entry)
TAKE_TEXT(output)
TAKE_TEXT(output_directory)
TAKE_TEXT(record_file)
TAKE_TEXT(xapi_socket)
TAKE_TEXT(domain)
TAKE_TEXT(forget)
TAKE_TEXT(cdrom)

static int take_config_file(struct parse *p, const char *value)
{
	p->r->config_file = value;
	p->r->config_given = true;
	return 0;
}

#define TAKE_FLAG(field)                                                                 \
	static int take_##field(struct parse *p, const char *value)                      \
	{                                                                                \
		(void)value; /* there is none */                                         \
		p->r->field = true;                                                      \
		return 0;                                                                \
	}
TAKE_FLAG(verbose)
TAKE_FLAG(quiet)
TAKE_FLAG(explain)
TAKE_FLAG(json)
TAKE_FLAG(list_entries)

/* Accepted and without effect, as it always was. */
static int take_nothing(struct parse *p, const char *value)
{
	(void)p;
	(void)value;
	return 0;
}

static const struct option options[] = {
	{ "vm", OPTION_TEXT, false, take_vm },
	{ "kernel", OPTION_OPTIONAL, true, take_kernel },
	{ "ramdisk", OPTION_OPTIONAL, true, take_ramdisk },
	{ "entry", OPTION_OPTIONAL, true, take_entry },
	{ "args", OPTION_OPTIONAL, true, join_args },
	{ "default_args", OPTION_OPTIONAL, true, take_escaped_args },
	{ "extra_args", OPTION_OPTIONAL, true, take_escaped_args },
	{ "cache", OPTION_TEXT, true, take_cache },
	{ "quiet", OPTION_FLAG, true, take_quiet },
	{ "verbose", OPTION_FLAG, true, take_verbose },
	{ "logging", OPTION_FLAG, true, take_nothing },
	{ "output", OPTION_TEXT, false, take_output },
	{ "output-format", OPTION_TEXT, false, take_format },
	{ "output-directory", OPTION_TEXT, false, take_output_directory },
	{ "runas", OPTION_TEXT, false, take_runas },
	{ "record", OPTION_TEXT, false, take_record_file },
	{ "set", OPTION_TEXT, false, take_set },
	{ "cdrom", OPTION_TEXT, false, take_cdrom },
	{ "domain", OPTION_TEXT, false, take_domain },
	{ "config", OPTION_TEXT, false, take_config_file },
	{ "xapi-socket", OPTION_TEXT, false, take_xapi_socket },
	{ "explain", OPTION_FLAG, false, take_explain },
	{ "json", OPTION_FLAG, false, take_json },
	{ "list-entries", OPTION_FLAG, false, take_list_entries },
	{ "forget", OPTION_TEXT, false, take_forget },
	{ .name = NULL },
};

static const char *short_name(char c)
{
	return c == 'q'	  ? "quiet"
	       : c == 'v' ? "verbose"
	       : c == 'l' ? "list-entries"
			  : NULL;
}

/* Find the option that @word is, and its value when that is in the same word. */
static const struct option *find_option(const char *word, const char **ret_value)
{
	const char *name = NULL;
	size_t len = 0;

	*ret_value = NULL;
	if (word[1] == '-') {
		name = word + 2;
		len = strcspn(name, "=");
		if (name[len] == '=')
			*ret_value = name + len + 1;
	} else if (word[1] && !word[2]) {
		name = short_name(word[1]);
		len = name ? strlen(name) : 0;
	}
	for (const struct option *o = options; name && o->name; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

/* The next word as @o's value.  For kernel arguments an empty one is a value; else it
 * comes of two spaces in PV-bootloader-args. */
static const char *next_value(struct parse *p, const struct option *o)
{
	bool args = o->take == join_args || o->take == take_escaped_args;

	while (!args && p->at < p->argc && !*p->argv[p->at])
		p->at++;
	return p->at < p->argc ? p->argv[p->at++] : NULL;
}

static bool has_control_byte(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static int take_option(struct parse *p, const struct option *o, const char *value)
{
	if (p->after_vm && !o->vm_too) {
		say(p,
		    "--%s must stand before --vm: what follows there is the VM's own "
		    "PV-bootloader-args",
		    o->name);
		return -EINVAL;
	}
	/* only xapi till 2013 gives these, and it reads nothing but an s-expression; a VM's
	 * own words do not make it one */
	if (o->take == take_escaped_args && !p->after_vm && !p->format_given)
		p->r->format = FORMAT_SXP;
	if (o->kind == OPTION_FLAG) {
		if (value)
			say(p, "--%s takes no value", o->name);
		return value ? -EINVAL : o->take(p, NULL);
	}
	if (!value)
		value = next_value(p, o);
	if (!value || (!*value && o->kind == OPTION_TEXT)) {
		say(p, "--%s needs a value", o->name);
		return -EINVAL;
	}
	if (has_control_byte(value)) {
		say(p, "--%s's value has a control character in it", o->name);
		return -EINVAL;
	}
	return *value ? o->take(p, value) : 0;
}

static int parse_word(struct parse *p, const char *word)
{
	const struct option *o;
	const char *value;
	char text[128];

	o = find_option(word, &value);
	if (o)
		return take_option(p, o, value);
	say(p, "there is no option '%s'", shown(text, word));
	return -EINVAL;
}

/* A word that is no option: the image, but the first may be a verb.  A VM's own words are
 * none. */
static void take_word(struct parse *p, const char *word)
{
	bool first = !p->has_word && !p->after_vm;

	p->has_word = true;
	if (first && strcmp(word, "inspect") == 0)
		p->r->verb = VERB_INSPECT;
	else if (first && strcmp(word, "boot") == 0)
		p->r->verb = VERB_BOOT;
	else {
		p->before = p->r->image;
		p->r->image = word;
	}
}

static int parse_words(struct parse *p)
{
	bool only_images = false;
	const char *word;
	int r = 0;

	while (r >= 0 && p->at < p->argc) {
		word = p->argv[p->at++];
		if (strcmp(word, "--") == 0)
			only_images = true;
		else if (word[0] == '-' && !only_images)
			r = parse_word(p, word);
		else if (word[0])
			take_word(p, word);
	}
	return r;
}

/* What is asked for before anything else is looked at; an error on the way to --vm must
 * be told in xenopsd's way, too. */
static enum request_verdict look_ahead(struct parse *p)
{
	enum request_verdict verdict = REQUEST_RUN;

	for (int i = 1; i < p->argc; i++) {
		if (strcmp(p->argv[i], "--vm") == 0 ||
		    strncmp(p->argv[i], "--vm=", 5) == 0)
			p->r->vm_uuid = "";
		if (p->r->vm_uuid || verdict != REQUEST_RUN)
			continue;
		if (strcmp(p->argv[i], "--help") == 0 || strcmp(p->argv[i], "-h") == 0)
			verdict = REQUEST_HELP;
		else if (strcmp(p->argv[i], "--version") == 0)
			verdict = REQUEST_VERSION;
	}
	return verdict;
}

/* What a word at the beginning leaves no room for. */
static int check_verb(struct parse *p)
{
	const struct request *r = p->r;
	const char *verb = r->verb == VERB_BOOT ? "boot" : "inspect";

	if (r->verb == VERB_START)
		return 0;
	if (r->vm_uuid || r->record_file || r->set_count > 0 || r->cdrom || r->forget)
		say(p,
		    "'%s' is for one disk, and takes no --vm, --set, --record, --cdrom "
		    "or "
		    "--forget",
		    verb);
	else if (!r->image)
		say(p, "%s: there is no disk image", verb);
	else if (r->verb == VERB_INSPECT &&
		 (request_is_libxl(r) || r->list_entries || r->kernel || r->ramdisk ||
		  r->entry || r->args))
		say(p,
		    "inspect looks at all that is on a disk: it takes --json, --config, "
		    "--runas and --verbose");
	else
		return 0;
	return -EINVAL;
}

/* A toolstack puts the image behind stray words of a VM's; a person means each of them. */
static int check_people(struct parse *p)
{
	const struct request *r = p->r;
	char first[128], last[128];

	if (r->list_entries && r->explain)
		say(p,
		    "--list-entries takes neither --explain nor --json: 'inspect --json' "
		    "has the entries for programs");
	else if (p->before && !r->vm_uuid && !request_is_libxl(r) &&
		 (r->verb != VERB_START || r->list_entries))
		say(p, "there is one disk image at a time, not both '%s' and '%s'",
		    shown(first, p->before), shown(last, r->image));
	else
		return 0;
	return -EINVAL;
}

static int check_whole(struct parse *p)
{
	const struct request *r = p->r;

	if (r->vm_uuid && (r->record_file || r->set_count > 0 || r->cdrom || r->domain))
		say(p,
		    "--record, --set, --cdrom and --domain are for hosts without XAPI");
	else if (r->vm_uuid && r->format != FORMAT_SIMPLE && r->format != FORMAT_SXP)
		say(p, "with --vm the output format is simple or sxp");
	else if (r->forget && r->image)
		say(p, "--forget takes one name, and nothing else");
	else if (!r->image && !r->explain && !r->forget)
		say(p, "there is no disk image");
	else
		return check_verb(p) < 0 ? -EINVAL : check_people(p);
	return -EINVAL;
}

enum request_verdict request_parse(int argc, char *const argv[], struct request *ret,
				   char *ret_why, size_t size)
{
	struct parse p = { .r = ret,
			   .argc = argc,
			   .at = 1,
			   .argv = argv,
			   .why = ret_why,
			   .size = size };
	enum request_verdict verdict;
	int r;

	*ret = (struct request){ .config_file = CONFIG_FILE_DEFAULT };
	ret_why[0] = '\0';
	verdict = look_ahead(&p);
	if (verdict != REQUEST_RUN)
		return verdict;
	if (argc > WORDS_MAX) {
		say(&p, "there are more than %d words", WORDS_MAX);
		return REQUEST_WRONG;
	}
	r = parse_words(&p);
	if (ret->json && ret->verb != VERB_INSPECT)
		ret->explain = true;
	if (r >= 0 && !p.after_vm)
		ret->vm_uuid = NULL; /* "--vm" was the value of something else */
	if (r >= 0)
		r = check_whole(&p);
	if (r == -ENOMEM)
		say(&p, "%s", strerror(ENOMEM));
	return r < 0 ? REQUEST_WRONG : REQUEST_RUN;
}

void request_done(struct request *r)
{
	free(r->args);
	free(r->set);
	*r = (struct request){ .args = NULL };
}

bool request_is_xapi(const struct request *r)
{
	return r->vm_uuid != NULL;
}

bool request_is_libxl(const struct request *r)
{
	return r->output != NULL || r->output_directory != NULL;
}
