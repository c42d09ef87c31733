/* Rows 14 and 16: the agent is process 1, and the program's only neighbour. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static void open_agent_descriptors(struct verdict *verdict)
{
	char path[32];
	for (int descriptor = 0; descriptor < 8; descriptor++) {
		snprintf(path, sizeof path, "/proc/1/fd/%d", descriptor);
		attempt_open(verdict, path, O_WRONLY);
	}
	attempt_open(verdict, "/proc/1/root", O_RDONLY | O_DIRECTORY);
	attempt_open(verdict, "/proc/1/cwd", O_RDONLY | O_DIRECTORY);
}

static void use_inherited_descriptors(struct verdict *verdict)
{
	char what[24];
	int inherited = 0;
	for (int descriptor = 3; descriptor < 1024; descriptor++) {
		if (fcntl(descriptor, F_GETFD) < 0)
			continue;
		inherited++;
		snprintf(what, sizeof what, "descriptor %d", descriptor);
		attempt_worked(verdict, what, "it is open");
	}
	if (inherited == 0)
		attempt_denied(verdict, "descriptors 3 to 1023", "none is open");
}

/* SIGCONT does nothing to a process that runs; the right to send it is the right to send SIGKILL. */
static void signal_agent(struct verdict *verdict)
{
	attempt(verdict, "kill", kill(1, SIGCONT));
	attempt(verdict, "tgkill", syscall(SYS_tgkill, 1, 1, SIGCONT));
	int agent = (int)syscall(SYS_pidfd_open, 1, 0);
	if (agent < 0)
		attempt_denied(verdict, "pidfd_open", "refused");
	else
		attempt(verdict, "pidfd_send_signal", syscall(SYS_pidfd_send_signal, agent, SIGCONT, 0, 0));
	if (agent >= 0)
		attempt(verdict, "pidfd_getfd", syscall(SYS_pidfd_getfd, agent, 1, 0));
}

static void trace_agent(struct verdict *verdict)
{
	char byte = 0;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)0x400000, 1};
	if (attempt(verdict, "PTRACE_SEIZE", ptrace(PTRACE_SEIZE, 1, 0, 0)))
		ptrace(PTRACE_DETACH, 1, 0, 0);
	attempt(verdict, "process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
	attempt(verdict, "process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
	attempt_open(verdict, "/proc/1/mem", O_RDWR);
}

/* What is set is what is there already. */
static void limit_agent(struct verdict *verdict)
{
	struct rlimit limit;
	attempt_open(verdict, "/proc/1/oom_score_adj", O_WRONLY);
	attempt(verdict, "prlimit", syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, NULL, &limit));
	errno = 0;
	attempt(verdict, "setpriority", setpriority(PRIO_PROCESS, 1, getpriority(PRIO_PROCESS, 1)));
}

static void read_agent(struct verdict *verdict)
{
	attempt_open(verdict, "/proc/1/fd", O_RDONLY | O_DIRECTORY);
	attempt_read(verdict, "/proc/1/maps");
	attempt_read(verdict, "/proc/1/environ");
	attempt_read(verdict, "/proc/1/auxv");
	attempt_read(verdict, "/proc/1/stack");
	attempt_read(verdict, "/proc/1/syscall");
}

void attacks_on_agent(void)
{
	static const struct attack attacks[] = {
		{14, "14-agent-descriptors", "Write into the agent's own channel",
		 "Opens the descriptors, the root and the working directory of process 1 by way of /proc/1.",
		 "The agent has another uid and is not dumpable, so its /proc belongs to root. A program that could write there would forge the "
		 "frames that say how it ended.", open_agent_descriptors, 0},
		{14, "14-inherited-descriptors", "Use a descriptor that was forgotten",
		 "Looks at every descriptor from 3 to 1023.",
		 "The agent closes everything but 0, 1 and 2 before it starts a program. A forgotten one leads to the agent's channel, or, as in "
		 "CVE-2024-21626, to a folder of the host.", use_inherited_descriptors, 0},
		{16, "16-signal-agent", "Signal the agent",
		 "Sends SIGCONT to process 1 with kill, tgkill and a pidfd, and asks for one of its descriptors.",
		 "Two uids, and no CAP_KILL. Who may send this signal may send SIGSTOP, and the time limits would have nobody to enforce them inside.",
		 signal_agent, 0},
		{16, "16-trace-agent", "Trace the agent, read and write its memory",
		 "PTRACE_SEIZE, process_vm_readv and _writev, /proc/1/mem.",
		 "The filter refuses tracing, and the kernel refuses it to another uid. Whoever writes the agent's memory is the agent.",
		 trace_agent, 0},
		{16, "16-limit-agent", "Starve the agent",
		 "Its limits, its priority, and its place in the queue of those that end when memory does.",
		 "They belong to another uid. An agent without descriptors or time keeps no limit.", limit_agent, 0},
		{16, "16-read-agent", "Read the agent's state",
		 "/proc/1/fd, maps, environ, auxv, stack and syscall.",
		 "An undumpable process of another uid shows none of it: addresses would make an attack on the agent easier, and an environment may hold "
		 "secrets.", read_agent, 0},
	};
	attack_all(attacks, sizeof attacks / sizeof attacks[0]);
}
