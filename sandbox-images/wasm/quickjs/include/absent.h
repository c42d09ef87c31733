/* What QuickJS's operating system module calls and WASI does not have: every call fails with ENOSYS, which the script sees as its result. */
#ifndef SANDGLASS_ABSENT_H
#define SANDGLASS_ABSENT_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

static inline int absent(void)
{
	errno = ENOSYS;
	return -1;
}

static inline FILE *popen(const char *command, const char *mode)
{
	(void)command, (void)mode, (void)absent();
	return NULL;
}

static inline FILE *absent_file(void)
{
	(void)absent();
	return NULL;
}
#define tmpfile absent_file

static inline int pclose(FILE *stream) { (void)stream; return absent(); }
static inline int execve(const char *path, char *const *arguments, char *const *environment)
{
	(void)path, (void)arguments, (void)environment;
	return absent();
}
static inline pid_t fork(void) { return absent(); }
static inline int dup(int from) { (void)from; return absent(); }
static inline int dup2(int from, int to) { (void)from, (void)to; return absent(); }
static inline int pipe(int ends[2]) { (void)ends; return absent(); }
static inline int kill(pid_t process, int signal) { (void)process, (void)signal; return absent(); }
static inline int setuid(uid_t user) { (void)user; return absent(); }
static inline int setgid(gid_t group) { (void)group; return absent(); }

#endif
