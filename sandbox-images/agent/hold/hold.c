/*
 * Holds an interpreter at the first look at its program, until the agent lets it go (PROTOCOL.md, "A program that already waits").
 *
 * The agent puts this library into one process by LD_PRELOAD, with its end of a line to it as descriptor HOLD_DESCRIPTOR. Before main() it takes
 * the variable out of the environment and says so on the line. From then on it stands before every library call by which an interpreter looks at a
 * path (calls.c). Two things decide when the process stops and waits for the agent's byte:
 *
 *   - a look at its program, which is a path in the workspace that is also a word of its command: the file is still to come;
 *   - a look at anything else in the workspace that is there: it came with the STEP, so the STEP is about to follow.
 *
 * What it looked for in the workspace and did not find is noted. A file of the user's that comes later and would have been found (usercustomize.py,
 * .npmrc, a folder of gems) makes the start that has been made the wrong one: when it is let go and any of them is there, the process executes
 * itself anew, without this library. So no interpreter's own rules are known here, and what a program meets is what a fresh start gives it.
 *
 * Once it is let go nothing is left to do: each call goes straight on. One thread at a time waits; others that come to it wait behind that.
 */
#include "hold.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "instants.h"

enum { HOLD_DESCRIPTOR = 100, HELD = 'h', GO = 'g', NOTES_BYTES = 65536, LAST_SIGNAL = 64, MOST_DESCRIPTORS = 4096 };

static const char workspace[] = "/workspace";
static const char preload[] = "LD_PRELOAD=";

volatile bool hold_is_on;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* Paths that were not there, each ended by NUL. */
static char notes[NOTES_BYTES];
static size_t notes_bytes;
static bool is_note_lost;
/* Copies: an interpreter may write its title over the ones that it was given. */
static char **words;
static char **start_environment;

/* The C library's own: ours asks here. */
static int (*next_faccessat)(int, const char *, int, int);

static bool is_there(const char *path)
{
	return next_faccessat(AT_FDCWD, path, F_OK, 0) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* What stays of a path below the workspace once the ways to say so are taken off; NULL for one that is not below it. */
static const char *inside(const char *path)
{
	const size_t root_bytes = sizeof workspace - 1;
	if (path[0] == '/') {
		if (strncmp(path, workspace, root_bytes) != 0 || (path[root_bytes] != '/' && path[root_bytes] != 0))
			return NULL;
		path += root_bytes;
	}
	for (;;) {
		if (path[0] == '/')
			path++;
		else if (path[0] == '.' && (path[1] == '/' || path[1] == 0))
			path++;
		else
			return path;
	}
}

static bool is_program(const char *name)
{
	for (char **word = words + 1; *word != NULL; word++) {
		const char *asked = inside(*word);
		if (asked != NULL && strcmp(asked, name) == 0)
			return true;
	}
	return false;
}

static void note(const char *path)
{
	size_t bytes = strlen(path) + 1;
	if (bytes > sizeof notes - notes_bytes) {
		is_note_lost = true;
		return;
	}
	memcpy(notes + notes_bytes, path, bytes);
	notes_bytes += bytes;
}

static bool is_start_still_right(void)
{
	for (size_t at = 0; at < notes_bytes; at += strlen(notes + at) + 1)
		if (is_there(notes + at))
			return false;
	return !is_note_lost;
}

/* As the agent would start it: what survives execve(2) is taken back to what it was. */
static _Noreturn void start_anew(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int number = 1; number <= LAST_SIGNAL; number++)
		signal(number, SIG_DFL);
	for (int descriptor = 3; descriptor < MOST_DESCRIPTORS; descriptor++)
		fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve((const char *)getauxval(AT_EXECFN), words, start_environment);
	_exit(127);
}

static void wait_for_step(void)
{
	int error = errno;
	char word = 0;
	pthread_mutex_lock(&mutex);
	if (hold_is_on) {
		instants_stop();
		ssize_t bytes;
		do
			bytes = read(HOLD_DESCRIPTOR, &word, 1);
		while (bytes < 0 && errno == EINTR);
		if (bytes != 1 || word != GO)
			_exit(0);
		close(HOLD_DESCRIPTOR);
		if (!is_start_still_right())
			start_anew();
		instants_go();
		hold_is_on = false;
	}
	pthread_mutex_unlock(&mutex);
	errno = error;
}

void hold_contradicted(void)
{
	wait_for_step();
}

enum hold_look hold_before(int directory, const char *path, bool opens)
{
	if (!hold_is_on || path == NULL || path[0] == 0 || (path[0] != '/' && directory != AT_FDCWD))
		return HOLD_ELSEWHERE;
	const char *name = inside(path);
	if (name == NULL || (name[0] == 0 && !opens))
		return HOLD_ELSEWHERE;
	int error = errno;
	enum hold_look look = HOLD_ELSEWHERE;
	pthread_mutex_lock(&mutex);
	bool is_to_wait = name[0] == 0 || is_program(name) || is_there(path);
	if (!is_to_wait) {
		note(path);
		look = HOLD_ABSENT;
	}
	pthread_mutex_unlock(&mutex);
	if (is_to_wait)
		wait_for_step();
	errno = error;
	return look;
}

/* In one piece of memory of their own: a list of strings and the strings. */
static char **copy_strings(char **strings)
{
	size_t count = 0;
	size_t bytes = 0;
	for (; strings[count] != NULL; count++)
		bytes += strlen(strings[count]) + 1;
	size_t list_bytes = (count + 1) * sizeof *strings;
	char **list = mmap(NULL, list_bytes + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (list == MAP_FAILED)
		return NULL;
	char *at = (char *)list + list_bytes;
	for (size_t index = 0; index < count; index++) {
		list[index] = at;
		at = stpcpy(at, strings[index]) + 1;
	}
	return list;
}

/* The loader has read it; whoever reads /proc/self/environ finds only the room that it took, at the end. */
static void take_out_preload(char **environment)
{
	for (char **entry = environment; *entry != NULL; entry++)
		if (strncmp(*entry, preload, sizeof preload - 1) == 0) {
			memset(*entry, 0, strlen(*entry));
			for (; *entry != NULL; entry++)
				entry[0] = entry[1];
			return;
		}
}

/* What glibc hands to a constructor is what it hands to main(). */
__attribute__((constructor)) static void begin(int argument_count, char **arguments, char **environment)
{
	const char held = HELD;
	int error = errno;
	(void)argument_count;
	take_out_preload(environment);
	*(void **)&next_faccessat = dlsym(RTLD_NEXT, "faccessat");
	words = copy_strings(arguments);
	start_environment = copy_strings(environment);
	if (fcntl(HOLD_DESCRIPTOR, F_SETFD, FD_CLOEXEC) != 0 || next_faccessat == NULL || words == NULL || start_environment == NULL || write(HOLD_DESCRIPTOR, &held, 1) != 1)
		_exit(0);
	hold_is_on = true;
	errno = error;
}
