/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * distros - the table of distributions: families, where their media keep kernel and
 * ramdisk, and what their installers are told.  Data only: a new medium is a line.
 * Source: contract par. 2, 3, 5
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
	MEDIA_ALPINE,
	MEDIA_ARCH,
	MEDIA_MAGEIA,
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
	const char *name; /* install-distro */
	unsigned rounds;
	bool network, cdrom;	  /* where it can be installed from */
	bool treeinfo;		  /* look for .treeinfo first */
	bool dom0_files;	  /* rhel41, rhel44: kernel and ramdisk are dom0's */
	const struct pair *pairs; /* in the order of probing; ends with kernel NULL */
};

const struct distro *distro_find(const char *name);
/* For --help and messages: NULL past the end. */
const struct distro *distro_at(size_t index);

/* The words for one kind of installer.  In texts: %U the repository, %P the password. */
struct media_words {
	const char *name;	      /* "Anaconda" */
	const char *repository;	      /* "inst.repo=%U"; NULL: none */
	const char *repository_cdrom; /* NULL: none */
	const char *vnc;
	const char *vncpassword;
	bool nfs_colon; /* wants nfs:server:/path, not nfs://server/path */
};
const struct media_words *media_words(enum media media);
