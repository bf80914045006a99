/* SPDX-License-Identifier: BSD-2-Clause */
/* Orders of versions: each list is from the oldest to the newest. */
#include "eliloader/boot_version.h"

#include "eliloader/boot_menu.h"
#include "tests/tap.h"

typedef int compare_fn(const char *a, const char *b);

static int sign(int r)
{
	return (r > 0) - (r < 0);
}

/* Every one with every other. */
static void check(compare_fn *compare, const char *const *list, size_t count,
		  const char *name)
{
	for (size_t i = 0; i < count; i++) {
		bool good = true;

		for (size_t j = 0; j < count; j++)
			if (sign(compare(list[i], list[j])) != (i > j) - (i < j)) {
				printf("# '%s' and '%s'\n", list[i], list[j]);
				good = false;
			}
		ok(good, "%s: '%s' is in its place", name, list[i]);
	}
}

#define CHECK(compare, list, name)                                                       \
	check(compare, list, sizeof(list) / sizeof(*(list)), name)

static void test_rpm(void)
{
	static const char *const list[] = {
		"~",
		"",
		"^",
		"a",
		"1~rc1",
		"1",
		"1^git",
		"1.a",
		"1.0",
		"1.0.1",
		"1.9",
		"1.10",
		"2.6.18-8.el5",
		"2.6.18-398.el5xen",
		"6.1.0-9-amd64",
		"6.1.0-13-amd64",
		"99999999999999999999998",
		"99999999999999999999999",
		"100000000000000000000000",
	};

	CHECK(boot_version_compare, list, "rpm");
	is_int(boot_version_compare("1.0", "1-0"), 0, "rpm: separators are alike");
	is_int(boot_version_compare("01.002", "1.2"), 0, "rpm: zeros before a number");
}

static void test_package(void)
{
	static const char *const list[] = {
		"",
		"m-0-rescue",
		"m-4.18.0-80.el8.x86_64",
		"m-4.18.0-553.el8.x86_64",
		"m-5.14.0-70.el9.x86_64",
		"m-5.14.0-70.el9.x86_64+debug",
		"m-6.11.4-301.fc41.x86_64",
		"m-6.11.10-300.fc41.x86_64",
		"n-1-1",
		"rescue-1",
		"rescue-2",
		"5.14.0",
	};

	CHECK(boot_version_compare_package, list, "blscfg");
}

static void test_uapi(void)
{
	static const char *const list[] = {
		"~rc",
		"",
		"-",
		"arch-fallback.conf",
		"arch.conf",
		"1~rc1",
		"1",
		"1-1",
		"1^git",
		"1.a",
		"1.0",
		"1.0.1",
		"6.1.0-9-amd64.conf",
		"6.1.0-13-amd64.conf",
		"122.1",
		"123~rc1-1",
		"123",
		"123-a",
		"123-a.1",
		"123-1",
		"123-1.1",
		"123^post1",
		"123.a-1",
		"123.1-1",
		"123a-1",
		"124-1",
	};

	CHECK(boot_version_compare_uapi, list, "UAPI");
}

int main(void)
{
	test_rpm();
	test_package();
	test_uapi();
	return tap_done();
}
