/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "lib/log.h"
#include "lib/tree.h"

#define SECONDS_DIGITS 9	  /* over 30 years: no time-out needs more */
#define KEY_MAX	       (2048 - 8) /* bytes: XENSTORE_REL_PATH_MAX less vm-data/ */

const char vm_data_usage[] =
	"usage: vm-data [--domain ID|NAME] VERB ...\n"
	"  get KEY [--raw] [--default VALUE]      print a key's value\n"
	"  list [PREFIX]                          print the keys, sorted\n"
	"  wait KEY [--value VALUE] [--timeout SECONDS] [--raw]\n"
	"                                         print it as soon as it is there\n"
	"  export [PREFIX] [--format=json|shell|env]\n"
	"                                         print keys and values\n"
	"  populate --domain ID|NAME [--verbose] FILE|-\n"
	"                                         in dom0: replace a guest's vm-data by "
	"a\n"
	"                                         map of lines vm-data/KEY=VALUE, or "
	"JSON\n"
	"Keys are relative to vm-data; one leading vm-data/ may be written.\n"
	"Without --domain: the domain that vm-data runs in.\n"
	"Exit status: 0 found, 1 absent, 2 usage, 3 denied, 4 no xenstore, 5 time-out,\n"
	"6 other failure.\n";

enum {
	O_HELP = 'h',
	O_DOMAIN = 256,
	O_RAW,
	O_DEFAULT,
	O_VALUE,
	O_TIMEOUT,
	O_FORMAT,
	O_VERBOSE,
	O_VERSION,
};

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, O_DOMAIN },
	{ "raw", no_argument, NULL, O_RAW },
	{ "default", required_argument, NULL, O_DEFAULT },
	{ "value", required_argument, NULL, O_VALUE },
	{ "timeout", required_argument, NULL, O_TIMEOUT },
	{ "format", required_argument, NULL, O_FORMAT },
	{ "verbose", no_argument, NULL, O_VERBOSE },
	{ "help", no_argument, NULL, O_HELP },
	{ "version", no_argument, NULL, O_VERSION },
	{ 0 },
};

#define BIT(option) (1U << ((option)-O_DOMAIN))

static const struct verb {
	const char *name;
	const char *operand; /* what its message calls it */
	bool required;	     /* the operand */
	unsigned options;    /* BIT()s of those it takes besides --domain */
} verbs[] = {
	[VM_DATA_GET] = { "get", "KEY", true, BIT(O_RAW) | BIT(O_DEFAULT) },
	[VM_DATA_LIST] = { "list", "PREFIX", false, 0 },
	[VM_DATA_WAIT] = { "wait", "KEY", true,
			   BIT(O_RAW) | BIT(O_VALUE) | BIT(O_TIMEOUT) },
	[VM_DATA_EXPORT] = { "export", "PREFIX", false, BIT(O_FORMAT) },
	[VM_DATA_POPULATE] = { "populate", "FILE", true, BIT(O_VERBOSE) },
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

static bool is_bad(const char *what, const char *text)
{
	log_error("bad %s '%s'", what, text);
	return false;
}

static bool take_option(struct vm_data_options *o, int option)
{
	switch (option) {
	case O_DOMAIN:
		o->domain = optarg;
		return *optarg ? true : is_bad("domain", optarg);
	case O_RAW:
		o->raw = true;
		return true;
	case O_DEFAULT:
		o->default_value = optarg;
		return true;
	case O_VALUE:
		o->value = optarg;
		return true;
	case O_TIMEOUT:
		o->has_timeout = true;
		return vm_data_parse_seconds(optarg, &o->timeout_ms) == 0 ||
		       is_bad("time-out", optarg);
	case O_FORMAT:
		return vm_data_format_parse(optarg, &o->format) == 0 ||
		       is_bad("format", optarg);
	case O_VERBOSE:
		o->verbose = true;
		return true;
	default: /* getopt_long() has said it */
		return false;
	}
}

/* @text as a path below vm-data. */
static bool take_key(struct vm_data_options *o, char *text, bool prefix)
{
	size_t len = strlen(text);
	char *key = text;

	if (len > 1 && text[len - 1] == '/')
		text[--len] = '\0'; /* as a shell completes directories */
	if ((prefix && len == 0) || strcmp(text, "vm-data") == 0) {
		o->key = text + len; /* vm-data itself */
		return true;
	}
	if (strncmp(text, "vm-data/", strlen("vm-data/")) == 0)
		key += strlen("vm-data/");
	if (*key == '\0' || *key == '/' || strlen(key) > KEY_MAX ||
	    tree_path_check(key) < 0)
		return is_bad(prefix ? "prefix" : "key", text);
	o->key = key;
	return true;
}

static bool take_verb(struct vm_data_options *o, const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(name, verbs[i].name) == 0) {
			o->verb = (enum vm_data_verb)i;
			return true;
		}
	}
	return is_bad("verb", name);
}

/* The operands: a verb and what belongs to it; @given: BIT()s of the options there were.
 */
static bool take_operands(struct vm_data_options *o, char **operand, int count,
			  unsigned given)
{
	const struct verb *verb;

	if (count == 0) {
		log_error("no verb");
		return false;
	}
	if (!take_verb(o, operand[0]))
		return false;
	verb = &verbs[o->verb];
	for (const struct option *l = long_options; l->name; l++)
		if (l->val > O_DOMAIN && l->val < O_VERSION && (given & BIT(l->val)) &&
		    !(verb->options & BIT(l->val))) {
			log_error("--%s is no option of %s", l->name, verb->name);
			return false;
		}
	if (count == 1 && verb->required) {
		log_error("%s needs a %s", verb->name, verb->operand);
		return false;
	}
	if (count > 2)
		return is_bad("operand", operand[2]);
	if (o->verb == VM_DATA_POPULATE) {
		o->file = operand[1];
		if (!o->domain)
			log_error("populate needs --domain");
		return o->domain != NULL;
	}
	return count == 1 || take_key(o, operand[1], !verb->required);
}

bool vm_data_options_parse(int argc, char *argv[], struct vm_data_options *ret)
{
	static char none[] = "", name[] = "vm-data";
	struct vm_data_options o = { .key = none, .format = VM_DATA_JSON };
	unsigned given = 0;
	int option;

	if (argc > 0)
		argv[0] = name; /* in what getopt_long() says */
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == O_HELP || option == O_VERSION) {
			o.verb = option == O_HELP ? VM_DATA_HELP : VM_DATA_VERSION;
			*ret = o;
			return true;
		}
		if (!take_option(&o, option))
			return false;
		given |= BIT(option);
	}
	if (!take_operands(&o, argv + optind, argc - optind, given))
		return false;
	*ret = o;
	return true;
}
