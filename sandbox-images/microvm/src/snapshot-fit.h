#ifndef SANDGLASS_SNAPSHOT_FIT_H
#define SANDGLASS_SNAPSHOT_FIT_H

#include "monitor.h"

/* What a snapshot was made with, beside it in /snapshot/made-with: it wakes under the same or not at all. */

/* NULL, or what could not be done, with errno. */
const char *snapshot_describe(const struct monitor_plan *plan);

/* NULL and the plan to wake it by, or why it does not fit. */
const char *snapshot_read(struct monitor_plan *plan);

#endif
