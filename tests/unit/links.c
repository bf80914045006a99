/* SPDX-License-Identifier: BSD-2-Clause */
/* which device is under each interface: layouts that users have, and hostile ones */
#include "guest-agent/links.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest-agent/netlink_parse.h"
#include "guest-agent/nodename.h"
#include "guest-agent/vif.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"
#include "tests/unit/net_dump.h"

#define VIF "device/vif/"
#define VBD "device/vbd/"

static void test_nodename(void)
{
	static const struct {
		const char *name, *prefix, *text;
		int result;
		uint32_t devid;
	} cases[] = {
		{ "first vif", VIF, VIF "0\n", 0, 0 },
		{ "no newline", VIF, VIF "17", 0, 17 },
		{ "a disk", VBD, VBD "51712\n", 0, 51712 },
		{ "the largest", VIF, VIF "4294967295", 0, 4294967295 },
		{ "a disk is no vif", VIF, VBD "768", -ENODEV, 0 },
		{ "a vif is no disk", VBD, VIF "0", -ENODEV, 0 },
		{ "empty", VIF, "", -ENODEV, 0 },
		{ "no number", VIF, VIF, -EBADMSG, 0 },
		{ "path after it", VIF, VIF "1/../2", -EBADMSG, 0 },
		{ "dots after it", VBD, VBD "1/..", -EBADMSG, 0 },
		{ "a sign", VIF, VIF "-1", -EBADMSG, 0 },
		{ "two newlines", VIF, VIF "1\n\n", -EBADMSG, 0 },
		{ "past 32 bits", VIF, VIF "4294967296", -ERANGE, 0 },
		{ "far past", VIF, VIF "99999999999999999999", -ERANGE, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t devid = 0;
		int r = nodename_parse(cases[i].prefix, cases[i].text,
				       strlen(cases[i].text), &devid);

		ok(r == cases[i].result && devid == cases[i].devid, "nodename: %s",
		   cases[i].name);
	}
}

/*
 * A layout is a list of "NAME[:KIND][@DEVICE][>MASTER][/LOWER][!]", where DEVICE is vN (by
 * sysfs), mN or sN (vif or VF by MAC address), and ! says that LOWER is in another
 * namespace; the result "NAME=vN" or sN, or "NAME=-" with nothing underneath.  Indices are
 * given in order.
 */
static const struct layout {
	const char *name, *links, *want;
} layouts[] = {
	{ "one vif", "eth0@v0", "eth0=v0" },
	{ "a renamed vif", "lan0@v3", "lan0=v3" },
	{ "a name means nothing", "eth0 eth1@v0", "eth0=- eth1=v0" },
	{ "a VF, an emulated card", "ens5@s2 ens6@m1", "ens5=s2 ens6=v1" },
	{ "a bridge", "eth0@v0>br0 br0:bridge", "eth0=v0 br0=v0" },
	{ "its index before its port's", "br0:bridge eth0@v0>br0", "br0=v0 eth0=v0" },
	{ "a bond", "bond0:bond eth0@v0>bond0 eth1@v1>bond0",
	  "bond0=v0 eth0=v0 eth1=v1" },
	{ "the lowest number, not the first port",
	  "bond0:bond eth0@v10>bond0 eth1@v9>bond0", "bond0=v9 eth0=v10 eth1=v9" },
	{ "a vif before a VF", "t:team ens1@s0>t eth9@v7>t", "t=v7 ens1=s0 eth9=v7" },
	{ "two VFs", "t:team ens1@s4>t ens2@s3>t", "t=s3 ens1=s4 ens2=s3" },
	{ "a VLAN", "eth0@v0 eth0.7:vlan/eth0", "eth0=v0 eth0.7=v0" },
	{ "macvlan, macvtap, ipvlan, ipvtap",
	  "e@v1 a:macvlan/e b:macvtap/e c:ipvlan/e d:ipvtap/e",
	  "e=v1 a=v1 b=v1 c=v1 d=v1" },
	{ "a VRF", "red:vrf eth0@v2>red", "red=v2 eth0=v2" },
	{ "VLAN on bond in bridge in VRF",
	  "red:vrf br:bridge>red b.5:vlan/b>br b:bond e0@v4>b e1@v5>b",
	  "red=v4 br=v4 b.5=v4 b=v4 e0=v4 e1=v5" },
	{ "QinQ", "e@v0 e.1:vlan/e e.1.2:vlan/e.1", "e=v0 e.1=v0 e.1.2=v0" },
	{ "bridge of two VLANs of two vifs",
	  "e0@v1 e1@v0 a:vlan/e0>br c:vlan/e1>br br:bridge",
	  "e0=v1 e1=v0 a=v1 c=v0 br=v0" },
	{ "docker's bridge", "eth0@v0 docker0:bridge veth1:veth>docker0",
	  "eth0=v0 docker0=- veth1=-" },
	{ "a veth's peer is no lower one", "eth0@v0 veth0:veth/eth0", "eth0=v0 veth0=-" },
	{ "a bridge with containers and a vif", "eth0@v0>br br:bridge ve:veth>br",
	  "eth0=v0 br=v0 ve=-" },
	{ "vxlan, tunnels, tun, dummy",
	  "eth0@v0 vx:vxlan/eth0 g:gre/eth0 s:sit/eth0 t:tun d:dummy w:wireguard",
	  "eth0=v0 vx=- g=- s=- t=- d=- w=-" },
	{ "vxlan in a bridge leads nowhere", "eth0@v0 vx:vxlan/eth0>br br:bridge",
	  "eth0=v0 vx=- br=-" },
	{ "a master of another kind", "eth0@v0>ovs ovs:openvswitch", "eth0=v0 ovs=-" },
	{ "made on one in another namespace", "eth0@v0 mv:macvlan/eth0!",
	  "eth0=v0 mv=-" },
	{ "a master that is gone", "eth0@v0>? br:bridge", "eth0=v0 br=-" },
	{ "a device in a device", "eth0@v0>eth1 eth1:bond@v1", "eth0=v0 eth1=v1" },
	{ "its own master", "a:bridge>a e@v0", "a=- e=v0" },
	{ "its own lower one", "a:vlan/a e@v0", "a=- e=v0" },
	{ "a ring", "a:bridge>b b:bridge>c c:bridge>a e@v0>a", "a=v0 b=v0 c=v0 e=v0" },
	{ "a ring by both ways", "a:vlan/b b:bridge a2:vlan/a>b e@v0",
	  "a=- b=- a2=- e=v0" },
	{ "two with the same device", "e1@v0 e0@v0 v:vlan/e0", "e1=v0 e0=v0 v=v0" },
	{ "two with the same MAC address", "e1@m0>b e0@m0>b b:bond", "e1=v0 e0=v0 b=v0" },
	{ "nothing at all", "lo", "lo=-" },
};

/* A word cut into its parts; "" where one is missing. */
struct word {
	char name[16], kind[16], device[16], master[16], lower[16];
	bool elsewhere;
};

static struct word cut(const char *text)
{
	struct word w = { 0 };
	char *part = w.name;

	for (size_t n = 0; *text; text++) {
		const char *mark = strchr(":@>/!", *text);

		if (!mark) {
			part[n++] = *text;
			continue;
		}
		n = 0;
		part = *mark == ':'   ? w.kind
		       : *mark == '@' ? w.device
		       : *mark == '>' ? w.master
				      : w.lower;
		if (*mark == '!')
			w.elsewhere = true;
	}
	return w;
}

#define WORDS_MAX 16

static unsigned index_of(const struct word *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].name, name) == 0)
			return (unsigned)i + 1;
	return 77;
}

static struct dump dump;
static struct device_list devices;

static const char *mac_text(const char *device)
{
	static char text[24];

	(void)snprintf(text, sizeof(text), "02:00:00:00:%02x:%02x",
		       (unsigned)device[0] & 0xff,
		       (unsigned)strtoul(device + 1, NULL, 10) & 0xff);
	return text;
}

static void put(const struct word *words, size_t count, size_t i)
{
	const struct word *w = &words[i];
	size_t at = dump_link(&dump, (unsigned)i + 1, w->name);

	if (w->kind[0])
		dump_kind(&dump, at, w->kind, 0);
	if (w->master[0])
		dump_u32(&dump, at, IFLA_MASTER, index_of(words, count, w->master));
	if (w->lower[0])
		dump_u32(&dump, at, IFLA_LINK, index_of(words, count, w->lower));
	if (w->elsewhere)
		dump_u32(&dump, at, IFLA_LINK_NETNSID, 1);
	if (w->device[0] == 'm' || w->device[0] == 's') {
		uint8_t mac[] = { 2,
				  0,
				  0,
				  0,
				  (uint8_t)w->device[0],
				  (uint8_t)strtoul(w->device + 1, NULL, 10) };

		dump_attr(&dump, at, IFLA_ADDRESS, mac, sizeof(mac));
		(void)devices_add(&devices, w->device[0] == 's' ? DEVICE_VF : DEVICE_VIF,
				  w->device + 1, mac_text(w->device), 17);
	}
}

static size_t read_layout(const char *links, struct word *words)
{
	autofree char *copy = strdup(links);
	char *save = NULL;
	size_t count = 0;

	for (char *w = strtok_r(copy, " ", &save); w && count < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		words[count++] = cut(w);
	return count;
}

static char *resolve(const char *links)
{
	struct word words[WORDS_MAX];
	size_t count = read_layout(links, words), size;
	struct net_facts net = { 0 };
	bool disturbed = false;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	dump.len = 0;
	for (size_t i = count; i-- > 0;)
		put(words, count, i); /* not in order */
	(void)netlink_parse_dump(dump.data, dump.len, DUMP_SEQ, &net, &disturbed);
	(void)links_attach(&net);
	for (size_t i = 0; i < count; i++) {
		struct link_fact *l = &net.link[i];

		l->device = words[i].device[0] == 'v' ? DEVICE_VIF : DEVICE_NONE;
		l->devid = (uint32_t)strtoul(words[i].device + !!words[i].device[0], NULL,
					     10);
		l->by_mac = l->has_mac;
	}
	if (links_resolve(&net, &devices) < 0)
		fprintf(out, "failed");
	for (size_t i = 0; i < net.link_count; i++) {
		const struct link_fact *u = net.link[i].under;

		fprintf(out, "%s%s=", i ? " " : "", net.link[i].name);
		if (u)
			fprintf(out, "%c%u", u->device == DEVICE_VF ? 's' : 'v',
				u->devid);
		else
			fprintf(out, "-");
	}
	fclose(out);
	net_facts_done(&net);
	devices_done(&devices);
	return text;
}

static void test_layouts(void)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		autofree char *got = resolve(layouts[i].links);

		is_str(got, layouts[i].want, layouts[i].name);
	}
}

/* A chain and a fan of thousands: neither depth nor width hurts. */
static void test_scale(void)
{
	const unsigned many = 10000;
	struct net_facts net = { 0 };
	uint64_t from = io_now_ms();
	size_t reached = 0;

	net.link = calloc(2 * many, sizeof(*net.link));
	net.link_count = 2 * many;
	for (unsigned i = 0; i < 2 * many; i++) {
		struct link_fact *l = &net.link[i];

		l->ifindex = i + 1;
		(void)strcpy(l->kind, "vlan");
		l->lower = i < many ? i : 1; /* each on the one before, or all on one */
	}
	net.link[0].device = DEVICE_VIF;
	is_int(links_resolve(&net, NULL), 0, "10000 deep and 10000 wide");
	for (size_t i = 0; i < net.link_count; i++)
		reached += net.link[i].under == &net.link[0];
	is_int((long long)reached, 2 * many, "all are reached");
	ok(io_now_ms() - from < 2000, "in no time");
	net_facts_done(&net);
}

static void test_attach(void)
{
	struct net_facts net = { .link = calloc(2, sizeof(struct link_fact)),
				 .link_count = 2,
				 .address = calloc(1, sizeof(struct address_fact)),
				 .count = 1 };

	net.link[0] = (struct link_fact){ .ifindex = 9, .name = "nine" };
	net.link[1] = (struct link_fact){ .ifindex = 4, .name = "four" };
	net.address[0] = (struct address_fact){ .ifindex = 9 };
	is_int(links_attach(&net), 0, "each address has its interface");
	is_str(net.address[0].link->name, "nine", "found by its index");
	is_str(net.link[0].name, "four", "in order of indices");
	net.address[0].ifindex = 5;
	is_int(links_attach(&net), -EAGAIN, "an interface that came later");
	ok(links_find(&(struct net_facts){ 0 }, 1) == NULL, "none at all");
	net_facts_done(&net);
}

/* The directory @dir below @rootfd, with a nodename in it where one is given. */
static void make(int rootfd, const char *dir, const char *nodename)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/nodename", dir);
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdirat(rootfd, path, 0700);
		*slash = '/';
	}
	if (!nodename)
		return;
	fd = openat(rootfd, path, O_WRONLY | O_CREAT, 0600);
	(void)io_write_all(fd, nodename, strlen(nodename));
	(void)close(fd);
}

/* sysfs: what has a nodename, what is hardware, what only looks like it */
static void test_identify(void)
{
	char dir[] = "/tmp/links-test.XXXXXX";
	const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 };
	struct net_facts net = { .link = calloc(5, sizeof(struct link_fact)),
				 .link_count = 5 };
	autoclose int rootfd = mkdtemp(dir) ? open(dir, O_RDONLY | O_DIRECTORY) : -1;
	uint64_t known;
	char *const rm[] = { (char[]){ "rm" }, (char[]){ "-rf" }, dir, NULL };

	make(rootfd, "sys/class/net/eth0/device", "device/vif/6\n");
	make(rootfd, "sys/class/net/ens5/device", NULL);
	make(rootfd, "sys/class/net/bond0/device", "device/vif/7\n");
	make(rootfd, "sys/class/net/veth0", NULL);
	make(rootfd, "sys/class/net/device", "device/vif/8\n");
	net.link[0] = (struct link_fact){ .ifindex = 1, .name = "eth0" };
	net.link[1] = (struct link_fact){ .ifindex = 2, .name = "ens5" };
	net.link[2] = (struct link_fact){ .ifindex = 3, .name = "bond0", .kind = "bond" };
	net.link[3] = (struct link_fact){ .ifindex = 4, .name = "veth0" };
	net.link[4] = (struct link_fact){ .ifindex = 5, .name = "" };
	for (size_t i = 0; i < 5; i++) {
		memcpy(net.link[i].mac, mac, MAC_LEN);
		net.link[i].has_mac = true;
	}
	links_identify(&net, rootfd);
	ok(net.link[0].device == DEVICE_VIF && net.link[0].devid == 6 &&
		   !net.link[0].by_mac,
	   "a vif, by its nodename");
	ok(net.link[1].device == DEVICE_NONE && net.link[1].by_mac,
	   "a card that is known by its MAC address, if at all");
	ok(net.link[2].device == DEVICE_NONE && !net.link[2].by_mac,
	   "a bond is none, whatever is there");
	ok(net.link[3].device == DEVICE_NONE && !net.link[3].by_mac,
	   "without hardware a MAC address means nothing");
	ok(net.link[4].device == DEVICE_NONE && !net.link[4].by_mac,
	   "no name, no device");
	known = links_unexplained(&net);
	ok(known != 0 && known == links_unexplained(&net),
	   "the host's devices have to be known, once");
	net.link[1].mac[5]++;
	ok(links_unexplained(&net) != known, "and again when it is another card");
	net.link[1].by_mac = false;
	is_int((long long)links_unexplained(&net), 0, "and not without such a card");
	net_facts_done(&net);
	if (fork() == 0) {
		execvp(rm[0], rm);
		_exit(127);
	}
	(void)wait(NULL);
}

/* Ports of a bond have its MAC address: the one they were born with counts. */
static void test_born(void)
{
	struct net_facts net = { .link = calloc(2, sizeof(struct link_fact)),
				 .link_count = 2 };
	autodevices struct device_list list = { 0 };

	(void)devices_add(&list, DEVICE_VF, "1", "02:00:00:00:00:01", 17);
	(void)devices_add(&list, DEVICE_VF, "2", "02:00:00:00:00:02", 17);
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t bond[] = { 2, 0, 0, 0, 0, 1 };

		net.link[i] = (struct link_fact){ .ifindex = i + 1,
						  .by_mac = true,
						  .has_mac = true,
						  .has_born_mac = true };
		memcpy(net.link[i].mac, bond, MAC_LEN);
		memcpy(net.link[i].born_mac, bond, MAC_LEN);
	}
	net.link[1].born_mac[5] = 2;
	(void)links_resolve(&net, &list);
	ok(net.link[0].devid == 1 && net.link[1].devid == 2,
	   "VFs in a bond are told apart");
	net.link[1].has_born_mac = false;
	(void)links_resolve(&net, &list);
	is_int(net.link[1].devid, 1, "where the kernel does not tell, by what it has");
	net.link[1].mac[5] = net.link[0].born_mac[5] = 9;
	(void)links_resolve(&net, &list);
	ok(net.link[1].device == DEVICE_NONE && !net.link[1].under,
	   "one that the host does not know is none");
	is_int(net.link[0].devid, 1, "a card whose own address was changed by the host");
	(void)links_resolve(&net, NULL);
	ok(!net.link[0].under, "without a list there are none");
	net_facts_done(&net);
}

int main(void)
{
	test_nodename();
	test_layouts();
	test_scale();
	test_attach();
	test_identify();
	test_born();
	return tap_done();
}
