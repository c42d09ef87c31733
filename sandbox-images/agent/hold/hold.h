#ifndef SANDGLASS_HOLD_H
#define SANDGLASS_HOLD_H

#include <stdbool.h>

/* Whether the process is still to be held. False from the moment it is let go, for good. */
extern volatile bool hold_is_on;

enum hold_look {
	/* Nothing that a STEP could still change. */
	HOLD_ELSEWHERE,
	/* Something of the workspace that is not there: when the call finds it after all, the file came in between. */
	HOLD_ABSENT,
};

/*
 * To be asked before a call that looks at `path` (NULL: none), from `directory` where it is relative (openat(2)). Returns when the call may be made: at
 * once, or, where it would see something that belongs to the STEP, once that has come. `opens`: the call would also see what a folder holds.
 */
enum hold_look hold_before(int directory, const char *path, bool opens);

/* After a call that found what hold_before() told to be absent. */
void hold_contradicted(void);

#endif
