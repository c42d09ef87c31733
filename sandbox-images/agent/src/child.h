#ifndef SANDGLASS_CHILD_H
#define SANDGLASS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child_plan {
	const char *const *argv;
	const char *const *envp;
	/* Become 0, 1 and 2. All above 2. */
	int descriptors[3];
	/* Become 3 and what follows; -1 and all after it: none. */
	int lent[2];
	/* Becomes HOLD_DESCRIPTOR; -1: none. */
	int hold;
	uid_t uid;
	gid_t gid;
	/* NULL: where the agent is. */
	const char *directory;
	/* Descriptor 0 is a terminal that shall control the new session. */
	bool has_terminal;
};

/*
 * Starts the program as PROTOCOL.md's STEP says, and returns when it runs. 0 with the errno in `*error` when it could not be started;
 * nothing is left of it then.
 *
 * The new process borrows the agent's memory until execve (CLONE_VM | CLONE_VFORK), which is what makes it quick: nothing is
 * copied, and the reason of a failure needs no pipe. It is safe because the agent stands still meanwhile, the memory is not dumpable, so
 * nobody of the new process's uid may trace it, and no process of that uid is alive. Umask, working directory, no_new_privs and the
 * empty bounding set are inherited from the agent.
 */
pid_t child_start(const struct child_plan *plan, int *error);

#endif
