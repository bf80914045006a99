/* SPDX-License-Identifier: BSD-2-Clause */
/* Kills between any two calls by which a record changes, twice in a row: the starts after
 * them never give out an installer over a system, and come to the same end as one that was
 * not killed.  XAPI has no "set": a key that is there is removed, then added. */
#include "tests/eliloader/plan_case.h"

#define STEPS_MAX 32

struct killed_case {
	const char *name, *keys;
	struct disk_verdict disk;
	/* At the end: which bootloader, its words, and what is left of the keys. */
	const char *bootloader, *words, *installed;
};

static const struct killed_case cases[] = {
	{ "pygrub",
	  "install-distro=rhlike",
	  { DISK_BOOTS, true, true, "", "" },
	  "pygrub",
	  "",
	  NULL },
	{ "pygrub with words, attempts and limits",
	  "install-distro=sleslike other-config:eliloader-attempts=3 "
	  "platform:pv-kernel-max-size=9 platform:pv-postinstall-kernel-max-size=7 "
	  "platform:pv-postinstall-ramdisk-max-size=8 PV-bootloader-args=--cache=off",
	  { DISK_BOOTS, true, true, "", "--kernel /k --ramdisk /i" },
	  "pygrub",
	  "--kernel /k --ramdisk /i",
	  NULL },
	{ "pygrub, after another install",
	  "install-distro=debianlike "
	  "other-config:eliloader-installed=eliloader",
	  { DISK_BOOTS, true, true, "", "" },
	  "pygrub",
	  "",
	  NULL },
	{ "eliloader",
	  "install-distro=alpine",
	  { DISK_BOOTS, false, false, "", "" },
	  "eliloader",
	  "",
	  "eliloader" },
	{ "eliloader with words",
	  "other-config:eliloader-attempts=2",
	  { DISK_BOOTS, false, true, "", "--entry 1" },
	  "eliloader",
	  "--entry 1",
	  "eliloader" },
	{ "rhel41 and its updates disk",
	  "install-distro=rhel41",
	  { DISK_BOOTS, true, true, "", "" },
	  "pygrub",
	  "",
	  NULL },
};

/* One call to XAPI: a path of the record and its value, NULL: it is removed; or a VBD. */
struct step {
	char path[128];
	const char *value;
	bool vbd;
};

struct machine {
	struct plan_case c;
	struct record_vbd vbd[2];
	struct step step[STEPS_MAX];
	size_t step_count;
	bool installer; /* it was given out */
};

static const char *get(struct machine *m, const char *path)
{
	return tree_text(&m->c.record.keys, path);
}

static void add_step(struct machine *m, const char *path, const char *value)
{
	struct step *s = &m->step[m->step_count++];

	if (m->step_count > STEPS_MAX)
		abort();
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	s->value = value;
	s->vbd = false;
}

/* As record_xapi.c does a change. */
static void add_steps(struct machine *m, const struct change *x)
{
	char *path = NULL;
	const char *have;

	if (x->kind == CHANGE_DESTROY_VBD) {
		add_step(m, "", NULL);
		m->step[m->step_count - 1].vbd = true;
		return;
	}
	if (change_path(x, &path) < 0)
		abort();
	have = get(m, path);
	if (change_removes(x)) {
		if (have)
			add_step(m, path, NULL);
	} else if (!have || strcmp(have, x->value) != 0) {
		if (have && x->kind != CHANGE_BOOTLOADER &&
		    x->kind != CHANGE_BOOTLOADER_ARGS)
			add_step(m, path, NULL);
		add_step(m, path, x->value);
	}
	free(path);
}

static void take_step(struct machine *m, const struct step *s)
{
	if (s->vbd)
		m->c.record.vbd_count = 1;
	else if (s->value)
		case_put(&m->c, s->path, s->value);
	else
		tree_remove(&m->c.record.keys, s->path);
}

static bool is_pygrubs(struct machine *m)
{
	const char *bootloader = get(m, "PV-bootloader");

	return bootloader && strcmp(bootloader, "pygrub") == 0;
}

/* One start of eliloader, killed after @kill calls; returns how many there were.  Who has
 * words in PV-bootloader-args hands them over, and then no selection is needed. */
static size_t start(struct machine *m, const struct disk_verdict *disk, size_t kill)
{
	struct disk_verdict verdict = *disk;
	struct plan *p = &m->c.plan;
	const char *words = get(m, "PV-bootloader-args");

	if (is_pygrubs(m))
		return 0; /* the toolstack starts another bootloader */
	if (words && (strstr(words, "--kernel") || strstr(words, "--entry")))
		verdict.selection[0] = '\0';
	case_plan(&m->c, DISK_NOT_ASKED);
	m->installer |= p->action != PLAN_DISK;
	if (p->distro)
		case_judged(&m->c, &verdict);
	m->installer |= p->action != PLAN_DISK;
	m->step_count = 0;
	for (size_t i = 0; i < p->change_count; i++)
		add_steps(m, &p->change[i]);
	for (size_t i = 0; i < m->step_count && i < kill; i++)
		take_step(m, &m->step[i]);
	return m->step_count;
}

static void machine_init(struct machine *m, const struct killed_case *k)
{
	memset(m, 0, sizeof(*m));
	case_init(&m->c, XAPI);
	case_set(&m->c, "install-repository=http://h/t install-round=2 "
			"PV-bootloader=eliloader");
	case_set(&m->c, k->keys);
	m->vbd[0] = (struct record_vbd){ .userdevice = "0", .bootable = true };
	m->vbd[1] = (struct record_vbd){ .userdevice = "1", .updates_disk = true };
	m->c.record.vbd = m->vbd;
	m->c.record.vbd_count = 2;
}

static void machine_done(struct machine *m)
{
	m->c.record.vbd = NULL;
	m->c.record.vbd_count = 0;
	case_done(&m->c);
}

static bool is(const char *have, const char *want)
{
	return have && want ? strcmp(have, want) == 0 : !have && !want;
}

/* What must be true at the end; NULL, or what is not. */
static const char *wrong_at_end(struct machine *m, const struct killed_case *k)
{
	static const char *const gone[] = {
		"other-config/install-round",
		"other-config/install-distro",
		"other-config/eliloader-attempts",
		"platform/pv-postinstall-kernel-max-size",
		"platform/pv-postinstall-ramdisk-max-size",
	};
	const char *words = get(m, "PV-bootloader-args");
	const char *installed = get(m, "other-config/eliloader-installed");
	bool rhel4 = strstr(k->name, "rhel41") != NULL;

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		if (get(m, gone[i]))
			return gone[i];
	if (!is(get(m, "PV-bootloader"), k->bootloader))
		return "PV-bootloader";
	if (!is(words ? words : "", k->words))
		return "PV-bootloader-args";
	/* the one key that a kill before the very last call leaves */
	if (!is(installed, k->installed) && !(is_pygrubs(m) && is(installed, "pygrub")))
		return "eliloader-installed";
	if (strstr(k->keys, "kernel-max") &&
	    !is(get(m, "platform/pv-kernel-max-size"), "7"))
		return "pv-kernel-max-size";
	return m->c.record.vbd_count == (rhel4 ? 1 : 2) ? NULL : "the updates disk";
}

static void test_kills(const struct killed_case *k, size_t first, size_t second)
{
	struct machine m;
	const char *wrong;

	machine_init(&m, k);
	(void)start(&m, &k->disk, first);
	(void)start(&m, &k->disk, second);
	(void)start(&m, &k->disk, STEPS_MAX);
	wrong = wrong_at_end(&m, k);
	ok(!wrong, "%s: killed after %zu and %zu calls: the end is the same%s%s", k->name,
	   first, second, wrong ? ", but for " : "", wrong ? wrong : "");
	ok(!m.installer, "and no installer was given out");
	machine_done(&m);
}

static void test_case(const struct killed_case *k)
{
	struct machine m;
	size_t calls;

	machine_init(&m, k);
	calls = start(&m, &k->disk, STEPS_MAX);
	ok(calls >= 3, "%s: %zu calls", k->name, calls);
	ok(!wrong_at_end(&m, k), "and all is as it shall be");
	is_int((long long)start(&m, &k->disk, STEPS_MAX), 0,
	       "a next start changes nothing");
	machine_done(&m);
	for (size_t first = 0; first <= calls; first++)
		for (size_t second = 0; second <= calls; second++)
			test_kills(k, first, second);
}

/* An install that is begun anew over a finished one. */
static void test_anew(void)
{
	for (size_t kill = 0; kill <= 5; kill++) {
		struct machine m;

		machine_init(&m, &cases[3]);
		(void)start(&m, &cases[3].disk, STEPS_MAX);
		case_set(&m.c, "install-round=1 install-distro=alpine "
			       "other-config:eliloader-attempts=4");
		m.installer = false;
		(void)start(&m, &cases[3].disk, kill);
		ok(m.installer, "begun anew, killed after %zu calls: the installer",
		   kill);
		if (kill == 5)
			is_str(get(&m, "other-config/install-round"), "2", "round 2");
		m.installer = false;
		(void)start(&m, &(struct disk_verdict){ .state = DISK_EMPTY }, STEPS_MAX);
		ok(m.installer, "and again, the disk being empty");
		machine_done(&m);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(&cases[i]);
	test_anew();
	return tap_done();
}
