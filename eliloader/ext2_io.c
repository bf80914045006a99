/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/ext2_io.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"

/* An image may say that its directories go on for ever.  An overlay of 64 MiB into blocks
 * of 1 KiB takes under a million requests. */
#define REQUESTS_MAX 2000000

struct ext2_file {
	struct struct_io_channel channel;
	int fd;
	uint64_t size;	   /* bytes */
	uint64_t requests; /* still allowed */
};

static struct ext2_file *file_of(io_channel channel)
{
	return channel->private_data;
}

/* Where @count blocks, or when it is negative so many bytes, from @block on lie. */
static errcode_t place(io_channel channel, unsigned long long block, int count,
		       uint64_t *ret_at, size_t *ret_len)
{
	struct ext2_file *f = file_of(channel);
	uint64_t at, len;

	if (f->requests == 0)
		return EXT2_ET_CANCEL_REQUESTED;
	f->requests--;
	len = count < 0 ? (uint64_t)(-(int64_t)count)
			: (uint64_t)count * (unsigned)channel->block_size;
	if (__builtin_mul_overflow(block, (unsigned)channel->block_size, &at) ||
	    at > f->size || len > f->size - at)
		return EXT2_ET_SHORT_READ;
	*ret_at = at;
	*ret_len = (size_t)len;
	return 0;
}

static errcode_t read_at(int fd, uint64_t at, char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = pread(fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EXT2_ET_SHORT_READ;
		data += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static errcode_t write_at(int fd, uint64_t at, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		data += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static errcode_t read_blk64(io_channel channel, unsigned long long block, int count,
			    void *data)
{
	uint64_t at = 0;
	size_t len = 0;
	errcode_t err = place(channel, block, count, &at, &len);

	return err ? err : read_at(file_of(channel)->fd, at, data, len);
}

static errcode_t write_blk64(io_channel channel, unsigned long long block, int count,
			     const void *data)
{
	uint64_t at = 0;
	size_t len = 0;
	errcode_t err = place(channel, block, count, &at, &len);

	return err ? err : write_at(file_of(channel)->fd, at, data, len);
}

static errcode_t read_blk(io_channel channel, unsigned long block, int count, void *data)
{
	return read_blk64(channel, block, count, data);
}

static errcode_t write_blk(io_channel channel, unsigned long block, int count,
			   const void *data)
{
	return write_blk64(channel, block, count, data);
}

static errcode_t write_byte(io_channel channel, unsigned long offset, int count,
			    const void *data)
{
	const struct ext2_file *f = file_of(channel);

	if (count < 0 || offset > f->size || (unsigned)count > f->size - offset)
		return EXT2_ET_SHORT_WRITE;
	return write_at(f->fd, offset, data, (size_t)count);
}

static errcode_t open_fd(const char *name, int flags, io_channel *channel)
{
	struct ext2_file *f;
	struct stat st;
	uint64_t fd;

	(void)flags; /* the descriptor was opened for both */
	if (io_parse_u64(name, INT32_MAX, &fd) < 0)
		return EXT2_ET_BAD_DEVICE_NAME;
	if (fstat((int)fd, &st) < 0)
		return errno;
	f = calloc(1, sizeof(*f));
	if (!f)
		return EXT2_ET_NO_MEMORY;
	f->fd = (int)fd;
	f->size = (uint64_t)st.st_size;
	f->requests = REQUESTS_MAX;
	f->channel.magic = EXT2_ET_MAGIC_IO_CHANNEL;
	f->channel.manager = &ext2_io_manager;
	f->channel.block_size = 1024;
	f->channel.refcount = 1;
	f->channel.private_data = f;
	*channel = &f->channel;
	return 0;
}

static errcode_t close_fd(io_channel channel)
{
	if (--channel->refcount == 0)
		free(file_of(channel));
	return 0;
}

static errcode_t set_blksize(io_channel channel, int size)
{
	channel->block_size = size;
	return 0;
}

/* Nothing is held back. */
static errcode_t flush(io_channel channel)
{
	(void)channel;
	return 0;
}

static errcode_t set_option(io_channel channel, const char *option, const char *arg)
{
	(void)channel;
	(void)option;
	(void)arg;
	return EXT2_ET_INVALID_ARGUMENT;
}

struct struct_io_manager ext2_io_manager = {
	.magic = EXT2_ET_MAGIC_IO_MANAGER,
	.name = "descriptor",
	.open = open_fd,
	.close = close_fd,
	.set_blksize = set_blksize,
	.read_blk = read_blk,
	.write_blk = write_blk,
	.flush = flush,
	.write_byte = write_byte,
	.set_option = set_option,
	.read_blk64 = read_blk64,
	.write_blk64 = write_blk64,
};
