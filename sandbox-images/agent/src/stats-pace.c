#include "stats-pace.h"

#include <stdbool.h>

/* A step is quiet that uses less than this share of a processor. gVisor counts in steps of 10 ms, and up to a twelfth for one that only waits. */
enum { QUIET_SHARE = 4 };

static uint64_t due_us;
static uint64_t interval_us;
static uint64_t told_cpu_us;

void stats_pace_start(uint64_t now_us)
{
	interval_us = STATS_SOONEST_US;
	due_us = now_us + interval_us;
	told_cpu_us = 0;
}

uint64_t stats_pace_due_us(void)
{
	return due_us;
}

void stats_pace_told(uint64_t now_us, uint64_t cpu_us)
{
	bool is_quiet = cpu_us < told_cpu_us + interval_us / QUIET_SHARE;
	interval_us = is_quiet ? interval_us * 2 : STATS_SOONEST_US;
	if (interval_us > STATS_LATEST_US)
		interval_us = STATS_LATEST_US;
	told_cpu_us = cpu_us;
	due_us = now_us + interval_us;
}

void stats_pace_stir(uint64_t now_us)
{
	if (interval_us == STATS_SOONEST_US)
		return;
	interval_us = STATS_SOONEST_US;
	if (due_us > now_us + interval_us)
		due_us = now_us + interval_us;
}
