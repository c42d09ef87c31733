/*
 * PID 1 of a microVM's container: starts the machine monitor (QEMU) and stays its minder.
 *
 *   launcher restore NAME=NUMBER...      a clone of the saved machine; standard input and output are its agent's
 *   launcher snapshot kvm|tcg RAM        boots the machine to be saved; standard input and output are the monitor's own (QMP)
 *
 * A clone waits for its order (start-order.h), which is written once it runs, so that its clock is right.
 * restore refuses a snapshot that does not fit: made by another accelerator or on another processor, or with less RAM than is asked for.
 * When standard input is closed from outside, the guest is given a moment to end by itself, as its agent does; then the monitor is killed,
 * whatever the guest makes of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "monitor.h"
#include "monitor-talk.h"
#include "snapshot-fit.h"
#include "start-order.h"

enum { STATUS_USAGE = 64, STATUS_UNFIT = 65, STATUS_SYSTEM = 71, GRACE_MS = 2000 };

static void require(bool holds, const char *what, int status)
{
	if (holds)
		return;
	fprintf(stderr, "launcher: %s: %s\n", what, errno == 0 ? "refused" : strerror(errno));
	exit(status);
}

static uint64_t number_of(const char *text)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	require(errno == 0 && *text >= '0' && *text <= '9' && *end == 0, text, STATUS_USAGE);
	return number;
}

/* Each must be given exactly once. */
static void read_limits(struct start_order *order, int count, char *arguments[])
{
	uint64_t open_files = 0;
	const struct {
		const char *name;
		uint64_t *value;
	} limits[] = {
		{"memoryBytes=", &order->memory_bytes},
		{"processes=", &order->processes},
		{"workspaceBytes=", &order->workspace_bytes},
		{"workspaceInodes=", &order->workspace_inodes},
		{"temporaryBytes=", &order->temporary_bytes},
		{"sharedMemoryBytes=", &order->shared_memory_bytes},
		{"openFiles=", &open_files},
	};
	enum { LIMITS = sizeof limits / sizeof limits[0] };
	require(count == LIMITS, "limits", STATUS_USAGE);
	for (int at = 0; at < count; at++) {
		int index = 0;
		while (index < LIMITS && strncmp(arguments[at], limits[index].name, strlen(limits[index].name)) != 0)
			index++;
		require(index < LIMITS && *limits[index].value == 0, arguments[at], STATUS_USAGE);
		*limits[index].value = number_of(arguments[at] + strlen(limits[index].name));
		require(*limits[index].value > 0, arguments[at], STATUS_USAGE);
	}
	require(open_files <= UINT32_MAX, "openFiles", STATUS_USAGE);
	order->open_files = (uint32_t)open_files;
}

static void give_order(int control, struct start_order *order)
{
	struct timespec now;
	order->magic = START_ORDER_MAGIC;
	require(getentropy(order->seed, sizeof order->seed) == 0, "entropy", STATUS_SYSTEM);
	require(clock_gettime(CLOCK_REALTIME, &now) == 0, "clock", STATUS_SYSTEM);
	order->time_s = now.tv_sec;
	order->time_ns = now.tv_nsec;
	/* A pipe holds it whole. */
	require(write(control, order, sizeof *order) == (ssize_t)sizeof *order, "order", STATUS_SYSTEM);
	explicit_bzero(order->seed, sizeof order->seed);
}

static int watch_children(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	require(sigprocmask(SIG_BLOCK, &set, NULL) == 0, "signals", STATUS_SYSTEM);
	int children = signalfd(-1, &set, SFD_CLOEXEC);
	require(children >= 0, "signals", STATUS_SYSTEM);
	return children;
}

/* The monitor's exit status. */
static int mind(pid_t monitor, int children)
{
	/* No events asked for: what comes in is the monitor's, only the closing is ours to see. */
	struct pollfd watched[2] = {{.fd = children, .events = POLLIN}, {.fd = STDIN_FILENO, .events = 0}};
	for (;;) {
		int status;
		pid_t ended = waitpid(monitor, &status, WNOHANG);
		require(ended >= 0, "wait", STATUS_SYSTEM);
		if (ended == monitor)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		bool is_closed = watched[1].fd < 0;
		int ready = poll(watched, 2, is_closed ? GRACE_MS : -1);
		require(ready >= 0 || errno == EINTR, "poll", STATUS_SYSTEM);
		if (ready == 0)
			require(kill(monitor, SIGKILL) == 0, "kill", STATUS_SYSTEM);
		if (ready > 0 && watched[0].revents != 0) {
			struct signalfd_siginfo notice;
			require(read(children, &notice, sizeof notice) > 0, "signals", STATUS_SYSTEM);
		}
		if (ready > 0 && watched[1].revents != 0)
			watched[1].fd = -1;
	}
}

int main(int argc, char *argv[])
{
	struct monitor_plan plan = {0};
	struct start_order order = {0};
	errno = 0;
	if (argc >= 2 && strcmp(argv[1], "restore") == 0) {
		read_limits(&order, argc - 2, argv + 2);
		const char *misfit = snapshot_read(&plan);
		require(misfit == NULL, misfit, STATUS_UNFIT);
		require(order.memory_bytes <= plan.ram_bytes && plan.ram_bytes - order.memory_bytes >= GUEST_RESERVE_BYTES,
			"the snapshot has too little RAM", STATUS_UNFIT);
	} else {
		require(argc == 4 && strcmp(argv[1], "snapshot") == 0, "usage", STATUS_USAGE);
		plan = (struct monitor_plan){.is_snapshot = true, .is_kvm = strcmp(argv[2], "kvm") == 0, .ram_bytes = number_of(argv[3])};
		require(plan.is_kvm || strcmp(argv[2], "tcg") == 0, argv[2], STATUS_USAGE);
		const char *failed = snapshot_describe(&plan);
		require(failed == NULL, failed, STATUS_SYSTEM);
	}
	int control[2];
	int commands[2];
	int answers[2];
	require(pipe2(control, O_CLOEXEC) == 0 && pipe2(commands, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0, "pipe", STATUS_SYSTEM);
	int said = plan.is_snapshot ? STDERR_FILENO : open("/dev/null", O_WRONLY | O_CLOEXEC);
	require(said >= 0, "/dev/null", STATUS_SYSTEM);
	int children = watch_children();
	pid_t monitor = fork();
	require(monitor >= 0, "fork", STATUS_SYSTEM);
	if (monitor == 0) {
		monitor_become(&plan, &(struct monitor_ends){control[0], said, commands[0], answers[1]});
		require(false, "the monitor", STATUS_SYSTEM);
	}
	close(control[0]);
	close(commands[0]);
	close(answers[1]);
	if (!plan.is_snapshot) {
		const char *failed = monitor_wake(commands[1], answers[0]);
		errno = 0;
		require(failed == NULL, failed, STATUS_UNFIT);
		give_order(control[1], &order);
	}
	close(commands[1]);
	close(answers[0]);
	/* The control pipe stays open: a port that is closed is one more thing for the guest to see. */
	return mind(monitor, children);
}
