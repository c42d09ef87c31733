#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "clock.h"

enum { ENTRIES_BYTES = 16384, ATTRIBUTES_BYTES = 65536, TIME_LIMIT_US = 10000000, PERMISSION_BITS = 07777 };

/* getdents64(2)'s own form. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

static _Alignas(struct entry) char entries[ENTRIES_BYTES];
static char attributes[ATTRIBUTES_BYTES];

static bool is_self_or_parent(const char *name)
{
	return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static int open_inside(int folder, const char *name)
{
	return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens a folder that could not be removed because it is not empty, giving ourselves every right to it first. */
static int enter(int folder, const char *name)
{
	struct stat there;
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISDIR(there.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if ((there.st_mode & S_IRWXU) != S_IRWXU && fchmodat(folder, name, S_IRWXU, 0) != 0)
		return -1;
	return open_inside(folder, name);
}

/*
 * Removes what can be removed of one folder's entries. Gives the descriptor of a folder in it that has entries of its own,
 * -1 when there is none left, -2 with errno when something cannot be removed. `*is_empty` is for the case -1: whether the reading saw nothing at all.
 */
static int remove_entries(int folder, bool *is_empty)
{
	*is_empty = true;
	if (lseek(folder, 0, SEEK_SET) != 0)
		return -2;
	for (;;) {
		long bytes = syscall(SYS_getdents64, folder, entries, sizeof entries);
		if (bytes < 0)
			return -2;
		if (bytes == 0)
			return -1;
		for (long at = 0; at < bytes;) {
			const struct entry *entry = (const struct entry *)(entries + at);
			at += entry->bytes;
			if (is_self_or_parent(entry->name))
				continue;
			*is_empty = false;
			if (unlinkat(folder, entry->name, 0) == 0)
				continue;
			if (errno != EISDIR && errno != EPERM)
				return -2;
			if (unlinkat(folder, entry->name, AT_REMOVEDIR) == 0)
				continue;
			if (errno != ENOTEMPTY && errno != EEXIST)
				return -2;
			int inside = enter(folder, entry->name);
			return inside < 0 ? -2 : inside;
		}
	}
}

static int restore_root(int root, mode_t root_mode)
{
	struct stat there;
	if (fstat(root, &there) != 0)
		return errno;
	if ((there.st_mode & PERMISSION_BITS) != root_mode && fchmod(root, root_mode) != 0)
		return errno;
	/* Only the owner of the root can have added any; where attributes do not exist at all there is nothing to take away. */
	ssize_t bytes = there.st_uid == geteuid() ? flistxattr(root, attributes, sizeof attributes) : 0;
	for (ssize_t at = 0; at < bytes; at += (ssize_t)strlen(attributes + at) + 1)
		if (strncmp(attributes + at, "security.", 9) != 0 && fremovexattr(root, attributes + at) != 0)
			return errno;
	return 0;
}

int wipe_folder(int root, mode_t root_mode)
{
	uint64_t deadline_us = clock_now_us() + TIME_LIMIT_US;
	int error = restore_root(root, root_mode);
	int folder = root;
	unsigned long depth = 0;
	while (error == 0) {
		bool is_empty;
		int next = remove_entries(folder, &is_empty);
		if (next == -1 && depth == 0 && is_empty)
			return 0;
		if (next == -1 && !is_empty) {
			/* Entries can be missed while others are being removed: read again until a reading shows none. */
			next = folder;
		} else if (next == -1) {
			depth--;
			next = depth == 0 ? root : open_inside(folder, "..");
		} else if (next >= 0) {
			depth++;
		}
		if (next < 0)
			error = errno;
		else if (clock_now_us() > deadline_us)
			error = EBUSY;
		if (folder != root && folder != next)
			close(folder);
		folder = next < 0 ? root : next;
	}
	if (folder != root)
		close(folder);
	return error;
}
