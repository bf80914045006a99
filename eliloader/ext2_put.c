/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/ext2_put.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DIR_MODE    0755 /* of directories that the archive does not name */
#define SYMLINK_MAX 1024

/* libext2fs' calls that add a name fail when the directory's blocks are full. */
#define WITH_ROOM(fs, dir, call)                                                         \
	({                                                                               \
		errcode_t err_ = (call);                                                 \
		if (err_ == EXT2_ET_DIR_NO_SPACE) {                                      \
			err_ = ext2fs_expand_dir(fs, dir);                               \
			if (!err_)                                                       \
				err_ = (call);                                           \
		}                                                                        \
		err_;                                                                    \
	})

static void set_owner(struct ext2_inode *inode, const struct newc_entry *e)
{
	inode->i_mode = (uint16_t)((inode->i_mode & S_IFMT) | (e->mode & 07777));
	inode->i_uid = (uint16_t)e->uid;
	ext2fs_set_i_uid_high(*inode, (uint16_t)(e->uid >> 16));
	inode->i_gid = (uint16_t)e->gid;
	ext2fs_set_i_gid_high(*inode, (uint16_t)(e->gid >> 16));
	inode->i_atime = inode->i_ctime = inode->i_mtime = e->mtime;
}

static errcode_t change_owner(struct ext2_put *p, ext2_ino_t ino,
			      const struct newc_entry *e)
{
	struct ext2_inode inode;
	errcode_t err = ext2fs_read_inode(p->fs, ino, &inode);

	if (err)
		return err;
	set_owner(&inode, e);
	return ext2fs_write_inode(p->fs, ino, &inode);
}

static errcode_t make_dir(struct ext2_put *p, ext2_ino_t dir, const char *name,
			  uint32_t mtime, ext2_ino_t *ret)
{
	struct newc_entry plain = { .mode = DIR_MODE, .mtime = mtime };
	errcode_t err = WITH_ROOM(p->fs, dir, ext2fs_mkdir(p->fs, dir, 0, name));

	if (!err)
		err = ext2fs_lookup(p->fs, dir, name, (int)strlen(name), NULL, ret);
	return err ? err : change_owner(p, *ret, &plain);
}

/* The directory that holds @path, made where it is missing; @path is written over and
 * *@ret_name is its last part. */
static errcode_t find_parent(struct ext2_put *p, char *path, uint32_t mtime,
			     ext2_ino_t *ret_dir, char **ret_name)
{
	ext2_ino_t dir = EXT2_ROOT_INO, next;
	char *name = path, *slash;
	errcode_t err = 0;

	for (; !err && (slash = strchr(name, '/')); name = slash + 1, dir = next) {
		*slash = '\0';
		err = ext2fs_namei_follow(p->fs, EXT2_ROOT_INO, dir, name, &next);
		if (err == EXT2_ET_FILE_NOT_FOUND)
			err = make_dir(p, dir, name, mtime, &next);
		if (!err)
			err = ext2fs_check_directory(p->fs, next);
	}
	*ret_dir = dir;
	*ret_name = name;
	return err;
}

/* Give back what an inode without a name holds. */
static errcode_t release(struct ext2_put *p, ext2_ino_t ino, struct ext2_inode *inode,
			 uint32_t now)
{
	errcode_t err;

	inode->i_links_count = 0;
	inode->i_dtime = now;
	err = ext2fs_write_inode(p->fs, ino, inode);
	if (!err && ext2fs_inode_has_valid_blocks2(p->fs, inode))
		err = ext2fs_punch(p->fs, ino, inode, NULL, 0, ~0ULL);
	if (!err)
		ext2fs_inode_alloc_stats2(p->fs, ino, -1, 0);
	return err;
}

/* Take the name away from what has it, which is no directory. */
static errcode_t remove_name(struct ext2_put *p, ext2_ino_t dir, const char *name,
			     uint32_t now)
{
	struct ext2_inode inode;
	ext2_ino_t ino;
	errcode_t err = ext2fs_lookup(p->fs, dir, name, (int)strlen(name), NULL, &ino);

	if (err == EXT2_ET_FILE_NOT_FOUND)
		return 0;
	if (!err)
		err = ext2fs_read_inode(p->fs, ino, &inode);
	if (!err && LINUX_S_ISDIR(inode.i_mode))
		err = EXT2_ET_DIR_EXISTS;
	/* those of the file system itself have no names in an honest image */
	if (!err && ino < EXT2_FIRST_INO(p->fs->super))
		err = EXT2_ET_BAD_INODE_NUM;
	if (!err)
		err = ext2fs_unlink(p->fs, dir, name, ino, 0);
	if (err)
		return err;
	if (inode.i_links_count <= 1)
		return release(p, ino, &inode, now);
	inode.i_links_count--;
	return ext2fs_write_inode(p->fs, ino, &inode);
}

static errcode_t copy_data(struct ext2_put *p, ext2_file_t file,
			   const struct newc_entry *e)
{
	uint64_t at = e->data_at, left = e->size;
	char buf[65536];

	while (left > 0) {
		unsigned n = left < sizeof(buf) ? (unsigned)left : sizeof(buf), written;
		errcode_t err;

		if (unpack_in_read(p->archive, at, buf, n) < 0)
			return EXT2_ET_SHORT_READ;
		err = ext2fs_file_write(file, buf, n, &written);
		if (err)
			return err;
		if (written != n)
			return EXT2_ET_SHORT_WRITE;
		at += n;
		left -= n;
	}
	return 0;
}

static errcode_t write_data(struct ext2_put *p, ext2_ino_t ino,
			    const struct newc_entry *e)
{
	ext2_file_t file;
	errcode_t err, closed;

	if (e->size == 0)
		return 0;
	err = ext2fs_file_open(p->fs, ino, EXT2_FILE_WRITE, &file);
	if (err)
		return err;
	err = copy_data(p, file, e);
	closed = ext2fs_file_close(file);
	return err ? err : closed;
}

static int dirent_type(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFCHR:
		return EXT2_FT_CHRDEV;
	case S_IFBLK:
		return EXT2_FT_BLKDEV;
	case S_IFIFO:
		return EXT2_FT_FIFO;
	case S_IFSOCK:
		return EXT2_FT_SOCK;
	default:
		return EXT2_FT_REG_FILE;
	}
}

/* Devices: the old form where both numbers fit in a byte, else the new one. */
static void set_device(struct ext2_inode *inode, const struct newc_entry *e)
{
	uint32_t major = e->rdev_major, minor = e->rdev_minor;

	if (major < 256 && minor < 256)
		inode->i_block[0] = major << 8 | minor;
	else
		inode->i_block[1] =
			(minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffU) << 12;
}

/* A new inode with that name; its data come later. */
static errcode_t make_node(struct ext2_put *p, ext2_ino_t dir, const char *name,
			   const struct newc_entry *e, ext2_ino_t *ret)
{
	struct ext2_inode inode = { .i_mode = (uint16_t)(e->mode & S_IFMT),
				    .i_links_count = 1 };
	ext2_ino_t ino;
	errcode_t err = ext2fs_new_inode(p->fs, dir, (int)e->mode, NULL, &ino);

	if (err)
		return err;
	err = WITH_ROOM(p->fs, dir,
			ext2fs_link(p->fs, dir, name, ino, dirent_type(e->mode)));
	if (err)
		return err;
	ext2fs_inode_alloc_stats2(p->fs, ino, +1, 0);
	set_owner(&inode, e);
	if (S_ISCHR(e->mode) || S_ISBLK(e->mode))
		set_device(&inode, e);
	*ret = ino;
	return ext2fs_write_new_inode(p->fs, ino, &inode);
}

/* The inode that an earlier name of the same file was given; 0: none was. */
static ext2_ino_t earlier_name(const struct ext2_put *p, const struct newc_entry *e)
{
	for (size_t i = 0; e->nlink > 1 && i < p->links; i++)
		if (p->link[i].ino == e->ino && p->link[i].dev_major == e->dev_major &&
		    p->link[i].dev_minor == e->dev_minor)
			return p->link[i].is;
	return 0;
}

static errcode_t remember(struct ext2_put *p, const struct newc_entry *e, ext2_ino_t ino)
{
	if (e->nlink <= 1)
		return 0;
	if (p->links == EXT2_LINKS_MAX)
		return EMLINK;
	p->link[p->links].dev_major = e->dev_major;
	p->link[p->links].dev_minor = e->dev_minor;
	p->link[p->links].ino = e->ino;
	p->link[p->links++].is = ino;
	return 0;
}

static errcode_t add_name(struct ext2_put *p, ext2_ino_t dir, const char *name,
			  ext2_ino_t ino)
{
	struct ext2_inode inode;
	errcode_t err = ext2fs_read_inode(p->fs, ino, &inode);

	if (!err)
		err = WITH_ROOM(
			p->fs, dir,
			ext2fs_link(p->fs, dir, name, ino, dirent_type(inode.i_mode)));
	if (err)
		return err;
	inode.i_links_count++;
	return ext2fs_write_inode(p->fs, ino, &inode);
}

/* All but directories and symbolic links.  Of a file with several names the archive has
 * the data with the last. */
static errcode_t put_node(struct ext2_put *p, ext2_ino_t dir, const char *name,
			  const struct newc_entry *e)
{
	ext2_ino_t ino = earlier_name(p, e);
	errcode_t err;

	if (ino != 0) {
		err = add_name(p, dir, name, ino);
	} else {
		err = make_node(p, dir, name, e, &ino);
		if (!err)
			err = remember(p, e, ino);
	}
	return err || !S_ISREG(e->mode) ? err : write_data(p, ino, e);
}

static errcode_t put_symlink(struct ext2_put *p, ext2_ino_t dir, const char *name,
			     const struct newc_entry *e)
{
	char target[SYMLINK_MAX] = "";
	ext2_ino_t ino;
	errcode_t err;

	if (e->size == 0 || e->size >= sizeof(target) ||
	    unpack_in_read(p->archive, e->data_at, target, e->size) < 0)
		return EXT2_ET_INVALID_ARGUMENT;
	err = WITH_ROOM(p->fs, dir, ext2fs_symlink(p->fs, dir, 0, name, target));
	if (!err)
		err = ext2fs_lookup(p->fs, dir, name, (int)strlen(name), NULL, &ino);
	return err ? err : change_owner(p, ino, e);
}

static errcode_t put_dir(struct ext2_put *p, ext2_ino_t dir, const char *name,
			 const struct newc_entry *e)
{
	ext2_ino_t ino;
	errcode_t err = ext2fs_namei_follow(p->fs, EXT2_ROOT_INO, dir, name, &ino);

	if (err == EXT2_ET_FILE_NOT_FOUND)
		err = make_dir(p, dir, name, e->mtime, &ino);
	if (!err)
		err = ext2fs_check_directory(p->fs, ino);
	return err ? err : change_owner(p, ino, e);
}

errcode_t ext2_put(struct ext2_put *p, const struct newc_entry *entry)
{
	char path[NEWC_NAME_MAX];
	ext2_ino_t dir;
	char *name;
	errcode_t err;

	memcpy(path, entry->name, sizeof(path));
	if (path[0] == '\0')
		return 0; /* "." itself: the image has it */
	err = find_parent(p, path, entry->mtime, &dir, &name);
	if (err)
		return err;
	if (S_ISDIR(entry->mode))
		return put_dir(p, dir, name, entry);
	err = remove_name(p, dir, name, entry->mtime ? entry->mtime : 1);
	if (err)
		return err;
	if (S_ISLNK(entry->mode))
		return put_symlink(p, dir, name, entry);
	return put_node(p, dir, name, entry);
}
