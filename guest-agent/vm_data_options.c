/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_options.h"

#include <errno.h>
#include <string.h>

#include "lib/options.h"
#include "lib/tree.h"

#define SECONDS_DIGITS 9	  /* over 30 years: no time-out needs more */
#define KEY_MAX	       (2048 - 8) /* bytes: XENSTORE_REL_PATH_MAX less vm-data/ */
#define KEY_SHOWN      80	  /* bytes of a bad one in its message */

static const char usage[] =
	"usage: vm-data [--domain ID|NAME] VERB ...\n"
	"  get KEY [--raw] [--base64] [--default VALUE]\n"
	"                                         print a key's value\n"
	"  list [PREFIX]                          print the keys, sorted\n"
	"  wait KEY [--value VALUE] [--timeout SECONDS] [--raw] [--base64]\n"
	"                                         print it as soon as it is there\n"
	"  watch [PREFIX] [--timeout SECONDS]     print keys and values as they change\n"
	"  export [PREFIX] [--format=json|shell|env|ini]\n"
	"                                         print keys and values\n"
	"  set KEY VALUE|- [--base64]             write a key; a VALUE that\n"
	"                                         begins with - stands after --\n"
	"  rm KEY                                 remove a key and all below it\n"
	"  populate --domain ID|NAME [--verbose] FILE|-\n"
	"                                         in dom0: replace a guest's vm-data by "
	"a\n"
	"                                         map of lines vm-data/KEY=VALUE, or "
	"JSON\n"
	"  --help, --version\n"
	"Keys are relative to vm-data; one leading vm-data/ may be written.\n"
	"Without --domain: the domain that vm-data runs in.\n"
	"Exit status: 0 found or done, 1 absent, 2 usage, 3 denied, 4 no xenstore, 5 "
	"time-out,\n"
	"6 other failure.\n";

enum {
	O_DOMAIN = 256,
	O_RAW,
	O_DEFAULT,
	O_VALUE,
	O_TIMEOUT,
	O_FORMAT,
	O_VERBOSE,
	O_BASE64,
	O_END,
};

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, O_DOMAIN },
	{ "raw", no_argument, NULL, O_RAW },
	{ "default", required_argument, NULL, O_DEFAULT },
	{ "value", required_argument, NULL, O_VALUE },
	{ "timeout", required_argument, NULL, O_TIMEOUT },
	{ "format", required_argument, NULL, O_FORMAT },
	{ "verbose", no_argument, NULL, O_VERBOSE },
	{ "base64", no_argument, NULL, O_BASE64 },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

#define BIT(option) (1U << ((option)-O_DOMAIN))

static const struct verb {
	const char *name;
	const char *operand; /* what its message calls it */
	bool required;	     /* the operand */
	bool value;	     /* a second one is required: what to write */
	bool below;	     /* vm-data itself is no key of it */
	unsigned options;    /* BIT()s of those it takes besides --domain */
} verbs[] = {
	[VM_DATA_GET] = { "get", "KEY", .required = true,
			  .options = BIT(O_RAW) | BIT(O_BASE64) | BIT(O_DEFAULT) },
	[VM_DATA_LIST] = { "list", "PREFIX", .options = 0 },
	[VM_DATA_WAIT] = { "wait", "KEY", .required = true,
			   .options = BIT(O_RAW) | BIT(O_BASE64) | BIT(O_VALUE) |
				      BIT(O_TIMEOUT) },
	[VM_DATA_WATCH] = { "watch", "PREFIX", .options = BIT(O_TIMEOUT) },
	[VM_DATA_EXPORT] = { "export", "PREFIX", .options = BIT(O_FORMAT) },
	[VM_DATA_SET] = { "set", "KEY", .required = true, .value = true, .below = true,
			  .options = BIT(O_BASE64) },
	[VM_DATA_RM] = { "rm", "KEY", .required = true, .below = true },
	[VM_DATA_POPULATE] = { "populate", "FILE", .required = true,
			       .options = BIT(O_VERBOSE) },
};

/* Digits of @text as a number, at most @max of them; how many. */
static size_t digits(const char *text, size_t max, uint64_t *ret)
{
	size_t n = 0;

	for (*ret = 0; n < max && text[n] >= '0' && text[n] <= '9'; n++)
		*ret = *ret * 10 + (uint64_t)(text[n] - '0');
	return n;
}

int vm_data_parse_seconds(const char *text, uint64_t *ret_ms)
{
	uint64_t seconds, ms = 0;
	size_t whole = digits(text, SECONDS_DIGITS, &seconds), part = 0, rest = 0;

	text += whole;
	if (*text == '.') {
		part = digits(++text, 3, &ms);
		for (size_t i = part; i < 3; i++)
			ms *= 10;
		text += part;
		rest = strspn(text, "0123456789");
		ms += strspn(text, "0") < rest; /* rounded up */
		text += rest;
	}
	if (*text || whole + part == 0)
		return -EINVAL;
	*ret_ms = seconds * 1000 + ms;
	return 0;
}

__attribute__((noreturn)) static void bad(const char *what, const char *text)
{
	options_wrong("bad %s '%s'", what, text);
}

static void take_option(struct vm_data_options *o, int option)
{
	switch (option) {
	case O_DOMAIN:
		if (!*optarg)
			bad("domain", optarg);
		o->domain = optarg;
		break;
	case O_RAW:
		o->raw = true;
		break;
	case O_DEFAULT:
		o->default_value = optarg;
		break;
	case O_VALUE:
		o->value = optarg;
		break;
	case O_TIMEOUT:
		o->has_timeout = true;
		if (vm_data_parse_seconds(optarg, &o->timeout_ms) < 0)
			options_wrong("bad time-out '%s': seconds, such as 300 or 2.5",
				      optarg);
		break;
	case O_FORMAT:
		if (vm_data_format_parse(optarg, &o->format) < 0)
			options_wrong("bad format '%s': json, shell, env or ini", optarg);
		break;
	case O_VERBOSE:
		o->verbose = true;
		break;
	case O_BASE64:
		o->base64 = true;
		break;
	default:
		break;
	}
}

/* @text as a path below vm-data. */
static void take_key(struct vm_data_options *o, char *text, bool prefix)
{
	size_t len = strlen(text);
	char *key = text;

	if (len > 1 && text[len - 1] == '/')
		text[--len] = '\0'; /* as a shell completes directories */
	if ((prefix && len == 0) || strcmp(text, "vm-data") == 0) {
		o->key = text + len; /* vm-data itself */
		return;
	}
	if (strncmp(text, "vm-data/", strlen("vm-data/")) == 0)
		key += strlen("vm-data/");
	if (*key == '\0' || *key == '/' || strlen(key) > KEY_MAX ||
	    tree_path_check(key) < 0)
		options_wrong("bad %s '%.*s'%s: parts of A-Z a-z 0-9 - _ @ with single "
			      "slashes between, %d bytes at most",
			      prefix ? "prefix" : "key", KEY_SHOWN, text,
			      strlen(text) > KEY_SHOWN ? "..." : "", KEY_MAX);
	o->key = key;
}

static const struct verb *take_verb(struct vm_data_options *o, const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(name, verbs[i].name) == 0) {
			o->verb = (enum vm_data_verb)i;
			return &verbs[i];
		}
	bad("verb", name);
}

/* The operands: a verb and what belongs to it; @given: BIT()s of the options there were. */
static void take_operands(struct vm_data_options *o, char **operand, int count,
			  unsigned given)
{
	const struct verb *verb;

	if (count == 0)
		options_wrong("no verb");
	verb = take_verb(o, operand[0]);
	for (const struct option *l = long_options; l->name; l++)
		if (l->val > O_DOMAIN && l->val < O_END && (given & BIT(l->val)) &&
		    !(verb->options & BIT(l->val)))
			options_wrong("--%s is no option of %s", l->name, verb->name);
	if (count == 1 && verb->required)
		options_wrong("%s needs a %s", verb->name, verb->operand);
	if (count == 2 && verb->value)
		options_wrong("%s needs a VALUE, or - for the standard input",
			      verb->name);
	if (count > 2 + verb->value)
		bad("operand", operand[2 + verb->value]);
	o->new_value = verb->value ? operand[2] : NULL;
	if (o->verb == VM_DATA_POPULATE) {
		if (!o->domain)
			options_wrong("populate needs --domain");
		o->file = operand[1];
	} else if (count >= 2) {
		take_key(o, operand[1], !verb->required);
	}
	if (verb->below && !*o->key)
		options_wrong("%s needs a KEY below vm-data", verb->name);
}

struct vm_data_options vm_data_options_parse(int argc, char *argv[], int failed)
{
	const struct options_program program = { usage, "h", long_options, failed };
	static char none[] = "";
	struct vm_data_options o = { .key = none, .format = VM_DATA_JSON };
	unsigned given = 0;
	int option;

	while ((option = options_next(&program, argc, argv)) != -1) {
		take_option(&o, option);
		given |= BIT(option);
	}
	take_operands(&o, argv + optind, argc - optind, given);
	return o;
}
