#include "processes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "clock.h"
#include "identity.h"

enum { REAPED_AT_A_TIME = 64, END_ALL_LIMIT_US = 10000000, RETRY_NS = 2000000 };

static sigset_t wait_mask;
static volatile sig_atomic_t child_may_have_ended;
static pid_t spared;

static void on_child(int number)
{
	(void)number;
	child_may_have_ended = 1;
}

static void on_nothing(int number)
{
	(void)number;
}

static bool handle(int number, void (*handler)(int))
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = handler;
	action.sa_flags = SA_NOCLDSTOP;
	return sigaction(number, &action, NULL) == 0;
}

bool processes_init(void)
{
	for (int number = 1; number < NSIG; number++)
		if (number != SIGKILL && number != SIGSTOP && !handle(number, SIG_DFL) && errno != EINVAL)
			return false;
	sigset_t blocked;
	sigemptyset(&wait_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	/* SIGPIPE is handled rather than ignored: execve takes a handler back to the default, an ignored signal stays ignored. */
	return handle(SIGCHLD, on_child) && handle(SIGPIPE, on_nothing) && sigprocmask(SIG_SETMASK, &blocked, NULL) == 0;
}

const void *processes_wait_mask(void)
{
	return &wait_mask;
}

bool processes_take_notice(void)
{
	bool noticed = child_may_have_ended != 0;
	child_may_have_ended = 0;
	return noticed;
}

/* The pid reaped, 0 when children live but none has ended, -1 when there is no child at all. */
static pid_t reap_one(struct leader *leader)
{
	int status;
	struct rusage usage;
	pid_t pid;
	do
		pid = wait4(-1, &status, WNOHANG | __WALL, &usage);
	while (pid < 0 && errno == EINTR);
	if (pid <= 0)
		return pid;
	uint64_t resident_bytes = (uint64_t)usage.ru_maxrss * 1024;
	if (resident_bytes > leader->peak_resident_bytes)
		leader->peak_resident_bytes = resident_bytes;
	if (pid == spared)
		spared = 0;
	if (pid == leader->pid) {
		leader->has_ended = true;
		leader->status = status;
	}
	return pid;
}

void processes_reap(struct leader *leader)
{
	for (int count = 0; count < REAPED_AT_A_TIME; count++)
		if (reap_one(leader) <= 0)
			return;
	child_may_have_ended = 1;
}

void processes_spare(pid_t pid)
{
	spared = pid;
}

pid_t processes_spared(void)
{
	return spared;
}

/*
 * True when nobody was there to be killed. To spare one, only what the program itself could kill is killed: everything of its uid, for it can
 * have no other. kill(2) does not tell then whether it met anybody of that uid; getpriority(2) does, zombies included.
 */
static bool is_nobody_killed(void)
{
	if (spared == 0)
		return kill(-1, SIGKILL) != 0 && errno == ESRCH;
	identity_act_as_program();
	bool is_refused = kill(-1, SIGKILL) != 0 && errno != ESRCH && errno != EPERM;
	identity_act_as_agent();
	errno = 0;
	return !is_refused && getpriority(PRIO_USER, PROGRAM_UID) == -1 && errno == ESRCH;
}

bool processes_end_all(struct leader *leader)
{
	uint64_t deadline_us = clock_now_us() + END_ALL_LIMIT_US;
	for (;;) {
		bool is_nobody_there = is_nobody_killed();
		pid_t reaped;
		do
			reaped = reap_one(leader);
		while (reaped > 0);
		if (is_nobody_there && (reaped < 0 || spared != 0))
			return true;
		if (clock_now_us() > deadline_us)
			return false;
		/* No child, yet somebody was there: that was the zombie just reaped, or an orphan on its way to us. */
		if (reaped < 0)
			continue;
		struct timespec retry = {.tv_sec = 0, .tv_nsec = RETRY_NS};
		ppoll(NULL, 0, &retry, &wait_mask);
	}
}
