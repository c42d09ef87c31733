#ifndef SANDGLASS_PROBE_ATTEMPT_H
#define SANDGLASS_PROBE_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * An attack is a function that tries things in a process of its own, under a time limit, and says of each what came of it. The first
 * thing that works breaks the wall; everything it did is undone, as far as it can be, before it returns.
 */

struct verdict {
	bool is_broken;
	bool is_inexpressible;
	char worked[220];
	char denied[360];
};

struct attack {
	int row;
	const char *id;
	const char *title;
	const char *tried;
	const char *why;
	void (*run)(struct verdict *verdict);
	/* ms; 0: 5,000. An attack that takes longer has no result. */
	int limit_ms;
};

/* `result` as a system call returns it, errno with it. Returns whether it worked. */
bool attempt(struct verdict *verdict, const char *what, long result);
/* Judged by the caller. */
void attempt_worked(struct verdict *verdict, const char *what, const char *how);
void attempt_denied(struct verdict *verdict, const char *what, const char *how);
/* Opens, and closes again what it got; `flags` as for open(2), O_NONBLOCK is added. */
bool attempt_open(struct verdict *verdict, const char *path, int flags);
/* Works when at least one byte that is not NUL could be read. */
bool attempt_read(struct verdict *verdict, const char *path);
/* Writes `text`, which must do no harm where it is taken. */
bool attempt_write(struct verdict *verdict, const char *path, const char *text);

/* Runs each and reports it. */
void attack_all(const struct attack *attacks, size_t count);

/* Waits for a child at most that long, then kills its process group; its status as of waitpid(2), or -1 when it was killed for being late. */
int child_end(int pid, int limit_ms);

#endif
