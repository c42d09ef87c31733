/*
 * One program's life, from STEP to EXIT. There is at most one at a time.
 *
 *   idle -- step_start --> running -- leader ends, or is ended --> draining -- output empty --> idle, with EXIT in the outbox
 *
 * While running, the leader lives. When it has ended everything else is killed and reaped at once, so that in draining the
 * output that is left cannot grow, and nothing needs to be waited for but the runner's reading.
 */
#ifndef SANDGLASS_STEP_H
#define SANDGLASS_STEP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

enum step_phase { STEP_IDLE, STEP_RUNNING, STEP_DRAINING };

enum step_cause {
	STEP_CAUSE_NONE = 0,
	STEP_CAUSE_IDLE_WALL = 1,
	STEP_CAUSE_TOTAL_WALL = 2,
	STEP_CAUSE_CPU = 3,
	STEP_CAUSE_OUTPUT = 4,
	STEP_CAUSE_KILLED = 5,
	STEP_CAUSE_OUT_OF_MEMORY = 6,
};

enum { STEP_MAX_DESCRIPTORS = 3 };

enum step_phase step_phase(void);

/*
 * Lets the program go that waits for just this, else starts it; when that fails the EXIT is in the outbox already and the phase idle. False when
 * one that waits for something else cannot be ended.
 */
bool step_start(const struct step_request *request);

/* Each of these is false when processes cannot be ended any more, or the runner broke its credit: the sandbox is lost. */
bool step_end(enum step_cause cause);
bool step_type(const uint8_t *bytes, size_t count);
/* Moves output, input, figures and limits on as far as they go without waiting. */
bool step_advance(void);

void step_end_input(void);
void step_resize(uint16_t columns, uint16_t rows);
void step_signal(int number);

/* What to wait for: fills at most STEP_MAX_DESCRIPTORS. */
int step_descriptors(struct pollfd *descriptors);

/* When step_advance() must be called again whatever happens (clock_now_us): 0 is at once, UINT64_MAX never. Ask after a flush. */
uint64_t step_deadline_us(void);

#endif
