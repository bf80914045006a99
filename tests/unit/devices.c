/* SPDX-License-Identifier: BSD-2-Clause */
/* the host's list of devices, of which every byte may be wrong */
#include "guest-agent/devices.h"

#include <errno.h>

#include "tests/tap.h"

static void test_values(void)
{
	static const struct {
		const char *name, *devid, *mac;
		int result;
	} cases[] = {
		{ "as XAPI writes it", "0", "00:16:3e:00:00:01", 0 },
		{ "capitals", "1", "00:16:3E:AA:BB:CC", 0 },
		{ "the largest number", "4294967295", "02:00:00:00:00:00", 0 },
		{ "a larger one", "4294967296", "02:00:00:00:00:00", -EBADMSG },
		{ "no number", "x", "02:00:00:00:00:00", -EBADMSG },
		{ "a negative one", "-1", "02:00:00:00:00:00", -EBADMSG },
		{ "a name without end", "", "02:00:00:00:00:00", -EBADMSG },
		{ "an empty address", "0", "", -EBADMSG },
		{ "a newline after it", "0", "02:00:00:00:00:00\n", -EBADMSG },
		{ "too short", "0", "02:00:00:00:00:0", -EBADMSG },
		{ "too few", "0", "02:00:00:00:00", -EBADMSG },
		{ "too many", "0", "02:00:00:00:00:00:00", -EBADMSG },
		{ "other separators", "0", "02-00-00-00-00-00", -EBADMSG },
		{ "no hex", "0", "0g:00:00:00:00:00", -EBADMSG },
		{ "a sign", "0", "+2:00:00:00:00:00", -EBADMSG },
		{ "a group", "0", "03:00:00:00:00:00", -EBADMSG },
		{ "everybody", "0", "ff:ff:ff:ff:ff:ff", -EBADMSG },
		{ "zero", "0", "00:00:00:00:00:00", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autodevices struct device_list list = { 0 };
		int r = devices_add(&list, DEVICE_VF, cases[i].devid, cases[i].mac,
				    strlen(cases[i].mac));

		ok(r == cases[i].result && list.count == (r == 0), "a device: %s",
		   cases[i].name);
	}
}

static void test_find(void)
{
	static const uint8_t shared[] = { 0, 0x16, 0x3e, 0, 0, 1 };
	static const uint8_t unknown[] = { 0, 0x16, 0x3e, 0, 0, 2 };
	static const char text[] = "00:16:3e:00:00:01";
	autodevices struct device_list list = { 0 };
	const struct device *d;

	ok(devices_find(&list, shared) == NULL, "an empty list");
	(void)devices_add(&list, DEVICE_VF, "0", text, strlen(text));
	(void)devices_add(&list, DEVICE_VIF, "10", text, strlen(text));
	(void)devices_add(&list, DEVICE_VIF, "9", text, strlen(text));
	d = devices_find(&list, shared);
	ok(d && d->class == DEVICE_VIF && d->devid == 9,
	   "of several with one address a vif, the lowest");
	ok(devices_find(&list, unknown) == NULL, "another address is nobody's");
}

static void test_crowd(void)
{
	autodevices struct device_list list = { 0 };
	int r = 0;

	for (unsigned i = 0; r == 0 && i < 2 * DEVICES_MAX; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u", i);
		r = devices_add(&list, DEVICE_VIF, name, "02:00:00:00:00:01", 17);
	}
	is_int(r, -E2BIG, "too many are refused");
	is_int((long long)list.count, DEVICES_MAX, "at the limit");
	is_int(devices_add(&list, DEVICE_VF, "0", "02:00:00:00:00:02", 17), 0,
	       "those of the other class still have room");
}

int main(void)
{
	test_values();
	test_find();
	test_crowd();
	return tap_done();
}
