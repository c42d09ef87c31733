#include "../src/stats-pace.h"

#include "check.h"

enum { SECOND_US = 1000000 };

/* How many are told in the seconds from here, by a step that uses this share of a processor. */
static int told_in(uint64_t *now_us, uint64_t *cpu_us, int seconds, double share)
{
	uint64_t until_us = *now_us + (uint64_t)seconds * SECOND_US;
	int told = 0;
	while (stats_pace_due_us() <= until_us) {
		*cpu_us += (uint64_t)((double)(stats_pace_due_us() - *now_us) * share);
		*now_us = stats_pace_due_us();
		stats_pace_told(*now_us, *cpu_us);
		told++;
	}
	*now_us = until_us;
	return told;
}

void stats_pace_tests(void)
{
	uint64_t now_us = 7 * SECOND_US;
	uint64_t cpu_us = 0;
	stats_pace_start(now_us);
	check(stats_pace_due_us() == now_us + STATS_SOONEST_US, "the first STATS is due after 250 ms");
	check(told_in(&now_us, &cpu_us, 10, 0.5) == 40, "a step that computes is told of four times a second");
	told_in(&now_us, &cpu_us, 10, 0);
	check(told_in(&now_us, &cpu_us, 60, 0) == 30, "a step that waits is told of every two seconds at last");
	stats_pace_stir(now_us);
	check(stats_pace_due_us() <= now_us + STATS_SOONEST_US, "who is typed at or prints is told of soon");
	uint64_t due_us = stats_pace_due_us();
	stats_pace_stir(now_us + 1000);
	check(stats_pace_due_us() == due_us, "many keys do not put it off");
	told_in(&now_us, &cpu_us, 10, 0);
	told_in(&now_us, &cpu_us, 4, 0.5);
	check(told_in(&now_us, &cpu_us, 10, 0.5) == 40, "a step that computes again is told of four times a second again");
	stats_pace_start(now_us);
	check(stats_pace_due_us() == now_us + STATS_SOONEST_US, "the next step begins anew");
	stats_pace_told(now_us + STATS_SOONEST_US, 0);
	check(stats_pace_due_us() == now_us + 3 * STATS_SOONEST_US, "what the step before has used is not the next one's");
}
