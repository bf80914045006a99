/* SPDX-License-Identifier: BSD-2-Clause */
/* guest-metrics - what the guests of this host publish, as XAPI would read it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/domains.h"
#include "dom0-tools/metrics_dump.h"
#include "dom0-tools/metrics_json.h"
#include "dom0-tools/metrics_table.h"
#include "dom0-tools/metrics_watch.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/version.h"
#include "lib/xs.h"

enum {
	STATUS_NO_DOMAIN = 1, /* or several of that name */
	STATUS_USAGE = 2,
	STATUS_IO = 3, /* a dump that cannot be read, output that cannot be written */
	STATUS_NO_STORE = 4,
};

struct options {
	const char *domain; /* NULL: all */
	const char *from;   /* NULL: the live store; "-": stdin */
	bool watch;
	bool json;
};

static const char usage[] =
	"usage: guest-metrics [--json] [--watch] [DOMAIN]\n"
	"       guest-metrics [--json] --from FILE|-\n"
	"\n"
	"Shows what guests publish in xenstore as XAPI would read it: a table of the\n"
	"running domains, or the whole record of DOMAIN (a domid or a name).\n"
	"\n"
	"  -f, --from FILE|-  read a saved xenstore-ls -f dump of one domain's home\n"
	"  -j, --json         JSON objects whose keys are XAPI's own\n"
	"  -w, --watch        show changes as they happen, until SIGINT or SIGTERM\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n";

/* A usage error: one line, then the end. */
__attribute__((noreturn)) static void refuse(const char *why)
{
	log_error("%s; see guest-metrics --help", why);
	exit(STATUS_USAGE);
}

static struct options options_parse(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct options opt = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "f:jwhV", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			opt.from = optarg;
			break;
		case 'j':
			opt.json = true;
			break;
		case 'w':
			opt.watch = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("guest-metrics " XPT_VERSION);
			exit(EXIT_SUCCESS);
		default:
			exit(STATUS_USAGE); /* getopt_long() said why */
		}
	}
	if (argc - optind > 1)
		refuse("more than one DOMAIN");
	opt.domain = argv[optind];
	if (opt.from && (opt.watch || opt.domain))
		refuse("--from goes with neither --watch nor DOMAIN");
	return opt;
}

static int print_json(json_t *value)
{
	int r = value ? json_dumpf(value, stdout, METRICS_JSON_PRETTY) : -1;

	json_decref(value);
	if (r == 0)
		putchar('\n');
	return r == 0 ? 0 : -ENOMEM;
}

/* The end of every way that prints once. */
static int finish(int r)
{
	if (r >= 0 && fflush(stdout) != 0)
		r = -errno;
	if (r >= 0)
		return EXIT_SUCCESS;
	log_error("cannot print: %s", strerror(-r));
	return STATUS_IO;
}

static int print_record(const struct options *opt, const struct metrics_record *rec,
			const struct domain *d)
{
	unsigned domid = d ? d->domid : 0;
	const char *name = d ? d->name : NULL;

	if (opt->json)
		return print_json(metrics_json(rec, domid, name));
	metrics_record_print(stdout, domid, name, rec);
	return 0;
}

static int read_dump(const char *file, struct tree *ret_home)
{
	bool standard = strcmp(file, "-") == 0;
	autofclose FILE *opened = standard ? NULL : fopen(file, "re");
	const char *name = standard ? "standard input" : file;
	size_t line = 0;
	int r;

	if (!standard && !opened) {
		log_error("cannot open '%s': %s", file, strerror(errno));
		return -EIO;
	}
	r = metrics_dump_read(standard ? stdin : opened, ret_home, &line);
	if (r == -EBADMSG)
		log_error("%s:%zu: no line of the form path = \"value\"", name, line);
	else if (r == -EXDEV)
		log_error("%s: paths of more than one domain's home", name);
	else if (r == -EFBIG)
		log_error("%s: over %lu bytes", name, METRICS_DUMP_MAX);
	else if (r < 0)
		log_error("cannot read %s: %s", name, strerror(-r));
	return r;
}

static int from_dump(const struct options *opt)
{
	autotree struct tree home = { 0 };
	autorecord struct metrics_record rec = { 0 };
	int r = read_dump(opt->from, &home);

	if (r < 0)
		return STATUS_IO;
	r = metrics_record_new(&home, &rec);
	if (r >= 0)
		r = print_record(opt, &rec, NULL);
	return finish(r);
}

static int store_failed(const struct xs_conn *xs)
{
	log_error("xenstore: %s", xs_conn_error(xs));
	return STATUS_NO_STORE;
}

static const struct domain *find_id(const struct domains *list, const char *wanted)
{
	unsigned domid;

	if (!domains_parse_domid(wanted, strlen(wanted), &domid))
		return NULL;
	for (size_t i = 0; i < list->count; i++)
		if (list->domain[i].domid == domid)
			return &list->domain[i];
	return NULL;
}

/* The first of that name; how many there are, and their ids, each after a space. */
static const struct domain *find_name(const struct domains *list, const char *wanted,
				      size_t *ret_count, char *ids, size_t ids_size)
{
	const struct domain *found = NULL;
	size_t used = 0;

	ids[0] = '\0';
	*ret_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct domain *d = &list->domain[i];

		if (strcmp(d->name, wanted) != 0)
			continue;
		if (++*ret_count == 1)
			found = d;
		if (used < ids_size)
			used += (size_t)snprintf(ids + used, ids_size - used, " %u",
						 d->domid);
	}
	return found;
}

/* The one guest that @wanted means; an id comes before a name. */
static int select_domain(const struct domains *list, const char *wanted,
			 const struct domain **ret_domain)
{
	const struct domain *found = find_id(list, wanted);
	char ids[128];
	size_t count = 1;

	if (!found)
		found = find_name(list, wanted, &count, ids, sizeof(ids));
	if (count > 1)
		log_error("%zu guests have the name '%s', use an id:%s", count, wanted,
			  ids);
	else if (!found)
		log_error("no guest with the id or name '%s'", wanted);
	else
		*ret_domain = found;
	return count == 1 ? EXIT_SUCCESS : STATUS_NO_DOMAIN;
}

/* 0, -ENOENT when it is gone, or what the store gave. */
static int read_record(struct xs_conn *xs, unsigned domid, struct metrics_record *ret_rec)
{
	autotree struct tree home = { 0 };
	int r = domains_read_home(xs, domid, &home);

	return r < 0 ? r : metrics_record_new(&home, ret_rec);
}

static int show_one(struct xs_conn *xs, const struct options *opt,
		    const struct domains *list)
{
	autorecord struct metrics_record rec = { 0 };
	const struct domain *d = NULL;
	int r = select_domain(list, opt->domain, &d);

	if (!d)
		return r;
	r = read_record(xs, d->domid, &rec);
	if (r == -ENOENT) {
		log_error("the guest '%s' is gone", opt->domain);
		return STATUS_NO_DOMAIN;
	}
	return r < 0 ? store_failed(xs) : finish(print_record(opt, &rec, d));
}

/* Adds the record of @d to @array or to @rows, where it takes the place @count. */
static int list_one(struct xs_conn *xs, const struct domain *d, json_t *array,
		    struct metrics_row *rows, size_t *count)
{
	autorecord struct metrics_record rec = { 0 };
	int r = read_record(xs, d->domid, &rec);

	if (r == -ENOENT)
		return 0; /* gone in the meantime */
	if (r < 0)
		return r;
	metrics_row_fill(&rows[(*count)++], d->domid, d->name, &rec);
	if (json_array_append_new(array, metrics_json(&rec, d->domid, d->name)) < 0)
		return -ENOMEM;
	return 0;
}

static int show_all(struct xs_conn *xs, const struct options *opt,
		    const struct domains *list)
{
	autofree struct metrics_row *rows = calloc(list->count + 1, sizeof(*rows));
	json_t *array = json_array();
	size_t count = 1;
	int r = rows && array ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < list->count; i++)
		r = list_one(xs, &list->domain[i], array, rows, &count);
	if (r < 0) {
		json_decref(array);
		return store_failed(xs);
	}
	if (opt->json)
		return finish(print_json(array));
	json_decref(array);
	metrics_row_header(&rows[0]);
	metrics_rows_print(stdout, rows, count);
	return finish(0);
}

/* A guest that was chosen by its name is followed through restarts, which change its id.
 */
static int watch(struct xs_conn *xs, const struct options *opt,
		 const struct domains *list)
{
	const struct metrics_watch_options how = { .json = opt->json,
						   .full = opt->domain != NULL };
	autofleet struct metrics_fleet fleet = { .stale = true };
	int r;

	if (opt->domain) {
		const struct domain *d = NULL;

		r = select_domain(list, opt->domain, &d);
		if (!d)
			return r;
		if (find_id(list, opt->domain))
			fleet.only_domid = d->domid;
		else
			fleet.only_name = opt->domain;
	}
	r = metrics_watch(xs, &fleet, &how);
	if (r == -EPIPE)
		return finish(r);
	return r < 0 ? STATUS_NO_STORE : EXIT_SUCCESS;
}

static int from_store(const struct options *opt)
{
	autoxs struct xs_conn *xs = NULL;
	autodomains struct domains list = { 0 };
	int r = xs_conn_open(&xs);

	if (r < 0) {
		log_error("cannot connect to xenstore: %s", strerror(-r));
		return STATUS_NO_STORE;
	}
	r = domains_list(xs, &list);
	if (r < 0)
		return store_failed(xs);
	if (opt->watch)
		return watch(xs, opt, &list);
	return opt->domain ? show_one(xs, opt, &list) : show_all(xs, opt, &list);
}

int main(int argc, char *argv[])
{
	struct options opt;

	log_open("guest-metrics", false, false);
	opt = options_parse(argc, argv);
	return opt.from ? from_dump(&opt) : from_store(&opt);
}
