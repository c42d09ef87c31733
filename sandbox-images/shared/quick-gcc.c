/*
 * What gcc and g++ run (by -B) in place of one of their own programs: first the quick way to the same result, and the plain way wherever the quick one has
 * anything to say.
 *
 *   collect2   quick: the gold linker, which takes half the time of GNU ld; plain: the true collect2, and so GNU ld
 *   cc1plus    quick: the compiler with precompiled headers, in which notes would name fewer places; plain: without
 *
 * The quick way is believed only when it succeeds without a word. Else its words and its file are thrown away and the plain way does the whole step
 * again, so that every warning and error is the one that a person would get who types the plain command.
 *
 * Given when this is compiled: QUICK and PLAIN, absolute paths, and EXTRA, the words that the quick way is given besides.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *extra[] = { EXTRA };

enum { EXTRA_COUNT = sizeof extra / sizeof *extra };

/* The given words without the plugin of link-time optimisation, which no command of ours asks for, and EXTRA. `quick` has room for them and a NULL. */
static void quick_arguments(int count, char **given, char **quick)
{
	int kept = 0;
	quick[kept++] = QUICK;
	for (int at = 1; at < count; at++) {
		if (strcmp(given[at], "-plugin") == 0) at++;
		else if (strncmp(given[at], "-plugin-opt=", strlen("-plugin-opt=")) != 0) quick[kept++] = given[at];
	}
	for (int at = 0; at < EXTRA_COUNT; at++) quick[kept++] = extra[at];
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
static bool succeeds_in_silence(char **arguments)
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

/* True for a program with a segment that is writable and executable at once: GNU ld warns of it, gold does not. What cannot be read counts as none. */
static bool warrants_a_warning(const char *program)
{
	int file = open(program, O_RDONLY | O_CLOEXEC);
	if (file < 0) return false;
	bool found = false;
	ElfW(Ehdr) header;
	if (read(file, &header, sizeof header) == sizeof header && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) {
		for (unsigned at = 0; at < header.e_phnum && !found; at++) {
			ElfW(Phdr) segment;
			off_t place = (off_t)(header.e_phoff + at * sizeof segment);
			if (pread(file, &segment, sizeof segment, place) != sizeof segment) break;
			found = segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 && (segment.p_flags & PF_X) != 0;
		}
	}
	close(file);
	return found;
}

/* The word after -o. */
static const char *output_of(int count, char **arguments)
{
	for (int at = 1; at + 1 < count; at++) {
		if (strcmp(arguments[at], "-o") == 0) return arguments[at + 1];
	}
	return "a.out";
}

int main(int count, char **arguments)
{
	char **quick = calloc((size_t)count + EXTRA_COUNT + 1, sizeof *quick);
	if (quick != NULL) {
		quick_arguments(count, arguments, quick);
		if (succeeds_in_silence(quick) && !warrants_a_warning(output_of(count, arguments))) return 0;
	}
	arguments[0] = PLAIN;
	execv(PLAIN, arguments);
	perror(PLAIN);
	return 1;
}
