/*
 * Every way out of the workspace that preview 1 has words for, by its raw calls: the C library, which would tidy the paths, is not asked.
 * One line an attempt: "refused" when the host answered that it is beyond what was granted, else the error's number, or "done".
 */
#include <stdio.h>
#include <string.h>
#include <wasi/api.h>

static const __wasi_fd_t granted[] = { 3, 4 };
static const char *const paths[] = {
	"..", "../etc/passwd", "/etc/passwd", "/", "//etc/passwd", "./../etc", "folder/../../etc/passwd", "folder/../..",
	"up", "up/passwd", "folder/again/passwd", "loop/../../x",
};

static void tell(const char *call, const char *path, __wasi_errno_t error)
{
	if (error == __WASI_ERRNO_NOTCAPABLE)
		printf("%s %s refused\n", call, path);
	else if (error == __WASI_ERRNO_SUCCESS)
		printf("%s %s done\n", call, path);
	else
		printf("%s %s error %d\n", call, path, error);
}

static __wasi_errno_t open_at(__wasi_fd_t folder, const char *path, __wasi_oflags_t how, __wasi_fd_t *opened)
{
	const __wasi_rights_t rights = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE;
	return __wasi_path_open(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, how, rights, rights, 0, opened);
}

/* Fails at once when the ground is not as the attempts need it: then their refusals would prove nothing. */
static int prepare(void)
{
	__wasi_fd_t file;

	if (__wasi_path_create_directory(3, "folder") != 0 || __wasi_path_symlink("../../etc", 3, "up") != 0)
		return 0;
	if (__wasi_path_symlink("../up", 3, "folder/again") != 0 || __wasi_path_symlink("folder", 3, "loop") != 0)
		return 0;
	tell("control:", "a file of its own", open_at(3, "own", __WASI_OFLAGS_CREAT, &file));
	tell("control:", "a link of its own", __wasi_path_symlink("own", 3, "link"));
	return open_at(3, "link", 0, &file) == 0;
}

static void try_path(__wasi_fd_t folder, const char *path)
{
	__wasi_fd_t opened;
	__wasi_filestat_t about;
	const int is_link = strcmp(path, "up") == 0;

	tell("open", path, open_at(folder, path, 0, &opened));
	tell("create", path, open_at(folder, path, __WASI_OFLAGS_CREAT, &opened));
	tell("open folder", path, open_at(folder, path, __WASI_OFLAGS_DIRECTORY, &opened));
	tell("stat", path, __wasi_path_filestat_get(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, &about));
	tell("times", path, __wasi_path_filestat_set_times(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, 0, 0, __WASI_FSTFLAGS_MTIM));
	/* These speak of the link itself, which is the module's own. */
	if (is_link)
		return;
	tell("make folder", path, __wasi_path_create_directory(folder, path));
	tell("remove folder", path, __wasi_path_remove_directory(folder, path));
	tell("unlink", path, __wasi_path_unlink_file(folder, path));
	tell("rename from", path, __wasi_path_rename(folder, path, 3, "stolen"));
	tell("rename to", path, __wasi_path_rename(3, "own", folder, path));
	tell("plant link", path, __wasi_path_symlink("own", folder, path));
}

static void try_planted(void)
{
	static const char *const targets[] = { "/etc/passwd", "/", "/workspace/own" };

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		tell("link to", targets[i], __wasi_path_symlink(targets[i], 3, "planted"));
}

/* Nothing is open that was not granted, and no call makes one descriptor into another kind. */
static void try_descriptors(void)
{
	__wasi_prestat_t granted_as;
	__wasi_fdstat_t about;
	__wasi_fd_t opened;

	for (__wasi_fd_t number = 7; number < 300; number++)
		if (__wasi_fd_fdstat_get(number, &about) == 0 || __wasi_fd_prestat_get(number, &granted_as) == 0)
			printf("descriptor %d is open\n", number);
	for (__wasi_fd_t stream = 0; stream < 3; stream++)
		if (open_at(stream, "etc/passwd", 0, &opened) == 0 || open_at(stream, "/etc/passwd", 0, &opened) == 0)
			printf("descriptor %d is a folder\n", stream);
	if (open_at((__wasi_fd_t)-1, "etc/passwd", 0, &opened) == 0 || open_at((__wasi_fd_t)-100, "etc/passwd", 0, &opened) == 0)
		puts("AT_FDCWD is a folder");
}

int main(void)
{
	if (!prepare()) {
		puts("the ground could not be prepared");
		return 1;
	}
	for (size_t at = 0; at < sizeof granted / sizeof *granted; at++)
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
			try_path(granted[at], paths[i]);
	try_planted();
	try_descriptors();
	return 0;
}
