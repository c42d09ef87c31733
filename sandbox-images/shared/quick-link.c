/*
 * What gcc and g++ run in place of collect2 (by -B): the gold linker, which takes half the time of GNU ld, and GNU ld wherever gold has anything to say.
 *
 * Gold is believed only when it succeeds without a word. Else its words and its file are thrown away and the true collect2 does the whole link
 * again, so that every warning and error of a link is GNU ld's own. It is told to speak of the one thing that GNU ld warns of and gold lets
 * pass in silence: code on the stack. The plugin of link-time optimisation, which no command of ours asks for, is not loaded.
 *
 * QUICK_LINKER and COLLECT2 are absolute paths, given when this is compiled.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The program's words for gold: no plugin, and a warning more. `quick` has room for two more than `count`. */
static void quick_arguments(int count, char **given, char **quick)
{
	int kept = 0;
	quick[kept++] = QUICK_LINKER;
	quick[kept++] = "--warn-execstack";
	for (int at = 1; at < count; at++) {
		if (strcmp(given[at], "-plugin") == 0) at++;
		else if (strncmp(given[at], "-plugin-opt=", strlen("-plugin-opt=")) != 0) quick[kept++] = given[at];
	}
	quick[kept] = NULL;
}

/* Starts it with both outputs on a pipe. The pipe's reading end, or -1. */
static int start(char **arguments, pid_t *pid)
{
	int ends[2];
	if (pipe(ends) != 0) return -1;
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0) return -1;
	bool ready = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0
		&& posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) == 0
		&& posix_spawn_file_actions_addclose(&actions, ends[0]) == 0
		&& posix_spawn_file_actions_addclose(&actions, ends[1]) == 0
		&& posix_spawn(pid, arguments[0], &actions, NULL, arguments, environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (ready) return ends[0];
	close(ends[0]);
	return -1;
}

/* True when it ended with 0 and wrote nothing. One that says a word is not waited for. */
static bool links_in_silence(char **arguments)
{
	pid_t pid;
	int words = start(arguments, &pid);
	if (words < 0) return false;
	char byte;
	ssize_t got;
	while ((got = read(words, &byte, 1)) < 0 && errno == EINTR) continue;
	if (got != 0) kill(pid, SIGKILL);
	close(words);
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) return false;
	}
	return got == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int count, char **arguments)
{
	char **quick = calloc((size_t)count + 2, sizeof *quick);
	if (quick != NULL) {
		quick_arguments(count, arguments, quick);
		if (links_in_silence(quick)) return 0;
	}
	arguments[0] = COLLECT2;
	execv(COLLECT2, arguments);
	perror(COLLECT2);
	return 1;
}
