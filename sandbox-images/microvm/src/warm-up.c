#include "warm-up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "identity.h"

/*
 * /warm-up/plan: NUL-terminated strings. The program's file name; then the environment, ended by an empty string; then the words of each
 * command, each ended by an empty string. /warm-up/file: the file's content.
 */
enum { PLAN_BYTES = 8192, FILE_BYTES = 65536, MOST_WORDS = 64, LIMIT_S = 120 };

static char plan[PLAN_BYTES];
static size_t plan_bytes;
static char content[FILE_BYTES];
static size_t content_bytes;

static size_t read_whole(const char *path, char *buffer, size_t most)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 && errno == ENOENT)
		return 0;
	must(file, path);
	ssize_t bytes = read(file, buffer, most);
	must(bytes, path);
	close(file);
	return (size_t)bytes;
}

void warm_up_read(void)
{
	plan_bytes = read_whole("/warm-up/plan", plan, sizeof plan - 1);
	content_bytes = read_whole("/warm-up/file", content, sizeof content);
}

/* The words up to the next empty one; `*at` goes behind that. */
static bool take_words(size_t *at, char *words[MOST_WORDS + 1])
{
	int count = 0;
	while (*at < plan_bytes && plan[*at] != 0 && count < MOST_WORDS) {
		words[count++] = plan + *at;
		*at += strlen(plan + *at) + 1;
	}
	*at += 1;
	words[count] = NULL;
	return count > 0;
}

static _Noreturn void become_warm_up(char *words[], char *environment[])
{
	int nothing = open("/dev/null", O_RDWR);
	must(nothing, "/dev/null");
	for (int descriptor = 0; descriptor < 3; descriptor++)
		must(dup2(nothing, descriptor), "descriptors");
	must(setsid(), "session");
	must(chdir("/workspace"), "/workspace");
	become_program();
	filter_install();
	/* It outlives the execve. */
	alarm(LIMIT_S);
	execve(words[0], words, environment);
	fail(words[0]);
}

static void write_file(const char *name)
{
	int folder = open("/workspace", O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(folder, "/workspace");
	int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	must(file, name);
	must(write(file, content, content_bytes), name);
	close(file);
	close(folder);
}

void warm_up_run(void)
{
	char *environment[MOST_WORDS + 1];
	char *words[MOST_WORDS + 1];
	if (plan_bytes == 0)
		return;
	write_file(plan);
	size_t at = strlen(plan) + 1;
	take_words(&at, environment);
	while (take_words(&at, words)) {
		pid_t program = fork();
		must(program, "warm-up");
		if (program == 0)
			become_warm_up(words, environment);
		while (waitpid(program, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	/* ESRCH: nothing is left to end. */
	if (kill(-1, SIGKILL) != 0 && errno != ESRCH)
		fail("warm-up");
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}
