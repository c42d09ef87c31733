#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

/* What has no room is told by a last "and more". */
static void append(char *text, size_t max, const char *what, const char *how)
{
	static const char more[] = "; and more";
	size_t used = strlen(text);
	size_t needed = strlen(what) + strlen(how) + sizeof "; : ";
	if (used + needed + sizeof more < max)
		snprintf(text + used, max - used, "%s%s: %s", used == 0 ? "" : "; ", what, how);
	else if (used + sizeof more <= max && (used < sizeof more || strcmp(text + used - sizeof more + 1, more) != 0))
		snprintf(text + used, max - used, "%s", more);
}

void attempt_worked(struct verdict *verdict, const char *what, const char *how)
{
	verdict->is_broken = true;
	append(verdict->worked, sizeof verdict->worked, what, how);
}

void attempt_denied(struct verdict *verdict, const char *what, const char *how)
{
	append(verdict->denied, sizeof verdict->denied, what, how);
}

bool attempt(struct verdict *verdict, const char *what, long result)
{
	if (result >= 0)
		attempt_worked(verdict, what, "it worked");
	else
		attempt_denied(verdict, what, report_errno(errno));
	return result >= 0;
}

bool attempt_open(struct verdict *verdict, const char *path, int flags)
{
	int file = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	bool has_worked = attempt(verdict, path, file);
	if (file >= 0)
		close(file);
	return has_worked;
}

bool attempt_read(struct verdict *verdict, const char *path)
{
	char bytes[4096];
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t count = file < 0 ? -1 : read(file, bytes, sizeof bytes);
	int error = errno;
	if (file >= 0)
		close(file);
	for (ssize_t at = 0; at < count; at++) {
		if (bytes[at] == '\0')
			continue;
		attempt_worked(verdict, path, "it can be read");
		return true;
	}
	attempt_denied(verdict, path, count < 0 ? report_errno(error) : "empty");
	return false;
}

bool attempt_write(struct verdict *verdict, const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t count = file < 0 ? -1 : write(file, text, strlen(text));
	bool has_worked = attempt(verdict, path, count);
	if (file >= 0)
		close(file);
	return has_worked;
}

int child_end(int pid, int limit_ms)
{
	sigset_t child_signal;
	struct timespec now, limit = {limit_ms / 1000, limit_ms % 1000 * 1000000L}, end;
	int status;
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit.tv_sec;
	end.tv_nsec += limit.tv_nsec;
	for (;;) {
		int ended = waitpid(pid, &status, WNOHANG);
		if (ended == pid || (ended < 0 && errno == ECHILD))
			break;
		clock_gettime(CLOCK_MONOTONIC, &now);
		long long left_ns = (end.tv_sec - now.tv_sec) * 1000000000LL + (end.tv_nsec - now.tv_nsec);
		if (left_ns <= 0) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				continue;
			return -1;
		}
		struct timespec left = {(time_t)(left_ns / 1000000000LL), (long)(left_ns % 1000000000LL)};
		sigtimedwait(&child_signal, NULL, &left);
	}
	kill(-pid, SIGKILL);
	return status;
}

enum { USUAL_LIMIT_MS = 5000 };

static void run_one(const struct attack *attack, struct verdict *verdict)
{
	char happened[REPORT_SENTENCE_MAX + 1];
	memset(verdict, 0, sizeof *verdict);
	int pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		attack->run(verdict);
		_exit(0);
	}
	if (pid < 0)
		return;
	int status = child_end(pid, attack->limit_ms > 0 ? attack->limit_ms : USUAL_LIMIT_MS);
	/* Half an attempt shows nothing: without a result, whoever reads this knows that it was not made. */
	if (status == -1 && !verdict->is_broken)
		return;
	if (status != -1 && WIFSIGNALED(status))
		attempt_denied(verdict, "then", strsignal(WTERMSIG(status)));
	verdict->worked[sizeof verdict->worked - 1] = '\0';
	verdict->denied[sizeof verdict->denied - 1] = '\0';
	snprintf(happened, sizeof happened, "%s%s%s", verdict->worked, verdict->is_broken && verdict->denied[0] != '\0' ? ". Denied: " : "",
		 verdict->denied);
	const struct report_attack told = {
		.row = attack->row,
		.id = attack->id,
		.title = attack->title,
		.outcome = verdict->is_broken ? "broke" : verdict->is_inexpressible ? "inexpressible" : "held",
		.tried = attack->tried,
		.happened = happened,
		.why = attack->why,
	};
	report_attack(&told);
}

void attack_all(const struct attack *attacks, size_t count)
{
	struct verdict *verdict = mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (verdict == MAP_FAILED)
		_exit(71);
	for (size_t at = 0; at < count; at++)
		run_one(&attacks[at], verdict);
	munmap(verdict, sizeof *verdict);
}
