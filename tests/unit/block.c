/* SPDX-License-Identifier: BSD-2-Clause */
/* which disk of the host a device is, what udev says, and swap */
#include "guest-agent/block.h"

#include "guest-agent/block_events.h"
#include "tests/tap.h"

static void test_numbers(void)
{
	static const struct {
		uint32_t devid, disk;
		const char *name; /* NULL: none */
	} cases[] = {
		{ 51712, 0, "xvda" },
		{ 51713, 0, "xvda1" },
		{ 51728, 1, "xvdb" },
		{ 51952, 15, "xvdp" },
		{ 51967, 15, "xvdp15" },
		{ 268439552, 16, "xvdq" },
		{ 268442112, 26, "xvdaa" },
		{ 268442129, 26, "xvdaa17" },
		{ (1U << 28) | (702U << 8), 702, "xvdaaa" },
		{ 0x1fffffff, 1048575, "xvdbgqcv255" },
		{ 2048, 0, "sda" },
		{ 2049, 0, "sda1" },
		{ 2288, 15, "sdp" },
		{ 768, 0, "hda" },
		{ 769, 0, "hda1" },
		{ 832, 1, "hdb" },
		{ 5632, 2, "hdc" },
		{ 5696, 3, "hdd" },
		{ 896, 0, NULL },
		{ 0, 0, NULL },
		{ 1, 0, NULL },
		{ 2U << 28, 0, NULL },
		{ 4294967295U, 0, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct block_vbd vbd = { 0 };
		bool known = block_vbd_decode(cases[i].devid, &vbd);

		if (!ok(known == (cases[i].name != NULL) &&
				(!known || (strcmp(vbd.name, cases[i].name) == 0 &&
					    vbd.disk == cases[i].disk)),
			"number %u is %s", cases[i].devid,
			cases[i].name ? cases[i].name : "none"))
			printf("# '%s' %u\n", vbd.name, vbd.disk);
	}
}

static void test_udev(void)
{
	static const struct {
		const char *name, *text, *type, *uuid, *label;
	} cases[] = {
		{ "a record",
		  "S:disk/by-uuid/1\nE:ID_FS_USAGE=filesystem\nE:ID_FS_TYPE=ext4\n"
		  "E:ID_FS_UUID=1\nE:ID_FS_UUID_ENC=2\nE:ID_FS_LABEL=a_b\n"
		  "E:ID_FS_LABEL_ENC=a\\x20b\nG:systemd\n",
		  "ext4", "1", "a b" },
		{ "without the encoded label", "E:ID_FS_LABEL=a_b\nE:ID_FS_TYPE=vfat",
		  "vfat", NULL, "a_b" },
		{ "padding", "E:ID_FS_LABEL_ENC=BOOT\\x20\\x20\n", NULL, NULL, "BOOT" },
		{ "no zero byte", "E:ID_FS_LABEL_ENC=a\\x00b\\xzz\\x4\n", NULL, NULL,
		  "a\\x00b\\xzz\\x4" },
		{ "empty values", "E:ID_FS_TYPE=\nE:ID_FS_UUID=\n", NULL, NULL, NULL },
		{ "others' keys", "E:XID_FS_TYPE=a\nID_FS_TYPE=b\nE:ID_FS_TYPES=c\n",
		  NULL, NULL, NULL },
		{ "the last one counts", "E:ID_FS_TYPE=a\nE:ID_FS_TYPE=b\n", "b", NULL,
		  NULL },
		{ "empty", "", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct block_udev u = { 0 };

		is_int(block_udev_parse(cases[i].text, &u), 0, cases[i].name);
		is_str(u.type, cases[i].type, "its type");
		is_str(u.uuid, cases[i].uuid, "its UUID");
		is_str(u.label, cases[i].label, "its label");
		block_udev_done(&u);
	}
}

static void test_find(void)
{
	char vg[] = "vg-x y";
	struct block_device device[] = {
		{ .name = "xvda1", .major = 202, .minor = 1 },
		{ .name = "cciss!c0d0", .major = 104, .minor = 0 },
		{ .name = "dm-0", .major = 253, .minor = 0, .dm_name = vg },
	};
	struct block_list list = { device, 3 };

	is_int((long long)block_by_number(&list, 104, 0), 1, "by number");
	is_int((long long)block_by_path(&list, "/dev/xvda1"), 0, "by its node");
	is_int((long long)block_by_path(&list, "/dev/cciss/c0d0"), 1, "in a directory");
	is_int((long long)block_by_path(&list, "/dev/mapper/vg-x y"), 2,
	       "by its mapped name");
	is_int((long long)block_by_path(&list, "/dev/dm-0"), 2, "and by the plain one");
	ok(block_by_path(&list, "/dev/xvda") == BLOCK_NONE &&
		   block_by_path(&list, "/dev/xvda11") == BLOCK_NONE &&
		   block_by_path(&list, "xvda1") == BLOCK_NONE &&
		   block_by_path(&list, "/dev/") == BLOCK_NONE &&
		   block_by_number(&list, 202, 104) == BLOCK_NONE,
	   "and not by others");
	block_mark_swaps(&list,
			 "Filename\tType\n/dev/mapper/vg-x\\040y partition 1 0 -2\n"
			 "/swapfile file 1 0 -3\n\n/dev/nowhere partition 1 0 -4");
	ok(device[2].swap && !device[0].swap && !device[1].swap, "swap areas");
}

static void test_events(void)
{
	static const char add[] = "add@/devices/vbd-51712/block/xvda\0ACTION=add\0"
				  "SUBSYSTEM=block\0MAJOR=202",
			  net[] = "add@/devices/vif-0/net/eth0\0SUBSYSTEM=net\0X=1",
			  like[] = "add@/x\0SUBSYSTEM=blocks\0";

	ok(block_event_is_ours(add, sizeof(add)), "a disk came");
	ok(!block_event_is_ours(net, sizeof(net)), "an interface did");
	ok(!block_event_is_ours(like, sizeof(like)), "a class of a like name");
	ok(!block_event_is_ours("SUBSYSTEM=block", 15) && !block_event_is_ours("", 0),
	   "cut");
}

int main(void)
{
	test_events();
	test_numbers();
	test_udev();
	test_find();
	return tap_done();
}
