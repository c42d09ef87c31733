#include "tick-rate.h"

#include <stdint.h>
#include <time.h>
#include <x86intrin.h>

enum { TRIES = 64, BETWEEN_NS = 50000000 };

struct moment {
	uint64_t ticks;
	uint64_t ns;
};

/* The reading that was interrupted least. */
static struct moment now(void)
{
	struct moment best = {0};
	uint64_t shortest = UINT64_MAX;
	for (int attempt = 0; attempt < TRIES; attempt++) {
		struct timespec time;
		uint64_t before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &time);
		uint64_t after = __rdtsc();
		if (after - before >= shortest)
			continue;
		shortest = after - before;
		best = (struct moment){before + shortest / 2, (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec};
	}
	return best;
}

unsigned long tick_rate_khz(void)
{
	const struct timespec between = {.tv_nsec = BETWEEN_NS};
	struct moment first = now();
	nanosleep(&between, NULL);
	struct moment last = now();
	return (unsigned long)((last.ticks - first.ticks) * 1000000 / (last.ns - first.ns));
}
