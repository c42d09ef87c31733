/* WASI has no processes to wait for. */
#ifndef SANDGLASS_SYS_WAIT_H
#define SANDGLASS_SYS_WAIT_H

#include "absent.h"

#define WNOHANG 1
#define WIFEXITED(status) ((status) == 0)
#define WEXITSTATUS(status) (status)
#define WIFSIGNALED(status) (0 * (status))
#define WTERMSIG(status) (status)

static inline pid_t waitpid(pid_t process, int *status, int options)
{
	(void)process, (void)status, (void)options;
	return absent();
}

#endif
