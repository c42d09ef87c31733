/*
 * The process that already waits: started by PRESPAWN as a STEP would start it, and held by the library in HOLD_LIBRARY (hold/hold.c) at its first look
 * at its program's file. There is at most one, only outside a step, and nothing it prints is read before a step has taken it over.
 */
#ifndef SANDGLASS_WAITER_H
#define SANDGLASS_WAITER_H

#include <stdbool.h>

#include "frame.h"
#include "processes.h"
#include "stdio-set.h"

#define HOLD_LIBRARY "/usr/lib/sandglass/hold.so"

/* Starts one in place of whoever waits. Where none can be had, nobody waits: the next STEP tells. False when the one before cannot be ended. */
bool waiter_start(const struct step_request *request);

/* Whether the one that waits is alive, held, and what the step asks for; the size of its terminal aside. */
bool waiter_is_for(const struct step_request *request);

/* Who waits; its pid is 0 when nobody does. For reaping, and for what it has used so far. */
struct leader *waiter_leader(void);

/* Lets it go, and gives it and its standard streams away. False, and it is still to be ended, when it has died. */
bool waiter_release(const struct step_request *request, struct leader *leader, struct stdio_set *stdio_set);

/* Kills and reaps whoever waits, and everything else of the program's uid. False when that cannot be done. */
bool waiter_end(void);

#endif
