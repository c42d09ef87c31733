/*
 * What a step has used. CPU time and memory come from the control group; where it cannot be read, from the processes: then CPU time is that of
 * the reaped ones and of the living leader (a living descendant counts once it is reaped), and memory now is the leader's resident set.
 */
#ifndef SANDGLASS_USAGE_H
#define SANDGLASS_USAGE_H

#include <stdint.h>

#include "processes.h"

/* Notes where the counters stand just before the step. A leader that waited for it has used what it has used: that is not the step's. */
void usage_start(const struct leader *leader);

/* From the control group it includes what the agent itself spends on carrying the step's bytes. */
uint64_t usage_cpu_us(const struct leader *leader);

/* Anonymous and shared memory at this moment, tmpfs included; remembers the peak. */
uint64_t usage_sample_memory(const struct leader *leader);

/*
 * The greater of: the samples (taken about every 250 ms, so a short burst between two is missed), and the largest resident set that a
 * single process of the step ever had (the kernel's own high-water mark, with shared libraries). Fair for one process, low
 * for many short-lived ones; never the cache of files, which is nobody's use.
 */
uint64_t usage_peak_memory(const struct leader *leader);

/* Processes ended by the out-of-memory killer in this step; 0 where no counter can be read. */
uint32_t usage_oom_kills(void);

#endif
