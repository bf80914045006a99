/* SPDX-License-Identifier: BSD-2-Clause */
/* from fixtures of sysfs, udev and mountinfo to data/volumes: a guest's layouts */
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tests/tap.h"
#include "tests/unit/volumes_lib.h"

#define ROOT_ON(dev, type, source)                                                       \
	"20 1 " dev " / / rw,relatime shared:1 - " type " " source " rw\n"

static void check(struct fake *f, const char *want, const char *name)
{
	autofree char *got = fake_tree(f);

	is_str(got, want, name);
	fake_done(f);
}

static void test_partitions(void)
{
	struct fake f;

	fake_init(&f);
	fake_disk(&f, "xvda", "202:0", 209715200, 51712);
	fake_partition(&f, "xvda", "xvda2", "202:2", 2, 4096, 100000);
	fake_partition(&f, "xvda", "xvda1", "202:1", 1, 2048, 2048);
	fake_partition(&f, "xvda", "xvda10", "202:10", 10, 200000, 2000);
	fake_partition(&f, "xvda", "xvda3", "202:3", 3, 110000, 2); /* extended */
	/* as 4 KiB-sector disks have it: sysfs counts in 512 all the same */
	fake_put(&f, "4096\n", "sys/block/xvda/queue/physical_block_size");
	fake_udev(&f, "202:2", "ext4", "8f6d7cd7-4435-4f3a-9811-ba9c957a45b4",
		  "my\\x20root");
	fake_mounts(&f, ROOT_ON("202:2", "ext4", "/dev/root"));
	check(&f,
	      "0/extents/0=xvda\n0/extents/0/length=1048576\n"
	      "0/extents/0/offset=1048576\n0/extents/0/target=0\n"
	      "0/name=/dev/xvda1\n0/size=1048576\n"
	      "1/extents/0=xvda\n1/extents/0/length=51200000\n"
	      "1/extents/0/offset=2097152\n1/extents/0/target=0\n"
	      "1/filesystem=ext4\n1/mount_points/0=/\n"
	      "1/name=/dev/xvda2(8f6d7cd7-4435-4f3a-9811-ba9c957a45b4)\n1/size=51200000\n"
	      "1/volume_name=my root\n"
	      "2/extents/0=xvda\n2/extents/0/length=1024000\n"
	      "2/extents/0/offset=102400000\n2/extents/0/target=0\n"
	      "2/name=/dev/xvda10\n2/size=1024000\n",
	      "partitions by place; an unmounted one has no free, an extended one is "
	      "none");
}

/* The Go agent takes xvdaa for a partition of xvda and then tells no volume at all. */
static void test_many_disks(void)
{
	struct fake f;

	fake_init(&f);
	fake_disk(&f, "xvdaa", "202:6656", 4096, (1 << 28) | (26 << 8));
	fake_disk(&f, "xvda", "202:0", 4096, 51712);
	fake_disk(&f, "xvdb", "202:16", 4096, 51728);
	fake_udev(&f, "202:6656", "xfs", NULL, NULL);
	fake_udev(&f, "202:16", "xfs", NULL, NULL);
	fake_partition(&f, "xvda", "xvda1", "202:1", 1, 8, 1000);
	check(&f,
	      "0/extents/0=xvda\n0/extents/0/length=512000\n0/extents/0/offset=4096\n"
	      "0/extents/0/target=0\n0/name=/dev/xvda1\n0/size=512000\n"
	      "1/extents/0=xvdb\n1/extents/0/length=2097152\n1/extents/0/offset=0\n"
	      "1/extents/0/target=1\n1/filesystem=xfs\n1/name=/dev/xvdb\n1/size=2097152\n"
	      "2/extents/0=xvdaa\n2/extents/0/length=2097152\n2/extents/0/offset=0\n"
	      "2/extents/0/target=26\n2/filesystem=xfs\n2/name=/dev/xvdaa\n"
	      "2/size=2097152\n",
	      "xvda and xvdaa are two disks, in the host's order");
}

static void test_other_disks(void)
{
	struct fake f;

	fake_init(&f);
	/* one whose nodename is malformed still counts, by the kernel's name */
	fake_disk(&f, "xvdc", "202:32", 4096, 51744);
	fake_put(&f, "device/vbd/../../etc\n", "sys/block/xvdc/device/nodename");
	fake_udev(&f, "202:32", "ext4", NULL, NULL);
	fake_disk(&f, "nvme0n1", "259:0", 8192, -1);
	fake_partition(&f, "nvme0n1", "nvme0n1p1", "259:1", 1, 8, 4096);
	fake_disk(&f, "nvme1c0n1", "259:9", 8192, -1); /* a path of a multipath one */
	fake_put(&f, "1\n", "sys/block/nvme1c0n1/hidden");
	fake_udev(&f, "259:9", "ext4", NULL, NULL);
	fake_disk(&f, "cciss!c0d0", "104:0", 8192, -1);
	fake_partition(&f, "cciss!c0d0", "cciss!c0d0p1", "104:1", 1, 8, 4096);
	fake_disk(&f, "xvda1", "202:1", 4096, 51713); /* xl can give partitions alone */
	fake_udev(&f, "202:1", "ext3", NULL, NULL);
	fake_disk(&f, "sdb", "8:16", 4096, -1); /* raw: nothing known of it */
	check(&f,
	      "0/extents/0=xvda1\n0/extents/0/length=2097152\n0/extents/0/offset=0\n"
	      "0/extents/0/target=0\n0/filesystem=ext3\n0/name=/dev/xvda1\n"
	      "0/size=2097152\n"
	      "1/extents/0=cciss!c0d0\n1/extents/0/length=2097152\n"
	      "1/extents/0/offset=4096\n1/name=/dev/cciss/c0d0p1\n1/size=2097152\n"
	      "2/extents/0=nvme0n1\n2/extents/0/length=2097152\n2/extents/0/offset=4096\n"
	      "2/name=/dev/nvme0n1p1\n2/size=2097152\n"
	      "3/extents/0=xvdc\n3/extents/0/length=2097152\n3/extents/0/offset=0\n"
	      "3/filesystem=ext4\n3/name=/dev/xvdc\n3/size=2097152\n",
	      "disks passed through, and ones with names of their own");
}

static void test_no_disks(void)
{
	struct fake f;

	fake_init(&f);
	fake_made(&f, "loop0", "7:0", 4096, "");
	fake_made(&f, "zram0", "253:0", 4096, "");
	fake_made(&f, "ram0", "1:0", 4096, "");
	fake_mapped(&f, "dm-0", "254:0", 4096, "loop0", "on-loop", "CRYPT-LUKS2-x");
	fake_disk(&f, "fd0", "2:0", 8, -1);
	fake_disk(&f, "sr0", "11:0", 4096, -1);
	fake_disk(&f, "sda", "8:0", 4096, -1);
	fake_put(&f, "5\n", "sys/block/sda/device/type");
	fake_disk(&f, "hdc", "22:0", 4096, -1);
	fake_put(&f, "cdrom\n", "sys/block/hdc/device/media");
	fake_disk(&f, "xvdd", "202:48", 4096, 51760); /* told a drive by old kernels */
	fake_put(&f, "19\n", "sys/block/xvdd/capability");
	fake_disk(&f, "xvde", "202:64", 4096, 51776); /* and by its image on new ones */
	fake_udev(&f, "202:64", "iso9660", "2024-01-01-00-00-00-00", "CDROM");
	fake_partition(&f, "xvde", "xvde1", "202:65", 1, 0, 4096);
	fake_disk(&f, "xvdf", "202:80", 0, 51792); /* an empty drive */
	fake_disk(&f, "xvdg", "202:96", 4096, 51808);
	fake_put(&f, "1\n", "sys/block/xvdg/ro");
	fake_udev(&f, "202:96", "udf", NULL, "WINDOWS");
	fake_disk(&f, "xvdh", "202:112", 4096, 51824); /* mounted, without udev */
	fake_put(&f, "1\n", "sys/block/xvdh/ro");
	fake_udev(&f, "7:0", "squashfs", NULL, NULL);
	fake_udev(&f, "11:0", "udf", NULL, NULL);
	fake_put(&f, "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 -2\n",
		 "proc/swaps");
	fake_mounts(&f,
		    ROOT_ON("0:30", "overlay",
			    "overlay") "21 20 7:0 / /snap/core/1 ro - squashfs "
				       "/dev/loop0 ro\n"
				       "22 20 0:40 / /run rw - tmpfs tmpfs rw\n"
				       "23 20 202:64 / /cd ro - iso9660 /dev/xvde ro\n"
				       "26 20 202:112 / /dvd ro - udf /dev/xvdh ro\n"
				       "24 20 0:41 / /var/lib/docker/overlay2/x/merged "
				       "rw - overlay overlay "
				       "rw,lowerdir=/a:/b\n"
				       "25 20 0:42 / /nfs rw - nfs4 server:/x rw\n");
	check(&f, "",
	      "loop, zram, ram, floppy, optical drives and what is made of them are "
	      "none");
}

static void test_lvm(void)
{
	static const char lv[] = "LVM-"
				 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
	char layer[128];
	struct fake f;

	fake_init(&f);
	(void)snprintf(layer, sizeof(layer), "%s-tpool", lv);
	fake_disk(&f, "xvda", "202:0", 1000000, 51712);
	fake_partition(&f, "xvda", "xvda1", "202:1", 1, 2048, 10000);
	fake_partition(&f, "xvda", "xvda2", "202:2", 2, 20000, 500000);
	fake_disk(&f, "xvdb", "202:16", 500000, 51728);
	fake_disk(&f, "xvdc", "202:32", 500000, 51744); /* a PV that is in no group */
	fake_udev(&f, "202:2", "LVM2_member", "pv0", NULL);
	fake_udev(&f, "202:16", "LVM2_member", "pv1", NULL);
	fake_udev(&f, "202:32", "LVM2_member", "pv2", NULL);
	fake_mapped(&f, "dm-1", "253:1", 600000, "xvda2 xvdb", "vg-root", lv);
	fake_mapped(&f, "dm-0", "253:0", 100000, "xvdb", "vg-swap", lv);
	fake_mapped(&f, "dm-2", "253:2", 100000, "xvdb", "vg-pool-tpool", layer);
	fake_mapped(&f, "dm-3", "253:3", 50000, "dm-2", "vg-thin", lv);
	fake_mapped(&f, "dm-4", "253:4", 100000, "xvdb", "vg-pool", layer);
	fake_udev(&f, "253:3", "xfs", NULL, NULL);
	fake_put(&f, "Filename Type Size Used Priority\n/dev/dm-0 partition 49996 0 -2\n",
		 "proc/swaps");
	fake_mounts(&f, ROOT_ON("253:1", "xfs",
				"/dev/mapper/vg-root") "21 20 202:1 / /boot rw - ext4 "
						       "/dev/xvda1 rw\n");
	check(&f,
	      "0/extents/0=xvda\n0/extents/0/length=5120000\n0/extents/0/offset=1048576\n"
	      "0/extents/0/target=0\n0/filesystem=ext4\n0/mount_points/0=/boot\n"
	      "0/name=/dev/xvda1\n0/size=5120000\n"
	      "1/extents/0=xvdc\n1/extents/0/length=256000000\n1/extents/0/offset=0\n"
	      "1/extents/0/target=2\n1/filesystem=LVM2_member\n1/name=/dev/xvdc(pv2)\n"
	      "1/size=256000000\n"
	      "2/extents/0=xvda\n2/extents/0/target=0\n2/extents/1=xvdb\n"
	      "2/extents/1/target=1\n2/filesystem=xfs\n2/mount_points/0=/\n"
	      "2/name=/dev/mapper/vg-root\n2/size=307200000\n"
	      "3/extents/0=xvdb\n3/extents/0/target=1\n3/filesystem=swap\n"
	      "3/name=/dev/mapper/vg-swap\n3/size=51200000\n"
	      "4/extents/0=xvdb\n4/extents/0/target=1\n4/filesystem=xfs\n"
	      "4/name=/dev/mapper/vg-thin\n4/size=25600000\n",
	      "LVM: volumes with the disks below, no layer, a PV only when it is unused");
}

static void test_luks_and_md(void)
{
	struct fake f;

	fake_init(&f);
	fake_disk(&f, "xvda", "202:0", 1000000, 51712);
	fake_disk(&f, "xvdb", "202:16", 1000000, 51728);
	fake_disk(&f, "xvdc", "202:32", 1000000, 51744);
	fake_partition(&f, "xvda", "xvda1", "202:1", 1, 2048, 900000);
	fake_partition(&f, "xvdb", "xvdb1", "202:17", 1, 2048, 900000);
	fake_partition(&f, "xvdc", "xvdc1", "202:33", 1, 2048, 900000);
	fake_udev(&f, "202:33", "crypto_LUKS", "luks", NULL); /* not opened */
	fake_made(&f, "md0", "9:0", 800000, "xvda1 xvdb1");
	fake_partition(&f, "md0", "md0p1", "259:0", 1, 8, 700000);
	fake_mapped(&f, "dm-0", "253:0", 600000, "md0p1", "secret",
		    "CRYPT-LUKS2-u-secret");
	fake_made(&f, "md1", "9:1", 5000, "xvda1");
	fake_mounts(&f, ROOT_ON("253:0", "ext4", "/dev/mapper/secret"));
	check(&f,
	      "0/extents/0=xvdc\n0/extents/0/length=460800000\n"
	      "0/extents/0/offset=1048576\n0/extents/0/target=2\n"
	      "0/filesystem=crypto_LUKS\n0/name=/dev/xvdc1(luks)\n0/size=460800000\n"
	      "1/extents/0=xvda\n1/extents/0/target=0\n1/name=/dev/md1\n1/size=2560000\n"
	      "2/extents/0=xvda\n2/extents/0/target=0\n2/extents/1=xvdb\n"
	      "2/extents/1/target=1\n2/filesystem=ext4\n2/mount_points/0=/\n"
	      "2/name=/dev/mapper/secret\n2/size=307200000\n",
	      "LUKS on a partition of MD: one volume on both disks");
}

static void test_multipath(void)
{
	struct fake f;

	fake_init(&f);
	fake_disk(&f, "sda", "8:0", 10000, -1);
	fake_disk(&f, "sdb", "8:16", 10000, -1);
	fake_partition(&f, "sda", "sda1", "8:1", 1, 8, 9000);
	fake_partition(&f, "sdb", "sdb1", "8:17", 1, 8, 9000);
	fake_mapped(&f, "dm-0", "253:0", 10000, "sda sdb", "mpatha", "mpath-3600");
	fake_mapped(&f, "dm-1", "253:1", 9000, "dm-0", "mpatha1", "part1-mpath-3600");
	check(&f,
	      "0/extents/0=sda\n0/extents/1=sdb\n0/name=/dev/mapper/mpatha1\n"
	      "0/size=4608000\n",
	      "multipath: one volume, not one for each path");
}

static void test_btrfs(void)
{
	static const char uuid[] = "0c7a3a53-31de-4f63-8f8c-0b8f5e6c1b11";
	struct fake f;

	fake_init(&f);
	fake_disk(&f, "xvdb", "202:16", 10000, 51728);
	fake_disk(&f, "xvdc", "202:32", 20000, 51744);
	fake_disk(&f, "xvdd", "202:48", 20000, 51760);
	fake_partition(&f, "xvdd", "xvdd1", "202:49", 1, 8, 10000);
	fake_put(&f, "", "sys/fs/btrfs/features/");
	fake_put(&f, "", "sys/fs/btrfs/%s/devices/xvdb", uuid);
	fake_put(&f, "", "sys/fs/btrfs/%s/devices/xvdc", uuid);
	fake_put(&f, "data\n", "sys/fs/btrfs/%s/label", uuid);
	/* two devices of another one, that udev alone knows */
	fake_udev(&f, "202:49", "btrfs", "other", NULL);
	fake_disk(&f, "xvde", "202:64", 30000, 51776);
	fake_udev(&f, "202:64", "btrfs", "other", NULL);
	fake_mounts(&f, ROOT_ON("0:33", "overlay",
				"overlay") "21 20 0:50 /@home /home rw - btrfs /dev/xvdc "
					   "rw,space_cache,subvolid=258,subvol=/@home\n"
					   "22 20 0:50 /@ /sysroot rw - btrfs /dev/xvdc "
					   "rw,subvolid=257,subvol=/@\n"
					   "23 20 0:50 /@home/me/x /srv rw - btrfs "
					   "/dev/xvdb rw,subvolid=258,subvol=/@home\n");
	check(&f,
	      "0/extents/0=xvdb\n0/extents/0/length=5120000\n0/extents/0/offset=0\n"
	      "0/extents/0/target=1\n"
	      "0/extents/1=xvdc\n0/extents/1/length=10240000\n0/extents/1/offset=0\n"
	      "0/extents/1/target=2\n"
	      "0/filesystem=btrfs\n0/mount_points/0=/home\n0/mount_points/1=/sysroot\n"
	      "0/name=/dev/xvdb(0c7a3a53-31de-4f63-8f8c-0b8f5e6c1b11)\n0/size=15360000\n"
	      "0/volume_name=data\n"
	      "1/extents/0=xvdd\n1/extents/0/length=5120000\n1/extents/0/offset=4096\n"
	      "1/extents/0/target=3\n"
	      "1/extents/1=xvde\n1/extents/1/length=15360000\n1/extents/1/offset=0\n"
	      "1/extents/1/target=4\n"
	      "1/filesystem=btrfs\n1/name=/dev/xvdd1(other)\n1/size=20480000\n",
	      "btrfs: one volume of all its devices, mounted where its subvolumes are");
}

static void test_zfs(void)
{
	struct fake f;
	char *questions;

	fake_init(&f);
	fake_disk(&f, "xvda", "202:0", 1000000, 51712);
	fake_partition(&f, "xvda", "xvda1", "202:1", 1, 2048, 10000);
	fake_partition(&f, "xvda", "xvda2", "202:2", 2, 20000, 500000);
	fake_disk(&f, "xvdb", "202:16", 1000000, 51728);
	fake_udev(&f, "202:2", "zfs_member", "123", "rpool");
	fake_udev(&f, "202:16", "zfs_member", "456", "away"); /* not imported */
	fake_mounts(
		&f,
		ROOT_ON("0:30", "zfs",
			"rpool/ROOT/debian") "21 20 0:31 / /home rw - zfs rpool/home rw\n"
					     "22 20 0:32 / /a rw - zfs apool rw\n"
					     "23 20 0:31 / /home2 rw - zfs rpool/home "
					     "rw\n");
	questions = fake_questions(&f);
	is_str(questions, "2 0:32 /a\n3 0:30 /\n3 0:31 /home /home2\n",
	       "each dataset of a pool is asked, once");
	free(questions);
	check(&f,
	      "0/extents/0=xvda\n0/extents/0/length=5120000\n0/extents/0/offset=1048576\n"
	      "0/extents/0/target=0\n0/name=/dev/xvda1\n0/size=5120000\n"
	      "1/extents/0=xvdb\n1/extents/0/length=512000000\n1/extents/0/offset=0\n"
	      "1/extents/0/target=1\n1/filesystem=zfs_member\n1/name=/dev/xvdb(456)\n"
	      "1/size=512000000\n1/volume_name=away\n"
	      "2/filesystem=zfs\n2/mount_points/0=/a\n2/name=apool\n"
	      "3/extents/0=xvda\n3/extents/0/length=256000000\n"
	      "3/extents/0/offset=10240000\n3/extents/0/target=0\n"
	      "3/filesystem=zfs\n3/mount_points/0=/\n3/mount_points/1=/home\n"
	      "3/mount_points/2=/home2\n3/name=rpool\n",
	      "ZFS: a pool is one volume, on the disks that name it");
}

/* A disk xvda with partitions from 1 to @count. */
static void many_partitions(struct fake *f, int count, long long sectors)
{
	fake_disk(f, "xvda", "202:0", sectors, 51712);
	for (int i = 1; i <= count; i++) {
		char name[16], dev[16];

		(void)snprintf(name, sizeof(name), "xvda%d", i);
		(void)snprintf(dev, sizeof(dev), "202:%d", i);
		fake_partition(f, "xvda", name, dev, i, 2048 * i, 2000);
	}
}

static void test_mounts(void)
{
	struct fake f;
	char *questions;

	fake_init(&f);
	many_partitions(&f, 8, 1000000);
	fake_mounts(
		&f,
		ROOT_ON("202:1", "ext4",
			"/dev/xvda1") "21 20 202:1 /var/lib/x /etc/hosts rw - ext4 "
				      "/dev/xvda1 rw\n"
				      "22 20 202:2 / /mnt/with\\040space rw - xfs "
				      "/dev/xvda2 rw\n"
				      "23 20 202:3 / /over rw - xfs /dev/xvda3 rw\n"
				      "24 23 202:4 / /over rw - xfs /dev/xvda4 rw\n"
				      "25 20 0:60 / /nfs rw - nfs server:/ rw\n"
				      "26 25 202:5 / /nfs/below rw - xfs /dev/xvda5 rw\n"
				      "27 20 202:6 / /ntfs rw - fuseblk /dev/xvda6 rw\n"
				      "28 20 0:61 / /auto rw - autofs systemd-1 rw\n"
				      "29 28 202:7 / /auto rw - vfat /dev/xvda7 rw\n"
				      "30 20 202:8 /only /bound rw - ocfs2 /dev/xvda8 "
				      "rw\n"
				      "31 20 202:2 / /again rw - xfs /dev/xvda2 rw\n");
	questions = fake_questions(&f);
	is_str(questions,
	       "0 202:1 / /etc/hosts\n1 202:2 /again /mnt/with space\n3 202:4 /over\n",
	       "asked is only what answers, by ways that answer, and never twice");
	free(questions);
	fake_udev(&f, "202:6", "ntfs", NULL, NULL);
	{
		autofree char *got = fake_tree(&f);

		ok(strstr(got, "\n0/mount_points/0=/\n0/name"),
		   "a bind mount is not told");
		ok(strstr(got, "\n1/mount_points/0=/again\n1/mount_points/1=/mnt/with "
			       "space\n"),
		   "one volume, two mount points, with a space");
		ok(strstr(got, "\n2/filesystem=xfs\n2/name="),
		   "what is mounted over is not told as a mount point");
		ok(strstr(got, "\n3/mount_points/0=/over\n"), "but what is above it");
		ok(strstr(got, "\n4/mount_points/0=/nfs/below\n"),
		   "what is below NFS is told, not asked");
		ok(strstr(got, "\n5/filesystem=ntfs\n5/mount_points/0=/ntfs\n"),
		   "so is FUSE on a disk, by the type that udev knows");
		ok(strstr(got, "\n6/mount_points/0=/auto\n"), "and what autofs mounted");
		ok(strstr(got, "\n7/mount_points/0=/bound\n"),
		   "a directory is told when nothing else of a volume is mounted");
		ok(!strstr(got, "/free="), "nothing is free before it was asked");
	}
	fake_done(&f);
}

static void test_bounds(void)
{
	struct fake f;
	char *got;
	size_t mounts = 0, volumes = 0;
	char *text = calloc(1, 40 * 100), *p = text;

	fake_init(&f);
	many_partitions(&f, 100, 100000000);
	p += sprintf(p, "%s", ROOT_ON("202:1", "ext4", "x"));
	for (int i = 0; i < 40; i++)
		p += sprintf(p, "%d 20 202:1 / /m%d rw - ext4 x rw\n", 100 + i, i);
	fake_mounts(&f, text);
	got = fake_tree(&f);
	for (char *q = got; (q = strstr(q, "mount_points/")); q++)
		mounts++;
	for (char *q = got; (q = strstr(q, "/name=")); q++)
		volumes++;
	is_int((long long)mounts, 16, "mount points have a bound");
	ok(volumes > 40 && volumes < 60, "volumes have one, by the nodes of the store");
	free(got);
	free(text);
	fake_done(&f);
}

int main(void)
{
	test_partitions();
	test_many_disks();
	test_other_disks();
	test_no_disks();
	test_lvm();
	test_luks_and_md();
	test_multipath();
	test_btrfs();
	test_zfs();
	test_mounts();
	test_bounds();
	return tap_done();
}
