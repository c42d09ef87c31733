/* Rows 1 to 4: each takes as much as it is given, up to a bound, says how much that was (limits.measured.*), and gives it back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "report.h"

enum { BLOCK_BYTES = 262144, MAX_PROCESSES = 8192, MEMORY_STEP_BYTES = 4194304, RESOURCE_LIMIT_MS = 12000, MEMORY_LIMIT_MS = 15000 };

static struct bounds bound;

static void settle(struct verdict *verdict, const char *what, const char *fact, long long taken, bool is_denied, int error)
{
	char how[80];
	if (is_denied) {
		snprintf(how, sizeof how, "%s after %lld", report_errno(error), taken);
		attempt_denied(verdict, what, how);
		report_number(fact, taken);
	} else {
		snprintf(how, sizeof how, "no limit up to %lld", taken);
		attempt_worked(verdict, what, how);
		report_null(fact);
	}
}

static void fork_bomb(struct verdict *verdict)
{
	static pid_t children[MAX_PROCESSES];
	int count = 0, error = 0;
	int most = bound.processes < MAX_PROCESSES ? bound.processes : MAX_PROCESSES;
	for (; count < most; count++) {
		pid_t child = fork();
		if (child == 0) {
			pause();
			_exit(0);
		}
		error = errno;
		if (child < 0)
			break;
		children[count] = child;
	}
	for (int at = 0; at < count; at++)
		kill(children[at], SIGKILL);
	for (int at = 0; at < count; at++)
		while (waitpid(children[at], NULL, 0) < 0 && errno == EINTR)
			continue;
	settle(verdict, "processes", "limits.measured.processes", count, count < most, error);
}

static void fill(struct verdict *verdict, const char *place, const char *fact)
{
	static char block[BLOCK_BYTES];
	char path[64];
	long long taken = 0;
	ssize_t bytes = 0;
	snprintf(path, sizeof path, "%s/sandglass-ballast", place);
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0) {
		attempt_denied(verdict, place, report_errno(errno));
		return;
	}
	memset(block, 'x', sizeof block);
	while (taken < bound.bytes && (bytes = write(file, block, sizeof block)) > 0)
		taken += bytes;
	int error = errno;
	close(file);
	unlink(path);
	settle(verdict, place, fact, taken, bytes < 0, error);
}

static void fill_with_files(struct verdict *verdict, const char *place, const char *fact)
{
	char path[64];
	int count = 0, error = 0;
	snprintf(path, sizeof path, "%s/sandglass-many", place);
	if (mkdir(path, 0700) != 0) {
		attempt_denied(verdict, place, report_errno(errno));
		return;
	}
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (; folder >= 0 && count < bound.files; count++) {
		snprintf(path, sizeof path, "%d", count);
		int file = openat(folder, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		error = errno;
		if (file < 0)
			break;
		close(file);
	}
	for (int at = 0; at < count; at++) {
		snprintf(path, sizeof path, "%d", at);
		unlinkat(folder, path, 0);
	}
	close(folder);
	snprintf(path, sizeof path, "%s/sandglass-many", place);
	rmdir(path);
	settle(verdict, place, fact, count, count < bound.files, error);
}

static void fill_workspace(struct verdict *verdict)
{
	fill(verdict, "/workspace", "limits.measured.workspaceBytes");
}

static void fill_temporary(struct verdict *verdict)
{
	fill(verdict, "/tmp", "limits.measured.temporaryBytes");
}

static void fill_shared_memory(struct verdict *verdict)
{
	fill(verdict, "/dev/shm", "limits.measured.sharedMemoryBytes");
}

static void many_files_in_workspace(struct verdict *verdict)
{
	fill_with_files(verdict, "/workspace", "limits.measured.workspaceFiles");
}

static void many_files_in_temporary(struct verdict *verdict)
{
	fill_with_files(verdict, "/tmp", "limits.measured.temporaryFiles");
}

static void many_files_in_shared_memory(struct verdict *verdict)
{
	fill_with_files(verdict, "/dev/shm", "limits.measured.sharedMemoryFiles");
}

void attacks_on_resources(const struct bounds *bounds)
{
	static const char fill_tried[] = "Writes one file until nothing more goes in, up to a bound.";
	static const char files_tried[] = "Makes empty files until none can be made, up to a bound.";
	static const char fill_why[] = "A tmpfs with a size; what is in it counts as the sandbox's memory, and no disk of the host is touched.";
	static const char files_why[] = "Each file takes kernel memory that no size counts, so the tmpfs has a cap on inodes as well.";
	static const struct attack attacks[] = {
		{3, "03-fill-workspace", "Fill the workspace", fill_tried, fill_why, fill_workspace, RESOURCE_LIMIT_MS},
		{3, "03-fill-tmp", "Fill /tmp", fill_tried, fill_why, fill_temporary, RESOURCE_LIMIT_MS},
		{3, "03-fill-shared-memory", "Fill /dev/shm", fill_tried, fill_why, fill_shared_memory, RESOURCE_LIMIT_MS},
		{4, "04-files-workspace", "A million empty files in the workspace", files_tried, files_why, many_files_in_workspace, RESOURCE_LIMIT_MS},
		{4, "04-files-tmp", "A million empty files in /tmp", files_tried, files_why, many_files_in_temporary, RESOURCE_LIMIT_MS},
		{4, "04-files-shared-memory", "A million empty files in /dev/shm", files_tried, files_why, many_files_in_shared_memory,
		 RESOURCE_LIMIT_MS},
	};
	bound = *bounds;
	attack_all(attacks, sizeof attacks / sizeof attacks[0]);
}

void attack_processes(const struct bounds *bounds)
{
	static const struct attack attack = {1, "01-fork-bomb", "Start processes without end",
					     "Forks children that wait, until fork fails, up to a bound.",
					     "The control group counts processes. Without a limit one program fills the machine's table of processes.",
					     fork_bomb, RESOURCE_LIMIT_MS};
	bound = *bounds;
	attack_all(&attack, 1);
}

static void take_memory(struct verdict *verdict)
{
	volatile long long *taken = mmap(NULL, sizeof *taken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char how[64];
	if (taken == MAP_FAILED)
		return;
	int child = fork();
	if (child == 0) {
		for (*taken = 0; *taken < bound.memory_bytes; *taken += MEMORY_STEP_BYTES) {
			char *block = mmap(NULL, MEMORY_STEP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			if (block == MAP_FAILED)
				_exit(1);
			for (long at = 0; at < MEMORY_STEP_BYTES; at += 4096)
				block[at] = 'x';
		}
		_exit(0);
	}
	int status = child < 0 ? -1 : child_end(child, MEMORY_LIMIT_MS - 500);
	snprintf(how, sizeof how, "%lld MiB", *taken >> 20);
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		attempt_worked(verdict, "no limit up to", how);
		report_null("limits.measured.memoryBytes");
	} else {
		attempt_denied(verdict, status == -1 ? "given up at" : WIFSIGNALED(status) ? "killed at" : "ENOMEM at", how);
		report_number("limits.measured.memoryBytes", *taken);
	}
}

void attack_memory(const struct bounds *bounds)
{
	static const struct attack attack = {2, "02-memory", "Take memory without end", "Takes and touches 4 MiB after the other, up to a bound.",
					     "The control group counts memory, and nothing may be swapped out; beyond the limit the kernel ends the program, "
					     "or the whole sandbox, and nobody else notices.",
					     take_memory, MEMORY_LIMIT_MS};
	bound = *bounds;
	attack_all(&attack, 1);
}
