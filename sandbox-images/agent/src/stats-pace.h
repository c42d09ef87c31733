#ifndef SANDGLASS_STATS_PACE_H
#define SANDGLASS_STATS_PACE_H

#include <stdint.h>

/*
 * When a step's next STATS is due: every quarter of a second while something happens in it, less and less often while nothing does, for each
 * wakes the agent, the runner, the gateway and a browser. What the times come from is the caller's; pure but for its own state.
 */
enum { STATS_SOONEST_US = 250000, STATS_LATEST_US = 2000000 };

void stats_pace_start(uint64_t now_us);
uint64_t stats_pace_due_us(void);
/* One was due; the step has used so much of a processor since its start. */
void stats_pace_told(uint64_t now_us, uint64_t cpu_us);
/* It was typed at, or has printed. */
void stats_pace_stir(uint64_t now_us);

#endif
