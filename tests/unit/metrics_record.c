/* SPDX-License-Identifier: BSD-2-Clause */
/* guest-metrics-contract 2: what XAPI's own tests and its executed functions gave. */
#include <stddef.h>
#include <stdlib.h>

#include "dom0-tools/metrics_record.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define A4 "192.168.0.1"
#define A6 "fe80:0000:0000:0000:7870:94ff:fe52:dd06"
#define B6 "fe80:0000:0000:0000:7870:94ff:fe52:dd07"
#define C6 "fe80:0000:0000:0000:7870:94ff:fe52:dd16"
#define D6 "fe80:0000:0000:0000:7870:94ff:fe52:dd17"
#define V  "attr/vif/"
#define S  "xenserver/attr/net-sriov-vf/"
#define PV "attr/PVAddons/"

/* A tree is one line per node, path=value; without '=' the path is its own value.
 * \n inside a value is written as a tab here. */
static void make_tree(const char *text, struct tree *t)
{
	autofree char *copy = strdup(text);
	char *save = NULL;

	for (char *line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '=');
		size_t len;

		if (value)
			*value++ = '\0';
		else
			value = line;
		len = strlen(value);
		for (size_t i = 0; i < len; i++)
			if (value[i] == '\t')
				value[i] = '\n';
		if (tree_set(t, line, value, len) < 0)
			abort();
	}
}

/* key=value, one per line, in order. */
static char *show(const struct metrics_map *map)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	for (size_t i = 0; i < map->count; i++) {
		fprintf(out, "%s=", map->pair[i].key);
		fwrite(map->pair[i].value, 1, map->pair[i].value_len, out);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static void map_is(const struct metrics_map *map, const char *want, const char *name,
		   const char *part)
{
	autofree char *got = show(map);

	if (!ok(strcmp(got, want) == 0, "%s: %s", name, part))
		printf("# got:\n%s# wanted:\n%s", got, want);
}

struct vector {
	const char *name, *tree, *want;
};

/* "map key=path it comes from" */
static const struct vector networks[] = {
	{ "N1", V "0/ipv6/0", "0/ipv6/0=" V "0/ipv6/0\n" },
	{ "N2", V "0/ipv4/0", "0/ip=" V "0/ipv4/0\n0/ipv4/0=" V "0/ipv4/0\n" },
	{ "N3", "attr/eth0/ip", "0/ip=attr/eth0/ip\n0/ipv4/0=attr/eth0/ip\n" },
	{ "N4", "attr/eth0/ipv6/0/addr", "0/ipv6/0=attr/eth0/ipv6/0/addr\n" },
	{ "N5", V "1/ipv6/2", "1/ipv6/2=" V "1/ipv6/2\n" },
	{ "N6", V "1/ipv4/2", "1/ip=" V "1/ipv4/2\n1/ipv4/2=" V "1/ipv4/2\n" },
	{ "N7", "attr/eth1/ip", "1/ip=attr/eth1/ip\n1/ipv4/0=attr/eth1/ip\n" },
	{ "N8", "attr/eth1/ipv6/2/addr", "1/ipv6/2=attr/eth1/ipv6/2/addr\n" },
	{ "N8 with its ip", "attr/eth1/ip\nattr/eth1/ipv6/2/addr",
	  "1/ip=attr/eth1/ip\n1/ipv4/0=attr/eth1/ip\n1/ipv6/2=attr/eth1/ipv6/2/addr\n" },
	{ "N9", V "0/ipv6/0\n" V "0/ipv6/1",
	  "0/ipv6/1=" V "0/ipv6/1\n0/ipv6/0=" V "0/ipv6/0\n" },
	{ "N10", V "0/ipv4/0\n" V "0/ipv4/1",
	  "0/ipv4/1=" V "0/ipv4/1\n0/ip=" V "0/ipv4/0\n0/ipv4/0=" V "0/ipv4/0\n" },
	{ "N11", "attr/eth0/ip\nattr/eth0/ipv6/0/addr",
	  "0/ip=attr/eth0/ip\n0/ipv4/0=attr/eth0/ip\n0/ipv6/0=attr/eth0/ipv6/0/addr\n" },
	{ "N12", V "0/ipv4/0\n" V "0/ipv6/0",
	  "0/ip=" V "0/ipv4/0\n0/ipv4/0=" V "0/ipv4/0\n0/ipv6/0=" V "0/ipv6/0\n" },
	{ "N13", "attr/eth0/ip\nattr/eth0/ipv6/0/addr\n" V "0/ipv4/0\n" V "0/ipv6/0",
	  "0/ip=" V "0/ipv4/0\n0/ipv4/0=" V "0/ipv4/0\n0/ipv6/0=" V "0/ipv6/0\n" },
	{ "N14", V "0/ipv6/0\n" V "0/ipv6/1\n" V "1/ipv6/0\n" V "1/ipv6/1",
	  "0/ipv6/1=" V "0/ipv6/1\n0/ipv6/0=" V "0/ipv6/0\n"
	  "1/ipv6/1=" V "1/ipv6/1\n1/ipv6/0=" V "1/ipv6/0\n" },
	{ "N15", V "0/ipv4/0\n" V "0/ipv4/1\n" V "1/ipv4/0\n" V "1/ipv4/1",
	  "0/ipv4/1=" V "0/ipv4/1\n0/ip=" V "0/ipv4/0\n0/ipv4/0=" V "0/ipv4/0\n"
	  "1/ipv4/1=" V "1/ipv4/1\n1/ip=" V "1/ipv4/0\n1/ipv4/0=" V "1/ipv4/0\n" },
	{ "N16", V "0/ipv4/a\n" V "0/ipv4/1", "" },

	{ "I1", V "0/ipv6/0=" A6, "0/ipv6/0=" A6 "\n" },
	{ "I2", S "0/ipv6/0=" A6, "0/ipv6/0=" A6 "\n" },
	{ "I3", V "0/ipv4/0=" A4, "0/ip=" A4 "\n0/ipv4/0=" A4 "\n" },
	{ "I4", S "0/ipv4/0=" A4, "0/ip=" A4 "\n0/ipv4/0=" A4 "\n" },
	{ "I5", "attr/eth0/ip=" A4, "0/ip=" A4 "\n0/ipv4/0=" A4 "\n" },
	{ "I6", "attr/eth0/ipv6/0/addr=" A6, "0/ipv6/0=" A6 "\n" },
	{ "I7", V "1/ipv6/2=" A6, "1/ipv6/2=" A6 "\n" },
	{ "I8", S "1/ipv6/2=" A6, "1/ipv6/2=" A6 "\n" },
	{ "I9", V "1/ipv4/2=" A4, "1/ip=" A4 "\n1/ipv4/2=" A4 "\n" },
	{ "I10", "attr/eth1/ip=" A4, "1/ip=" A4 "\n1/ipv4/0=" A4 "\n" },
	{ "I11", "attr/eth1/ipv6/2/addr=" A6, "1/ipv6/2=" A6 "\n" },
	{ "I12", V "0/ipv6/0=" A6 "\n" V "0/ipv6/1=" B6,
	  "0/ipv6/1=" B6 "\n0/ipv6/0=" A6 "\n" },
	{ "I13", S "0/ipv6/0=" A6 "\n" S "0/ipv6/1=" B6,
	  "0/ipv6/1=" B6 "\n0/ipv6/0=" A6 "\n" },
	{ "I14", V "0/ipv4/0=" A4 "\n" V "0/ipv4/1=192.168.1.1",
	  "0/ipv4/1=192.168.1.1\n0/ip=" A4 "\n0/ipv4/0=" A4 "\n" },
	{ "I15", "attr/eth0/ip=" A4 "\nattr/eth0/ipv6/0/addr=" A6,
	  "0/ip=" A4 "\n0/ipv4/0=" A4 "\n0/ipv6/0=" A6 "\n" },
	{ "I16", V "0/ipv4/0=" A4 "\n" V "0/ipv6/0=" A6,
	  "0/ip=" A4 "\n0/ipv4/0=" A4 "\n0/ipv6/0=" A6 "\n" },
	{ "I17",
	  "attr/eth0/ip=10.9.9.9\nattr/eth0/ipv6/0/addr=" D6 "\n" V "0/ipv4/0=" A4 "\n" V
	  "0/ipv6/0=" A6,
	  "0/ip=" A4 "\n0/ipv4/0=" A4 "\n0/ipv6/0=" A6 "\n" },
	{ "I18",
	  V "0/ipv6/0=" A6 "\n" V "0/ipv6/1=" B6 "\n" V "1/ipv6/0=" C6 "\n" V
	    "1/ipv6/1=" D6,
	  "0/ipv6/1=" B6 "\n0/ipv6/0=" A6 "\n1/ipv6/1=" D6 "\n1/ipv6/0=" C6 "\n" },
	{ "I19", V "0/ipv4/0=a\n" V "0/ipv4/1=b\n" V "1/ipv4/0=c\n" V "1/ipv4/1=d",
	  "0/ipv4/1=b\n0/ip=a\n0/ipv4/0=a\n1/ipv4/1=d\n1/ip=c\n1/ipv4/0=c\n" },
	{ "I20",
	  V "0/ipv4/0=a\n" V "0/ipv4/1=b\n" V "1/ipv4/0=c\n" V "1/ipv4/1=d\n" S
	    "2/ipv4/0=e\n" S "2/ipv4/1=f\n" S "3/ipv4/0=g\n" S "3/ipv4/1=h",
	  "0/ipv4/1=b\n0/ip=a\n0/ipv4/0=a\n1/ipv4/1=d\n1/ip=c\n1/ipv4/0=c\n"
	  "2/ipv4/1=f\n2/ip=e\n2/ipv4/0=e\n3/ipv4/1=h\n3/ip=g\n3/ipv4/0=g\n" },
	{ "I21", V "0/ipv4/a=" A4 "\n" V "0/ipv4/1=" A4, "" },
	{ "I22", S "0/ipv4/a=" A4 "\n" S "0/ipv4/1=" A4, "" },

	{ "E10 a single index need not be a number", V "0/ipv4/a=x",
	  "0/ip=x\n0/ipv4/a=x\n" },
	/* The families come in the reverse of the store's order, IPv6 first, and a bad
	 * index loses what was gathered so far: IPv4 takes IPv6 with it (E12, executed
	 * with XAPI's own code), but not the other way round.  Q3 tells the first only. */
	{ "E12 a bad IPv4 index loses IPv6 too",
	  V "0/ipv4/a=x\n" V "0/ipv4/1=y\n" V "0/ipv6/0=z\n" V "1/ipv4/0=w",
	  "1/ip=w\n1/ipv4/0=w\n" },
	{ "a bad IPv6 index keeps IPv4", V "0/ipv4/0=x\n" V "0/ipv6/a=y\n" V "0/ipv6/1=z",
	  "0/ip=x\n0/ipv4/0=x\n" },
	{ "E14 only index 3", V "0/ipv4/3=x", "0/ip=x\n0/ipv4/3=x\n" },
	{ "E16 any child of attr/vif ends legacy", V "0=\nattr/eth0/ip=x", "" },
	{ "an empty attr/vif does not", "attr/vif=\nattr/eth0/ip=x",
	  "0/ip=x\n0/ipv4/0=x\n" },
	{ "attr/vifs is taken for a child too", "attr/vifs=\nattr/eth0/ip=x", "" },
	{ "E18 legacy IPv6 without addr",
	  "attr/eth0/ip=x\nattr/eth0/ipv6/0=y\nattr/eth0/ipv6/1/addr=z",
	  "0/ip=x\n0/ipv4/0=x\n0/ipv6/1=z\n" },
	{ "E18 without IPv4", "attr/eth0/ipv6/0=y\nattr/eth0/ipv6/1/addr=z",
	  "0/ipv6/1=z\n" },
	{ "E20 vif and SR-IOV", V "0/ipv4/0=x\n" S "1/ipv4/0=y",
	  "0/ip=x\n0/ipv4/0=x\n1/ip=y\n1/ipv4/0=y\n" },
	{ "one id for both: both stay", V "0/ipv4/0=x\n" S "0/ipv4/0=y",
	  "0/ip=x\n0/ipv4/0=x\n0/ip=y\n0/ipv4/0=y\n" },
	{ "E22 an empty address stays", V "0/ipv4/0=", "0/ip=\n0/ipv4/0=\n" },
	{ "E24 ids are not checked", V "foo/ipv4/0=x", "foo/ip=x\nfoo/ipv4/0=x\n" },
	{ "numeric order, not that of text", V "0/ipv4/10=x\n" V "0/ipv4/9=y",
	  "0/ipv4/10=x\n0/ip=y\n0/ipv4/9=y\n" },
	{ "vif 1 does not take those of vif 10", V "1/ipv4/0=x\n" V "10/ipv4/0=y",
	  "1/ip=x\n1/ipv4/0=x\n10/ip=y\n10/ipv4/0=y\n" },
	{ "legacy names",
	  "attr/eno1/ip=a\nattr/ens2/ip=b\nattr/emp3/ip=c\nattr/enxab/ip=d\n"
	  "attr/xenbr5/ip=e\nattr/enp0s3/ip=f\nattr/enX0/ip=g\nattr/lo/ip=h",
	  "3/ip=c\n3/ipv4/0=c\n1/ip=a\n1/ipv4/0=a\n2/ip=b\n2/ipv4/0=b\nab/ip=d\n"
	  "ab/ipv4/0=d\n5/ip=e\n5/ipv4/0=e\n" },
	{ "legacy without a number", "attr/eth/ip=x", "ip=x\nipv4/0=x\n" },
	{ "legacy values are not split", "attr/eth0/ip=10.0.0.1\t10.0.0.2 10.0.0.3",
	  "0/ip=10.0.0.1\n10.0.0.2 10.0.0.3\n0/ipv4/0=10.0.0.1\n10.0.0.2 10.0.0.3\n" },
	{ "too deep", V "0/ipv4/0=x\n" V "0/ipv4/0/prefix=24", "0/ip=x\n0/ipv4/0=x\n" },
	{ "legacy below xenserver/attr", "xenserver/attr/eth7/ip=x",
	  "7/ip=x\n7/ipv4/0=x\n" },
};

static const struct vector drivers[] = {
	{ "I23",
	  "drivers/0=XenServer XENBUS 9.1.9.105 \ndrivers/1=XenServer XENVBD 9.1.8.79 \n"
	  "drivers/2=XenServer XENVIF 9.1.12.101 \n"
	  "drivers/3=XenServer XENIFACE 9.1.10.87 \n"
	  "drivers/4=XenServer XENNET 9.1.7.65 ",
	  "micro=-1\nxennet=XenServer 9.1.7.65 \nxeniface=XenServer 9.1.10.87 \n"
	  "xenvif=XenServer 9.1.12.101 \nxenvbd=XenServer 9.1.8.79 \n"
	  "xenbus=XenServer 9.1.9.105 \n" },
	{ "I24",
	  "drivers/0=XenServer XENBUS 9.1.9.105 (DEBUG) (MOREDEBUG)\n"
	  "drivers/2=XCP_ng XENVIF 9.1.12.101 ",
	  "micro=-1\nxenvif=XCP_ng 9.1.12.101 \n"
	  "xenbus=XenServer 9.1.9.105 (DEBUG) (MOREDEBUG)\n" },
	{ "E02",
	  PV "MajorVersion=1\n" PV "MinorVersion=0\n" PV "MicroVersion=0\n" PV
	     "BuildVersion=proto-0.4.0",
	  "major=1\nminor=0\nmicro=0\nbuild=proto-0.4.0\n" },
	{ "E04", PV "MajorVersion=8\n" PV "MinorVersion=4",
	  "micro=-1\nmajor=8\nminor=4\n" },
	{ "E44",
	  "drivers/0=Xen xen-netfront 6.1 in-tree\ndrivers/1=Linux xen-blkfront 6.1\n"
	  "drivers/x=Xen ignored 1 2",
	  "micro=-1\nxen-blkfront=Linux 6.1 \nxen-netfront=Xen 6.1 in-tree\n" },
	{ "attributes end with the line", "drivers/0=A B C D E\tF G",
	  "micro=-1\nb=A C D E\n" },
	{ "the vendor may hold a newline", "drivers/0=A\tB C D E",
	  "micro=-1\nc=A\nB D E\n" },
	{ "a driver of one word has no name", "drivers/0=word", "micro=-1\n=word  \n" },
	{ "a driver called micro", "drivers/0=A MICRO 5 B", "micro=A 5 B\n" },
	{ "indices as int_of_string takes them",
	  "drivers/0x1=A B C D\ndrivers/-1=E F G H", "micro=-1\nb=A C D\nf=E G H\n" },
	{ "nothing, no micro", "drivers=\ndrivers/a=A B C D", "" },
};

static const struct vector services[] = {
	{ "S1", "data/updated=1", "" },
	{ "S2", "data/service/key1=v1", "" },
	{ "S3", "data/service/service-a/sub/key1=v1\ndata/service/service-a/sub/key2=v2",
	  "service-a/sub=\n" },
	{ "S4",
	  "data/service/service-a/key1=1\ndata/service/service-a/key2=2\n"
	  "data/service/service-b/key1=3\ndata/service/service-b/key2=4",
	  "service-b/key2=4\nservice-b/key1=3\nservice-a/key2=2\nservice-a/key1=1\n" },
	{ "E36", "data/service/x/version=1\ndata/service/x/state=up",
	  "x/version=1\nx/state=up\n" },
	{ "E38", "data/service/a/b/c=1\ndata/service/flat=2", "a/b=\n" },
	{ "E40", "data/pvs_target/target_software_version=7.44.100",
	  "pvs_target/target_software_version=7.44.100\n" },
	{ "Q7 a name that begins another",
	  "data/service/db/v=1\ndata/service/dbproxy/v=2",
	  "dbproxy/v=2\ndb/proxy=\ndb/v=1\n" },
};

static const struct vector others[] = {
	{ "E26", "control/feature-suspend=1\ndata/cant_suspend_reason=why",
	  "data-cant-suspend-reason=why\n" },
	{ "E27", "data/cant_suspend_reason=why", "" },
	{ "E28", "data/ts=1", "data-ts=1\n" },
	{ "features and what the toolstack wrote",
	  "control/feature-suspend=1\ncontrol/platform-feature-xs_reset_watches=1\n"
	  "control/shutdown=\ndata/ts=0",
	  "shutdown=\nplatform-feature-xs_reset_watches=1\nfeature-suspend=1\n"
	  "data-ts=0\n" },
	{ "below control/ts only the node itself", "control/batcmd/state=READY",
	  "batcmd=\n" },
};

struct verdict {
	const char *name, *tree, *want;
};

static const struct verdict verdicts[] = {
	{ "E02",
	  PV "MajorVersion=1\n" PV "MinorVersion=0\n" PV "MicroVersion=0\n" PV
	     "BuildVersion=proto-0.4.0",
	  "Unknown" },
	{ "E04", PV "MajorVersion=8\n" PV "MinorVersion=4", "Linux(8,4,-1,-1)" },
	{ "E06", PV "MajorVersion=8\n" PV "MinorVersion=4\n" PV "MicroVersion=0",
	  "Linux(8,4,0,-1)" },
	{ "E08",
	  PV "MajorVersion=0x08\n" PV "MinorVersion=0o4\n" PV "MicroVersion=1_0\n" PV
	     "BuildVersion=-3",
	  "Linux(8,4,10,-3)" },
	{ "E46", "", "Unknown" },
	{ "no minor", PV "MajorVersion=8", "Unknown" },
	{ "a newline", PV "MajorVersion=8\t\n" PV "MinorVersion=4", "Unknown" },
	{ "windows", PV "MajorVersion=9\n" PV "MinorVersion=1\ndata/os_distro=windows",
	  "Windows(9,1,-1,-1)" },
	{ "Windows is not windows",
	  PV "MajorVersion=9\n" PV "MinorVersion=1\ndata/os_distro=Windows",
	  "Linux(9,1,-1,-1)" },
	{ "a driver called major", PV "MinorVersion=4\ndrivers/0=A major 5 B",
	  "Unknown" },
	{ "the agent's major comes before it",
	  PV "MajorVersion=8\n" PV "MinorVersion=4\ndrivers/0=A major 5 B",
	  "Linux(8,4,-1,-1)" },
};

static const struct vector names[] = {
	{ "host alone", "data/host_name_dns=web", "host_name=web\n" },
	{ "host and domain", "data/host_name_dns=web\ndata/domain=example.org",
	  "host_name=web.example.org\n" },
	{ "Q9 an empty domain",
	  "data/host_name_dns=web\ndata/domain=", "host_name=web.\n" },
	{ "domain alone", "data/domain=example.org", "" },
};

static const struct vector os_versions[] = {
	{ "E42",
	  "data/os_name=Debian GNU/Linux 12\ndata/os_distro=debian\n"
	  "data/os_majorver=12\ndata/os_minorver=5\ndata/os_uname=6.1\n"
	  "attr/os/spmajor=1",
	  "name=Debian GNU/Linux 12\nuname=6.1\ndistro=debian\nmajor=12\nminor=5\n"
	  "spmajor=1\n" },
	{ "malformed text", "data/os_name=caf\xe9\ndata/os_distro=\xff\xfe",
	  "name=caf\xef\xbf\xbd\ndistro=\xef\xbf\xbd\xef\xbf\xbd\n" },
	{ "hotfixes are skipped, their neighbours not",
	  "attr/os/hotfixes/0=KB1\nattr/os/spmajor=2", "spmajor=2\n" },
};

static struct metrics_record record_of(const char *text)
{
	autotree struct tree t = { 0 };
	struct metrics_record rec;

	make_tree(text, &t);
	if (metrics_record_new(&t, &rec) < 0)
		abort();
	return rec;
}

/* Which of a record's maps a table is about: the offset of it. */
struct subject {
	const char *part;
	size_t map;
	const struct vector *vector;
	size_t count;
};

#define TABLE(t)    (t), sizeof(t) / sizeof((t)[0])
#define MAP(member) offsetof(struct metrics_record, member)

static void test_maps(void)
{
	static const struct subject subjects[] = {
		{ "networks", MAP(networks), TABLE(networks) },
		{ "PV_drivers_version", MAP(pv_drivers_version), TABLE(drivers) },
		{ "services", MAP(services), TABLE(services) },
		{ "other", MAP(other), TABLE(others) },
		{ "netbios_name", MAP(netbios_name), TABLE(names) },
		{ "os_version", MAP(os_version), TABLE(os_versions) },
	};

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		const struct subject *s = &subjects[i];

		for (size_t j = 0; j < s->count; j++) {
			autorecord struct metrics_record rec =
				record_of(s->vector[j].tree);
			const void *map = (const char *)&rec + s->map;

			map_is(map, s->vector[j].want, s->vector[j].name, s->part);
		}
	}
}

static void test_verdicts(void)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		autorecord struct metrics_record rec = record_of(verdicts[i].tree);
		char text[METRICS_VERDICT_MAX];

		metrics_verdict(&rec, text);
		is_str(text, verdicts[i].want, verdicts[i].name);
	}
}

static void test_hotplug(void)
{
	autorecord struct metrics_record rec =
		record_of("feature/hotplug/vbd=1\nfeature/hotplug/vif=0");
	autorecord struct metrics_record odd =
		record_of("feature/hotplug/vbd=1\t\nfeature/hotplug/vif=");

	is_str(metrics_tristate_name(rec.can_use_hotplug_vbd), "yes", "vbd: 1");
	is_str(metrics_tristate_name(rec.can_use_hotplug_vif), "no", "vif: 0");
	is_str(metrics_tristate_name(odd.can_use_hotplug_vbd), "unspecified",
	       "Q10: 1 and a newline");
	is_str(metrics_tristate_name(odd.can_use_hotplug_vif), "unspecified", "empty");
}

static void test_rest(void)
{
	autorecord struct metrics_record none = record_of("");
	autorecord struct metrics_record rec =
		record_of("data/meminfo_free=1024\ndata/meminfo_total=4096k\n"
			  "data/device_id=0002");

	ok(none.os_version.count + none.pv_drivers_version.count + none.networks.count +
			   none.other.count + none.services.count +
			   none.netbios_name.count + none.device_id.count ==
		   0,
	   "E46: every map is empty");
	ok(none.can_use_hotplug_vbd == METRICS_UNSPECIFIED &&
		   none.can_use_hotplug_vif == METRICS_UNSPECIFIED,
	   "E46: hotplug unspecified");
	is_int(none.memory_free_kib, -1, "no memory");
	is_int(rec.memory_free_kib, 1024, "free memory");
	is_int(rec.memory_total_kib, -1, "total that is no number");
	map_is(&rec.device_id, "device_id=0002\n", "data/device_id", "device_id");
}

/* 25 MiB, counted before anything is recoded; control comes first, data last. */
static void test_quota(void)
{
	enum { NODES = 9, EACH_BYTES = 1024 * 1024 };
	autotree struct tree t = { 0 };
	autofree char *big = malloc(EACH_BYTES);
	struct metrics_record rec;

	memset(big, 0xff, EACH_BYTES); /* three bytes each when replaced */
	for (int i = 0; i < NODES; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "control/x%d", i);
		tree_set(&t, path, big, EACH_BYTES);
	}
	tree_setf(&t, "data/os_name", "lost");
	if (metrics_record_new(&t, &rec) < 0)
		abort();
	is_int((long long)rec.other.count, NODES,
	       "the entry that crosses it is the last");
	is_int((long long)rec.os_version.count, 0, "what comes after it is lost");
	ok(rec.cut, "and that is told");
	metrics_record_done(&rec);
}

/* a, aa, aaa, ...: each is a service and, with what follows it, a key of all the shorter
 * ones, 330 MB of a domain's 1000 nodes. */
static void test_prefixes(void)
{
	enum { NODES = 990 };
	autotree struct tree t = { 0 };
	autorecord struct metrics_record rec = { 0 };
	char path[NODES + 32] = "data/service/", *end = path + strlen(path);

	for (int i = 0; i < NODES; i++) {
		*end++ = 'a';
		*end = '\0';
		tree_set(&t, path, "", 0);
	}
	tree_setf(&t, "data/device_id", "0002");
	if (metrics_record_new(&t, &rec) < 0)
		abort();
	ok(rec.cut, "services that are prefixes of one another: cut");
	ok(rec.services.bytes >= METRICS_MAP_MAX &&
		   rec.services.bytes < METRICS_MAP_MAX + sizeof(path),
	   "at the limit");
	map_is(&rec.device_id, "device_id=0002\n", "the rest", "is there");
}

int main(void)
{
	test_maps();
	test_verdicts();
	test_hotplug();
	test_rest();
	test_quota();
	test_prefixes();
	return tap_done();
}
