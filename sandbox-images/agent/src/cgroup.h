/*
 * What the sandbox's own control group says of its use: cgroup v1 (cpuacct, memory) or v2, through files opened once at
 * start. Each answers false where there is no such file; what a file of the whole machine says is not taken for ours.
 */
#ifndef SANDGLASS_CGROUP_H
#define SANDGLASS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

void cgroup_open(void);

/* CPU time of everything in the sandbox since it began. */
bool cgroup_cpu_us(uint64_t *cpu_us);

/* Anonymous and shared memory now: what programs hold and what lies in the tmpfs mounts, without the cache of files of the image. */
bool cgroup_memory_bytes(uint64_t *memory_bytes);

/* Processes that the kernel's out-of-memory killer has ended since the sandbox began. */
bool cgroup_oom_kills(uint64_t *oom_kills);

/* The number after `key` and a space at the start of a line of `text`. Pure. */
bool cgroup_find(const char *text, const char *key, uint64_t *value);

#endif
