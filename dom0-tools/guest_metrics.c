/* SPDX-License-Identifier: BSD-2-Clause */
/* guest-metrics - what the guests of this host publish, as XAPI would read it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/metrics_dump.h"
#include "dom0-tools/metrics_home.h"
#include "dom0-tools/metrics_json.h"
#include "dom0-tools/metrics_table.h"
#include "dom0-tools/metrics_watch.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/xs.h"

enum {
	STATUS_NO_DOMAIN = 1,
	STATUS_USAGE = OPTIONS_WRONG, /* also dom0, or a name that several domains have */
	STATUS_IO = 3, /* a dump that cannot be read, output that cannot be written */
	STATUS_NO_STORE = 4, /* or it refused something */
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
	"  -V, --version      the version\n"
	"\n"
	"Exit status: 0 done, 1 no such domain, 2 usage, 3 a dump or output failed,\n"
	"4 xenstore failed.\n";

/* The end of every way that prints once. */
static int printed(int r)
{
	return options_printed(r, STATUS_IO);
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
	static const struct options_program program = { usage, "f:jwhV", longs,
							STATUS_IO };
	struct options opt = { 0 };
	int c;

	while ((c = options_next(&program, argc, argv)) != -1) {
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
		default:
			break;
		}
	}
	if (argc - optind > 1)
		options_wrong("unexpected argument '%s'", argv[optind + 1]);
	opt.domain = argv[optind];
	if (opt.from && (opt.watch || opt.domain))
		options_wrong("--from goes with neither --watch nor DOMAIN");
	return opt;
}

static int print_json(json_t *value)
{
	int r = value ? json_dumpf(value, stdout, METRICS_JSON_PRETTY) : -1;

	if (r != 0)
		r = ferror(stdout) ? -errno : -ENOMEM;
	json_decref(value);
	if (r == 0)
		putchar('\n');
	return r;
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
	autoclose int opened =
		standard ? -1 : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *name = standard ? "standard input" : file;
	size_t line = 0;
	int r;

	if (!standard && opened < 0) {
		log_error("cannot open '%s': %s", file, strerror(errno));
		return -EIO;
	}
	r = metrics_dump_read(standard ? STDIN_FILENO : opened, ret_home, &line);
	if (r == -EBADMSG)
		log_error("%s:%zu: no line of the form path = \"value\"", name, line);
	else if (r == -EXDEV)
		log_error("%s: paths of more than one domain's home", name);
	else if (r == -EFBIG)
		log_error("%s: over %lu bytes", name, METRICS_DUMP_MAX);
	else if (r < 0)
		log_error("cannot read '%s': %s", name, strerror(-r));
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
	if (rec.cut)
		log_warning("%s: " METRICS_CUT, opt->from);
	if (r >= 0)
		r = print_record(opt, &rec, NULL);
	return printed(r);
}

static int store_failed(const struct xs_conn *xs)
{
	log_error("cannot %s", xs_conn_error(xs));
	return STATUS_NO_STORE;
}

/* The one guest that is asked for, or a status. */
static int find_domain(struct xs_conn *xs, const char *wanted, struct domain *ret_domain)
{
	char why[LOG_LINE_MAX];
	int r = domains_find(xs, wanted, ret_domain, why, sizeof(why));

	if (r == -ENXIO || r == -ENOTUNIQ) {
		log_error("%s", why);
		return r == -ENXIO ? STATUS_NO_DOMAIN : STATUS_USAGE;
	}
	if (r < 0)
		return store_failed(xs);
	if (ret_domain->domid != 0)
		return EXIT_SUCCESS;
	log_error("'%s' is dom0, not a guest", wanted);
	return STATUS_USAGE;
}

static int show_one(struct xs_conn *xs, const struct options *opt)
{
	autorecord struct metrics_record rec = { 0 };
	autodomain struct domain d = { 0 };
	bool told = false;
	int status = find_domain(xs, opt->domain, &d), r;

	if (status != EXIT_SUCCESS)
		return status;
	r = metrics_home_record(xs, d.domid, &told, &rec);
	if (r == -ENXIO) {
		log_error("no domain '%s'", opt->domain); /* any more */
		return STATUS_NO_DOMAIN;
	}
	return r < 0 ? store_failed(xs) : printed(print_record(opt, &rec, &d));
}

struct listing {
	json_t *array;		  /* owned */
	struct metrics_row *rows; /* owned; the header the first */
	size_t count;
	bool gap; /* a guest could not be read */
};

/* Adds the record of @d.  What goes wrong with one guest does not keep the others. */
static int list_one(struct xs_conn *xs, const struct domain *d, struct listing *l)
{
	autorecord struct metrics_record rec = { 0 };
	bool told = false;
	int r = metrics_home_record(xs, d->domid, &told, &rec);

	if (r == -ENXIO)
		return 0; /* gone in the meantime */
	if (r == -ENOMEM || xs_conn_is_dead(xs))
		return r;
	if (r < 0) {
		log_warning("dom%u: cannot %s, left out", d->domid, xs_conn_error(xs));
		l->gap = true;
		return 0;
	}
	metrics_row_fill(&l->rows[l->count++], d->domid, d->name, &rec);
	return json_array_append_new(l->array, metrics_json(&rec, d->domid, d->name)) < 0
		       ? -ENOMEM
		       : 0;
}

static int list_all(struct xs_conn *xs, struct listing *l)
{
	autodomains struct domains list = { 0 };
	int r = domains_list(xs, &list);

	if (r < 0)
		return r;
	l->rows = calloc(list.count + 1, sizeof(*l->rows));
	l->array = json_array();
	if (!l->rows || !l->array)
		return -ENOMEM;
	metrics_row_header(&l->rows[l->count++]);
	for (size_t i = 0; r >= 0 && i < list.count; i++)
		if (list.domain[i].domid != 0) /* dom0 is no guest */
			r = list_one(xs, &list.domain[i], l);
	return r;
}

static int show_all(struct xs_conn *xs, const struct options *opt)
{
	struct listing l = { 0 };
	int r = list_all(xs, &l), status;

	if (r == -ENOMEM) {
		status = printed(r);
	} else if (r < 0) {
		status = store_failed(xs);
	} else {
		r = 0;
		if (opt->json)
			r = print_json(json_incref(l.array));
		else
			metrics_rows_print(stdout, l.rows, l.count);
		status = printed(r);
	}
	json_decref(l.array);
	free(l.rows);
	return status == EXIT_SUCCESS && l.gap ? STATUS_NO_STORE : status;
}

/* A guest that was chosen by its name is followed through restarts, which change its id.
 */
static int watch(struct xs_conn *xs, const struct options *opt)
{
	const struct metrics_watch_options how = { .json = opt->json,
						   .full = opt->domain != NULL };
	autofleet struct metrics_fleet fleet = { .stale = true };
	autodomain struct domain d = { 0 };
	unsigned domid;
	int r;

	if (opt->domain) {
		r = find_domain(xs, opt->domain, &d);
		if (r != EXIT_SUCCESS)
			return r;
		if (domains_parse_domid(opt->domain, strlen(opt->domain), &domid) &&
		    domid == d.domid)
			fleet.only_domid = domid;
		else
			fleet.only_name = opt->domain;
	}
	r = metrics_watch(xs, &fleet, &how);
	return r == -EPIPE ? STATUS_IO : r < 0 ? STATUS_NO_STORE : EXIT_SUCCESS;
}

static int from_store(const struct options *opt)
{
	autoxs struct xs_conn *xs = NULL;
	int r = xs_conn_open(&xs);

	if (r < 0) {
		log_error("cannot connect to xenstore: %s; is this a Xen dom0, and does "
			  "its store daemon run?",
			  strerror(-r));
		return STATUS_NO_STORE;
	}
	if (opt->watch)
		return watch(xs, opt);
	return opt->domain ? show_one(xs, opt) : show_all(xs, opt);
}

int main(int argc, char *argv[])
{
	struct options opt;

	if (io_reserve_std_fds() < 0)
		return STATUS_IO;
	log_open("guest-metrics", false, false);
	opt = options_parse(argc, argv);
	return opt.from ? from_dump(&opt) : from_store(&opt);
}
