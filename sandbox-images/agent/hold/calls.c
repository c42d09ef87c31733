/*
 * The library calls by which an interpreter looks at a path, each of them: ask hold_before(), then the C library's own. They stand in front of those
 * of the C library because this library is loaded before it. What libc does within itself does not come by here, which is why realpath, fopen and opendir
 * have their own lines; the forms of old ABIs (__xstat) and of _FORTIFY_SOURCE (__open_2) are what distributions' binaries really call.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hold.h"

#define LIST(...) __VA_ARGS__

/* Not static where it is found: two threads may come first at once, and both write the same. */
#define NEXT(name, result, types)                            \
	static result(*next)(types);                         \
	if (next == NULL)                                    \
		*(void **)&next = dlsym(RTLD_NEXT, #name)

/* One call: its result, its parameters with types and without, where it looks, and what of its result says that it found something. */
#define CALL(result, name, types, parameters, arguments, directory, path, opens, is_found) \
	__attribute__((visibility("default"))) result name(parameters)                     \
	{                                                                                  \
		NEXT(name, result, LIST(types));                                           \
		enum hold_look look = hold_before(directory, path, opens);                 \
		result got = next(arguments);                                              \
		if (look == HOLD_ABSENT && (is_found))                                     \
			hold_contradicted();                                               \
		return got;                                                                \
	}

/* The mode is there only when a file may be made; passing on what is not there harms nobody. */
#define OPEN(name, types, parameters, arguments, directory)                                        \
	__attribute__((visibility("default"))) int name(parameters, int flags, ...)                \
	{                                                                                          \
		NEXT(name, int, LIST(types, int, ...));                                            \
		mode_t mode = 0;                                                                   \
		if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {                  \
			va_list more;                                                              \
			va_start(more, flags);                                                     \
			mode = va_arg(more, mode_t);                                               \
			va_end(more);                                                              \
		}                                                                                  \
		enum hold_look look = hold_before(directory, path, true);                          \
		int got = next(arguments, flags, mode);                                            \
		if (look == HOLD_ABSENT && got >= 0)                                               \
			hold_contradicted();                                                       \
		return got;                                                                        \
	}

OPEN(open, const char *, const char *path, path, AT_FDCWD)
OPEN(open64, const char *, const char *path, path, AT_FDCWD)
OPEN(openat, LIST(int, const char *), LIST(int folder, const char *path), LIST(folder, path), folder)
OPEN(openat64, LIST(int, const char *), LIST(int folder, const char *path), LIST(folder, path), folder)

#define AT_PATH(result, name, types, parameters, arguments, opens, is_found) CALL(result, name, LIST(types), LIST(parameters), LIST(arguments), AT_FDCWD, path, opens, is_found)
#define AT_FOLDER(result, name, types, parameters, arguments, opens, is_found) CALL(result, name, LIST(types), LIST(parameters), LIST(arguments), folder, path, opens, is_found)

AT_PATH(int, __open_2, LIST(const char *, int), LIST(const char *path, int flags), LIST(path, flags), true, got >= 0)
AT_PATH(int, __open64_2, LIST(const char *, int), LIST(const char *path, int flags), LIST(path, flags), true, got >= 0)
AT_FOLDER(int, __openat_2, LIST(int, const char *, int), LIST(int folder, const char *path, int flags), LIST(folder, path, flags), true, got >= 0)
AT_FOLDER(int, __openat64_2, LIST(int, const char *, int), LIST(int folder, const char *path, int flags), LIST(folder, path, flags), true, got >= 0)

AT_PATH(FILE *, fopen, LIST(const char *, const char *), LIST(const char *path, const char *mode), LIST(path, mode), true, got != NULL)
AT_PATH(FILE *, fopen64, LIST(const char *, const char *), LIST(const char *path, const char *mode), LIST(path, mode), true, got != NULL)
AT_PATH(DIR *, opendir, LIST(const char *), LIST(const char *path), LIST(path), true, got != NULL)
AT_PATH(int, chdir, LIST(const char *), LIST(const char *path), LIST(path), false, got == 0)

#define STAT(name, form)                                                                                                                    \
	AT_PATH(int, name, LIST(const char *, struct form *), LIST(const char *path, struct form *there), LIST(path, there), false, got == 0) \
	AT_PATH(int, l##name, LIST(const char *, struct form *), LIST(const char *path, struct form *there), LIST(path, there), false, got == 0)
/* What old binaries call; the C library still has these for them, but lets nobody ask for them by name. */
#define XSTAT(name, form)                                                                                     \
	__attribute__((visibility("default"))) int __x##name(int version, const char *path, struct form *there)  \
	{                                                                                                     \
		(void)version;                                                                                \
		return name(path, there);                                                                     \
	}                                                                                                     \
	__attribute__((visibility("default"))) int __lx##name(int version, const char *path, struct form *there) \
	{                                                                                                     \
		(void)version;                                                                                \
		return l##name(path, there);                                                                  \
	}

STAT(stat, stat)
STAT(stat64, stat64)
XSTAT(stat, stat)
XSTAT(stat64, stat64)
AT_FOLDER(int, fstatat, LIST(int, const char *, struct stat *, int), LIST(int folder, const char *path, struct stat *there, int flags), LIST(folder, path, there, flags), false, got == 0)
AT_FOLDER(int, fstatat64, LIST(int, const char *, struct stat64 *, int), LIST(int folder, const char *path, struct stat64 *there, int flags), LIST(folder, path, there, flags), false, got == 0)
AT_FOLDER(int, statx, LIST(int, const char *, int, unsigned int, struct statx *),
	  LIST(int folder, const char *path, int flags, unsigned int mask, struct statx *there), LIST(folder, path, flags, mask, there), false, got == 0)

AT_PATH(int, access, LIST(const char *, int), LIST(const char *path, int mode), LIST(path, mode), false, got == 0)
AT_PATH(int, eaccess, LIST(const char *, int), LIST(const char *path, int mode), LIST(path, mode), false, got == 0)
AT_PATH(int, euidaccess, LIST(const char *, int), LIST(const char *path, int mode), LIST(path, mode), false, got == 0)
AT_FOLDER(int, faccessat, LIST(int, const char *, int, int), LIST(int folder, const char *path, int mode, int flags), LIST(folder, path, mode, flags), false, got == 0)

AT_PATH(ssize_t, readlink, LIST(const char *, char *, size_t), LIST(const char *path, char *target, size_t bytes), LIST(path, target, bytes), false, got >= 0 || errno == EINVAL)
AT_PATH(ssize_t, __readlink_chk, LIST(const char *, char *, size_t, size_t), LIST(const char *path, char *target, size_t bytes, size_t room), LIST(path, target, bytes, room), false,
	got >= 0 || errno == EINVAL)
AT_FOLDER(ssize_t, readlinkat, LIST(int, const char *, char *, size_t), LIST(int folder, const char *path, char *target, size_t bytes), LIST(folder, path, target, bytes), false,
	  got >= 0 || errno == EINVAL)
AT_PATH(char *, realpath, LIST(const char *, char *), LIST(const char *path, char *resolved), LIST(path, resolved), false, got != NULL)
AT_PATH(char *, __realpath_chk, LIST(const char *, char *, size_t), LIST(const char *path, char *resolved, size_t room), LIST(path, resolved, room), false, got != NULL)

/* Of all that goes through here, what looks at a path: libuv's and Rust's statx, where the C library of their build had none. */
static bool is_look(long number)
{
	return number == SYS_openat || number == SYS_statx || number == SYS_newfstatat || number == SYS_readlinkat || number == SYS_faccessat;
}

__attribute__((visibility("default"))) long syscall(long number, ...)
{
	NEXT(syscall, long, LIST(long, ...));
	long words[6];
	va_list more;
	va_start(more, number);
	for (int index = 0; index < 6; index++)
		words[index] = va_arg(more, long);
	va_end(more);
	enum hold_look look = HOLD_ELSEWHERE;
	if (hold_is_on && is_look(number))
		look = hold_before((int)words[0], (const char *)words[1], number == SYS_openat);
	long got = next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
	if (look == HOLD_ABSENT && got >= 0)
		hold_contradicted();
	return got;
}
