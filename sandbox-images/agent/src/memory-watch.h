/*
 * The memory limit where no kernel enforces one on the program alone. gVisor's own kernel lives in the same control group as everything
 * in the sandbox, so that the host's limit could only end all of it; below that limit the agent looks for itself, more often the less is left.
 * On only where the engine's side says so: SANDGLASS_MEMORY_BYTES in the agent's environment.
 */
#ifndef SANDGLASS_MEMORY_WATCH_H
#define SANDGLASS_MEMORY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* NULL, also when no limit was asked for; or what could not be done (errno says why). Needs mounts_open(). */
const char *memory_watch_open(void);

/* Before a program is started: waits a little for what the last one had to be free. */
void memory_watch_settle(void);

/* For a new step. */
void memory_watch_start(void);

/* When to look again (clock_now_us); UINT64_MAX when nothing is watched. */
uint64_t memory_watch_deadline_us(void);

/* Memory of the program's processes, its files, and what gVisor's kernel keeps for them. False when nothing is watched or it cannot be told. */
bool memory_watch_used(uint64_t *bytes);

/* Judges what was just read, and sets the next look. */
bool memory_watch_is_over(uint64_t now_us, uint64_t used_bytes);

/* Whether this step ever was over the limit; `peak_bytes` may know of more than the looks do. */
bool memory_watch_was_over(uint64_t peak_bytes);

/* Whether, with no program alive, most of the limit is free again; waits a little for it. */
bool memory_watch_is_free(void);

#endif
