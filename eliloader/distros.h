/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * distros - the table of distributions: families, where their media keep kernel and
 * ramdisk, and what their installers are told.  Data only: a new medium is a line.
 * Source: contract par. 2, 3, 5; for the words of installers: anaconda-boot-options,
 *         linuxrc's and Agama's documents, Alpine's and Arch's wiki, casper(7)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an installer wants to be told things. */
enum media {
	MEDIA_UNKNOWN,
	MEDIA_ANACONDA_OLD, /* method=, vnc, vncpassword= : EL <= 6, Fedora <= 16 */
	MEDIA_ANACONDA,	    /* inst.repo=, inst.vnc, inst.vncpassword= */
	MEDIA_YAST,	    /* install=, vnc=1 vncpassword= */
	MEDIA_AGAMA,	    /* SLES and Leap 16 */
	MEDIA_DEBIAN,	    /* debian-installer */
	MEDIA_CASPER,	    /* Ubuntu live */
	MEDIA_SUBIQUITY,    /* Ubuntu netboot from 23.10 */
	MEDIA_ALPINE,	    /* its virt flavour */
	MEDIA_ARCH,
	MEDIA_MAGEIA,
	MEDIA_ANACONDA_ANY, /* of an age that nothing tells: both kinds of words */
	MEDIA_ALPINE_LTS,
	MEDIA_PLAIN, /* a kernel that the user named: no words but his own */
	MEDIA_KINDS,
};

enum where { ON_NETWORK = 1, ON_CDROM = 2, ANYWHERE = 3 };

/* In paths: %R the release (debian-release), %A the architecture as the family writes it. */
struct pair {
	enum where where;
	const char *arch; /* "64", "32", NULL: any */
	const char *kernel, *ramdisk;
	enum media media;
	const char *sums; /* checksum list's path, NULL: none (see wire.h, SUMS_) */
};

struct distro {
	const char *name;	     /* install-distro */
	bool network, cdrom;	     /* where it can be installed from */
	bool treeinfo;		     /* look for .treeinfo first */
	bool dom0_files;	     /* rhel41, rhel44: kernel and ramdisk are dom0's */
	bool release;		     /* needs debian-release on the network */
	const char *arch32, *arch64; /* %A; NULL: not made for that */
	bool default32;	   /* without install-arch: 32 bits are looked for before 64 */
	enum media media;  /* of a medium that does not say what it is */
	enum media newest; /* what .treeinfo mostly tells of today's */
	const struct pair *pairs; /* in the order of probing; ends with kernel NULL */
};

const struct distro *distro_find(const char *name);
/* The table line by line, for lists in messages: NULL past the end. */
const struct distro *distro_at(size_t index);

/* The words for one kind of installer.  In texts: %U the repository's address, %A the
 * architecture as in paths, %N Anaconda's nfs:[OPTIONS:]server:/path/,
 * %S server:/path/ of nfs, %P the password. */
struct media_words {
	const char *name;	      /* "Anaconda" */
	const char *repository;	      /* "inst.repo=%U"; NULL: none */
	const char *repository_nfs;   /* the same for nfs; NULL: none */
	const char *repository_cdrom; /* NULL: none */
	const char *vnc;	      /* NULL: it has no VNC */
	const char *vncpassword;
};
/* Never NULL; anything unknown is MEDIA_UNKNOWN, which has no words. */
const struct media_words *media_words(enum media media);
