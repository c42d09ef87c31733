#include "workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

enum { FOLDER_MODE = 0755, FILE_MODE = 0644 };

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens the folder `name`, made if need be; closes `parent` unless it is `root`. -1 with errno. */
static int descend(int root, int parent, const char *name)
{
	int folder = open_folder(parent, name);
	if (folder < 0 && errno == ENOENT && mkdirat(parent, name, FOLDER_MODE) == 0)
		folder = open_folder(parent, name);
	int error = errno;
	if (parent != root)
		close(parent);
	errno = error;
	return folder;
}

static int create(int folder, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int file = openat(folder, name, flags, FILE_MODE);
	if (file >= 0 || errno != EEXIST)
		return file;
	struct stat there;
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISREG(there.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (unlinkat(folder, name, 0) != 0)
		return -1;
	return openat(folder, name, flags, FILE_MODE);
}

static int write_all(int file, const uint8_t *content, size_t bytes)
{
	while (bytes > 0) {
		ssize_t written = write(file, content, bytes);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? errno : ENOSPC;
		content += written;
		bytes -= (size_t)written;
	}
	return 0;
}

static int write_new(int folder, const char *name, const struct file_request *request)
{
	int file = create(folder, name);
	if (file < 0)
		return errno;
	int error = write_all(file, request->content, request->content_bytes);
	if (close(file) != 0 && error == 0)
		error = errno;
	if (error != 0)
		unlinkat(folder, name, 0);
	return error;
}

int workspace_write(int root, const struct file_request *request)
{
	char path[PATH_MAX_NAME_BYTES + 1];
	int error = path_check(request->name, request->name_bytes);
	if (error != 0)
		return error;
	memcpy(path, request->name, request->name_bytes);
	path[request->name_bytes] = 0;

	int folder = root;
	char *name = path;
	for (char *slash = strchr(name, '/'); slash != NULL; slash = strchr(name, '/')) {
		*slash = 0;
		folder = descend(root, folder, name);
		if (folder < 0)
			return errno;
		name = slash + 1;
	}
	error = write_new(folder, name, request);
	if (folder != root)
		close(folder);
	return error;
}
