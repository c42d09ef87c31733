#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "identity.h"
#include "ipc.h"
#include "wipe.h"

struct mount_point {
	const char *path;
	bool is_required;
	int descriptor;
	mode_t mode;
};

/* statfs(2). */
enum { TMPFS_TYPE = 0x01021994 };
enum { WORKSPACE = 0, MOUNT_COUNT = 4, PERMISSION_BITS = 07777 };

static struct mount_point mounts[MOUNT_COUNT] = {
	{.path = "/workspace", .is_required = true, .descriptor = -1},
	{.path = "/tmp", .is_required = true, .descriptor = -1},
	{.path = "/dev/shm", .is_required = false, .descriptor = -1},
	{.path = "/dev/mqueue", .is_required = false, .descriptor = -1},
};

static bool is_writable(const struct stat *there)
{
	mode_t right = there->st_uid == PROGRAM_UID ? S_IWUSR : there->st_gid == PROGRAM_GID ? S_IWGRP : S_IWOTH;
	return (there->st_mode & right) != 0;
}

static const char *open_each(void)
{
	for (int index = 0; index < MOUNT_COUNT; index++) {
		struct mount_point *mount = &mounts[index];
		struct stat there;
		mount->descriptor = open(mount->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (mount->descriptor < 0 && errno == ENOENT && !mount->is_required)
			continue;
		if (mount->descriptor < 0 || fstat(mount->descriptor, &there) != 0)
			return mount->path;
		mount->mode = there.st_mode & PERMISSION_BITS;
		/* Told now rather than by each program: an engine may give a tmpfs another owner or mode than it was asked for. */
		if (mount->is_required && !is_writable(&there)) {
			errno = EACCES;
			return mount->path;
		}
	}
	return fchdir(mounts[WORKSPACE].descriptor) == 0 ? NULL : mounts[WORKSPACE].path;
}

const char *mounts_open(void)
{
	/* As the program, whose they are: the agent has no capability to look into a folder of somebody else's. */
	identity_act_as_program();
	const char *failed = open_each();
	int error = errno;
	identity_act_as_agent();
	errno = error;
	return failed;
}

uint64_t mounts_outside_bytes(void)
{
	uint64_t bytes = 0;
	struct statfs there;
	for (int index = 0; index < MOUNT_COUNT; index++)
		if (mounts[index].descriptor >= 0 && fstatfs(mounts[index].descriptor, &there) == 0 && there.f_type != TMPFS_TYPE &&
		    there.f_blocks > there.f_bfree)
			bytes += (uint64_t)(there.f_blocks - there.f_bfree) * (uint64_t)there.f_bsize;
	return bytes;
}

int mounts_workspace(void)
{
	return mounts[WORKSPACE].descriptor;
}

int mounts_empty(const char **where)
{
	identity_act_as_program();
	*where = "System V IPC";
	int error = ipc_remove_all();
	for (int index = 0; error == 0 && index < MOUNT_COUNT; index++) {
		*where = mounts[index].path;
		if (mounts[index].descriptor >= 0)
			error = wipe_folder(mounts[index].descriptor, mounts[index].mode);
	}
	identity_act_as_agent();
	return error;
}
