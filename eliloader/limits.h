/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits - every bound on what comes from outside, with its reason.
 */
#pragma once

#define MIB (1024ULL * 1024)

/* Defaults of the sizes a VM may raise (VM.platform pv-kernel-max-size ...) or the host
 * (xenstore /mh/limits, /etc/eliloader.conf), and what nobody but the configuration file
 * may go past.  Kernels of 2026 are 8-16 MiB packed and 60-70 unpacked; installers'
 * ramdisks 40-200 MiB (Debian 41, EL 9 and Fedora over 100). */
#define KERNEL_MAX_DEFAULT  (64 * MIB)
#define RAMDISK_MAX_DEFAULT (512 * MIB)
#define KERNEL_MAX_CEILING  (256 * MIB)
#define RAMDISK_MAX_CEILING (2048 * MIB)
/* Unpacked: Xen's own limit is 1 GiB (tools/libs/guest/xg_dom_core.c); a vmlinux that is
 * handed over unpacked lies in dom0's file system for a moment. */
#define UNPACKED_MAX_DEFAULT (256 * MIB)

#define REPORT_MAX     (4 * MIB)  /* what a disk worker says; 256 entries are < 1 MiB */
#define METADATA_MAX   (4 * MIB)  /* .treeinfo, content, SHA256SUMS, InRelease: < 1 MiB */
#define RECORD_MAX     (1 * MIB)  /* a record file, a state file, eliloader.conf */
#define XAPI_REPLY_MAX (16 * MIB) /* VM.get_record is about 10 KiB */
#define MAP_FILE_MAX   (1 * MIB)  /* an initrd fix-up map */
#define OVERLAY_MAX    (64 * MIB) /* an initrd overlay: 0.5-3 MiB */

#define URL_LEN_MAX   1024 /* bytes of a repository's address, NUL included */
#define REPO_PATH_MAX 256  /* bytes of a file's path in a repository, NUL included */
#define VALUE_MAX     1024 /* bytes of any other value of a record, NUL included */
#define ARGS_MAX                                                                         \
	2048		  /* kernel command line: COMMAND_LINE_SIZE of x86 Linux; libxl
				 * drops records over 8191 */
#define CANDIDATES_MAX 32 /* pairs to look for in one repository */
#define LIST_MAX       64 /* entries of a list of eliloader.conf; the job has all hosts */

#define REDIRECTS_MAX	  8
#define CONNECT_TIMEOUT_S 20
#define STALL_BYTES_S	  1024 /* on average over the stall time-out, else it stalls */
#define STALL_TIMEOUT_S	  30   /* hardly a byte for so long */
#define SECONDS_MAX	  3600 /* a time-out of the configuration or of a job */
#define FETCH_TRIES	  4    /* of one file, each going on where the last ended */
#define TRIES_MAX	  100  /* what the configuration or a job may set that to */
#define XAPI_TIMEOUT_S	  30   /* one call */
#define WORKER_SILENCE_S  300  /* no message from a worker: it is ended */
#define WORKER_MEMORY_MAX (384 * MIB) /* RLIMIT_AS; zstd and xz windows, TLS */
/* grub-fstest: one run of it is one command.  A run takes 5 ms; it needs 20 MiB for the
 * largest trees seen.  A boot takes 5-15 runs, a disk with a configuration on each of its
 * many partitions 50.  What a disk can make it do shall be over in 10 s, and a partition
 * that it cannot cope with shall not keep others from being read: so CPU time counts, of
 * each run and of all, and of one that streams by the file's size (it reads 500 MiB/s,
 * unpacking 100).  The clock is for slow disks; what is left of the 10 s is for the start's
 * other parts.  On the slowest dom0 seen (an emulated one beside others) a run takes 0.35 to
 * 0.75 s, all of it CPU time: a boot of nine runs is still one there. */
#define DISK_RUNS_MAX	    200
#define DISK_RUN_CPU_S	    2
#define DISK_LONG_CPU_S	    1 /* of one that also asks for sizes: else without (disk_ls.h) */
#define DISK_CPU_MAX_S	    7	/* of all runs but those that stream */
#define DISK_TIME_MAX_S	    8	/* the same by the clock */
#define DISK_STREAM_MAX_S   300 /* a kernel or ramdisk: 2 GiB from a slow disk */
#define DISK_STREAM_STALL_S 60	/* not a byte of one */
#define DISK_STREAM_CPU_S   3	/* CPU time of one, and a second for each ... */
#define DISK_STREAM_RATE    (50 * MIB)
#define DISK_MEMORY_MAX	    (256 * MIB) /* RLIMIT_AS of one run */
#define CACHE_SIZE_DEFAULT  (2048 * MIB)
#define INSTALL_ATTEMPTS    5 /* of an installer that leaves nothing, before we give up */
#define MENU_WAIT_MAX_S	    60 /* that nobody touches: a guest may want one for ever */
#define INSPECT_KERNELS	    16 /* that inspect looks into: each is read whole */
