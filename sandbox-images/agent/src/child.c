#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* Far above what an interpreter opens while it starts, so that the numbers of its own descriptors stay what they are. */
enum { HOLD_DESCRIPTOR = 100 };
enum { STACK_BYTES = 65536, NOT_STARTED = 127, FIRST_LENT = 3, LENT_COUNT = 2 };

static _Alignas(64) char stack[STACK_BYTES];
/* Written by the new process in the memory both share. */
static volatile int failure;

static bool is_oom_preferred(void)
{
	static const char score[] = "1000";
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool is_written = write(file, score, sizeof score - 1) == (ssize_t)(sizeof score - 1);
	close(file);
	return is_written;
}

/* Above their places first: one of them may lie in the place of the other. The number of the first descriptor after them, or -1. */
static int lay_out(const int lent[LENT_COUNT])
{
	int above[LENT_COUNT];
	int count = 0;
	for (; count < LENT_COUNT && lent[count] >= 0; count++) {
		above[count] = fcntl(lent[count], F_DUPFD_CLOEXEC, FIRST_LENT + LENT_COUNT);
		if (above[count] < 0)
			return -1;
	}
	for (int index = 0; index < count; index++)
		if (dup2(above[index], FIRST_LENT + index) < 0)
			return -1;
	return FIRST_LENT + count;
}

static bool is_set_up(const struct child_plan *plan)
{
	if (setsid() < 0)
		return false;
	if (plan->has_terminal && ioctl(plan->descriptors[0], TIOCSCTTY, 0) != 0)
		return false;
	for (int target = 0; target < 3; target++)
		if (dup2(plan->descriptors[target], target) < 0)
			return false;
	int first_left = lay_out(plan->lent);
	if (first_left < 0 || (plan->directory != NULL && chdir(plan->directory) != 0))
		return false;
	if (plan->hold >= 0 && dup2(plan->hold, HOLD_DESCRIPTOR) < 0)
		return false;
	/* All of ours are close-on-exec; this is the second lock on that door, and need not exist everywhere. */
	if (plan->hold >= 0) {
		syscall(SYS_close_range, first_left, HOLD_DESCRIPTOR - 1, 0);
		first_left = HOLD_DESCRIPTOR + 1;
	}
	syscall(SYS_close_range, first_left, UINT_MAX, 0);
	/* Before the change of identity: an undumpable process's /proc belongs to root. */
	if (!is_oom_preferred() || !identity_become(plan->uid, plan->gid))
		return false;
	sigset_t none;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

static int run(void *argument)
{
	const struct child_plan *plan = argument;
	if (is_set_up(plan))
		execve(plan->argv[0], (char *const *)plan->argv, (char *const *)plan->envp);
	failure = errno != 0 ? errno : EIO;
	_exit(NOT_STARTED);
}

pid_t child_start(const struct child_plan *plan, int *error)
{
	failure = 0;
	pid_t pid = clone(run, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)plan);
	*error = pid < 0 ? errno : failure;
	if (*error == 0)
		return pid;
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return 0;
}
