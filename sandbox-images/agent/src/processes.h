/* The program's processes as a whole: reaping them as PID 1, and ending all of them. */
#ifndef SANDGLASS_PROCESSES_H
#define SANDGLASS_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct leader {
	/* 0 while no step runs. */
	pid_t pid;
	bool has_ended;
	/* As wait(2) gives it; only with has_ended. */
	int status;
	/* The greatest ru_maxrss of any process reaped in this step. */
	uint64_t peak_resident_bytes;
};

/* Blocks SIGCHLD except while waiting, and takes every inherited disposition back to the default. */
bool processes_init(void);

/* The signal mask to wait with, so that the end of a child wakes ppoll(2). */
const void *processes_wait_mask(void);

/* True once after children may have ended. */
bool processes_take_notice(void);

/* Reaps what has ended, a bounded number at a time. */
void processes_reap(struct leader *leader);

/* The one process, of another uid than the program's, that ending them all leaves alive; 0: none. It is forgotten once it is reaped. */
void processes_spare(pid_t pid);
pid_t processes_spared(void);

/*
 * SIGKILL to every process but ourselves and the one that is spared until none is left, nor a zombie. Waits for them, for 10 s at most; false when
 * something could not be ended.
 */
bool processes_end_all(struct leader *leader);

#endif
