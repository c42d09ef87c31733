#ifndef SANDGLASS_WAKING_H
#define SANDGLASS_WAKING_H

#include <sys/types.h>

/* What makes a clone of the saved machine one of its own: its order, read from the control port and carried out. */

/* Opens what will be needed. Opening the control port tells the one who saves the machine that it may. */
void waking_prepare(void);

/* Waits for the order and gives the sandbox, whose first process is `sandbox`, its randomness, its time and its limits. */
void waking_carry_out(pid_t sandbox);

#endif
