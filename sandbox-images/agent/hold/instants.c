/*
 * A program may ask how long it has been running (performance.now(), process.uptime(), SECONDS): the time that its interpreter stood still does not
 * count. Clocks cannot be set back for one process without a time namespace, and a clock of our own would not agree with the kernel's time-outs. So the
 * clocks stay as they are, and what moves on is what the interpreter remembers of its start: every time that it has asked for is noted here, and
 * when it stops its memory is searched for those, in the forms in which libuv, Node and Rust keep them. What is found is moved when it is let go,
 * where it still says the same. Only whole values count, of nanoseconds since the machine's start, which nothing else looks like but by a chance of one in
 * 2^64 for each; an address could be one, on a machine that has been up as many nanoseconds, and so values within the process's own memory are left out.
 */
#include "instants.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "areas.h"

enum { MOST_NOTED = 16384, MOST_FOUND = 512 };
enum { NS_PER_SECOND = 1000000000, NS_PER_US = 1000, NS_PER_MS = 1000000 };

/* In nanoseconds. Sorted once the process has stopped. */
struct noted {
	_Atomic unsigned int count;
	uint64_t ns[MOST_NOTED];
};

enum form { WHOLE_NS, DOUBLE_NS, DOUBLE_US, DOUBLE_MS, SECONDS_AND_NS };

struct found {
	/* Whole words lie on a multiple of eight, doubles of a V8 with compressed pointers on one of four. */
	uint32_t *at;
	uint64_t value;
	enum form form;
	bool is_wall;
};

static struct noted monotonic;
static struct noted wall;
static volatile bool is_over;
static struct found found[MOST_FOUND];
static unsigned int found_count;
static uint64_t stopped_monotonic_ns;
static uint64_t stopped_wall_ns;
static int (*next_clock_gettime)(clockid_t, struct timespec *);

static void find_next(void)
{
	if (next_clock_gettime == NULL)
		*(void **)&next_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

static uint64_t to_ns(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * NS_PER_SECOND + (uint64_t)time->tv_nsec;
}

static void note(struct noted *noted, uint64_t ns)
{
	unsigned int index = atomic_fetch_add(&noted->count, 1);
	if (index < MOST_NOTED)
		noted->ns[index] = ns;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *time)
{
	find_next();
	int result = next_clock_gettime(clock, time);
	if (!is_over && result == 0 && clock == CLOCK_MONOTONIC)
		note(&monotonic, to_ns(time));
	if (!is_over && result == 0 && clock == CLOCK_REALTIME)
		note(&wall, to_ns(time));
	return result;
}

static int compare(const void *one, const void *other)
{
	const uint64_t *a = one;
	const uint64_t *b = other;
	return *a < *b ? -1 : *a > *b;
}

static unsigned int length(const struct noted *noted)
{
	return noted->count < MOST_NOTED ? noted->count : MOST_NOTED;
}

__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	static int (*next)(struct timeval *, void *);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "gettimeofday");
	int result = next(time, zone);
	if (!is_over && result == 0)
		note(&wall, (uint64_t)time->tv_sec * NS_PER_SECOND + (uint64_t)time->tv_usec * NS_PER_US);
	return result;
}

/* In place: qsort(3) may leave a copy of all of them in memory that is then searched. Most stand in order, as they were asked for. */
static void sort(struct noted *noted)
{
	for (unsigned int index = 1; index < length(noted); index++) {
		uint64_t ns = noted->ns[index];
		unsigned int to = index;
		for (; to > 0 && noted->ns[to - 1] > ns; to--)
			noted->ns[to] = noted->ns[to - 1];
		noted->ns[to] = ns;
	}
}

static bool is_noted(const struct noted *noted, uint64_t ns)
{
	return bsearch(&ns, noted->ns, length(noted), sizeof ns, compare) != NULL;
}

static uint64_t bits(double value)
{
	uint64_t word;
	memcpy(&word, &value, sizeof word);
	return word;
}

static double real(uint64_t word)
{
	double value;
	memcpy(&value, &word, sizeof value);
	return value;
}

static uint64_t word_at(const uint32_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

static void put_word(uint32_t *at, uint64_t word)
{
	memcpy(at, &word, sizeof word);
}

static void add(uint32_t *at, enum form form, bool is_wall)
{
	if (found_count < MOST_FOUND)
		found[found_count++] = (struct found){at, word_at(at), form, is_wall};
}

struct range {
	uint64_t first;
	uint64_t last;
};

static bool is_in(const struct range *range, uint64_t value)
{
	return value >= range->first && value <= range->last;
}

/* In places that lie side by side: seconds, nanoseconds (struct timespec, and Rust's, whose second part has 32 bits). */
static bool is_pair(const struct noted *noted, const uint32_t *at)
{
	uint64_t nanoseconds = at[2];
	return nanoseconds < NS_PER_SECOND && is_noted(noted, word_at(at) * NS_PER_SECOND + nanoseconds);
}

/* A start may be kept as the time of day less the time since then, and so be earlier than any time of day that was asked for. */
static uint64_t first_wall_ns(void)
{
	uint64_t first_moment_ns = stopped_wall_ns - (stopped_monotonic_ns - monotonic.ns[0]);
	return first_moment_ns < wall.ns[0] ? first_moment_ns : wall.ns[0];
}

static void search(const struct area *area)
{
	const uint64_t first = monotonic.ns[0];
	const uint64_t last = monotonic.ns[length(&monotonic) - 1];
	const uint64_t wall_first = first_wall_ns();
	const uint64_t wall_last = wall.ns[length(&wall) - 1];
	const struct range whole = {first, last};
	const struct range whole_doubles = {bits((double)first), bits((double)last)};
	const struct range seconds = {first / NS_PER_SECOND, last / NS_PER_SECOND};
	const struct range wall_seconds = {wall_first / NS_PER_SECOND, wall_last / NS_PER_SECOND};
	/* To the microsecond and to the millisecond: such a number in such a range, the time of day in the moment of a start, is nothing else. */
	const struct range wall_us = {bits((double)(wall_first / NS_PER_US)), bits((double)(wall_last / NS_PER_US + 1))};
	const struct range wall_ms = {bits((double)(wall_first / NS_PER_MS)), bits((double)(wall_last / NS_PER_MS + 1))};
	uint32_t *end = (uint32_t *)area->end;
	for (uint32_t *at = (uint32_t *)area->begin; at + 1 < end; at++) {
		uint64_t value = word_at(at);
		bool is_word = (uintptr_t)at % sizeof(uint64_t) == 0;
		bool has_next = is_word && at + 3 < end;
		if (is_in(&wall_us, value))
			add(at, DOUBLE_US, true);
		else if (is_in(&wall_ms, value))
			add(at, DOUBLE_MS, true);
		else if (is_in(&whole_doubles, value) && is_noted(&monotonic, (uint64_t)real(value)))
			add(at, DOUBLE_NS, false);
		else if (is_word && is_in(&whole, value) && is_noted(&monotonic, value) && !areas_hold(value))
			add(at, WHOLE_NS, false);
		else if (has_next && is_in(&seconds, value) && is_pair(&monotonic, at))
			add(at, SECONDS_AND_NS, false);
		else if (has_next && is_in(&wall_seconds, value) && is_pair(&wall, at))
			add(at, SECONDS_AND_NS, true);
	}
}

void instants_stop(void)
{
	/* Not on the stack, which is searched. */
	static struct timespec now;
	is_over = true;
	find_next();
	next_clock_gettime(CLOCK_MONOTONIC, &now);
	stopped_monotonic_ns = to_ns(&now);
	next_clock_gettime(CLOCK_REALTIME, &now);
	stopped_wall_ns = to_ns(&now);
	/* So that neither list is empty. */
	note(&monotonic, stopped_monotonic_ns);
	note(&wall, stopped_wall_ns);
	sort(&monotonic);
	sort(&wall);
	areas_find();
	for (unsigned int index = 0; index < areas_count; index++)
		search(&areas[index]);
}

static void move(const struct found *one, uint64_t by_ns)
{
	if (!areas_are_mapped(one->at) || word_at(one->at) != one->value)
		return;
	uint64_t ns;
	switch (one->form) {
	case WHOLE_NS:
		put_word(one->at, one->value + by_ns);
		return;
	case DOUBLE_NS:
		put_word(one->at, bits(real(one->value) + (double)by_ns));
		return;
	case DOUBLE_US:
		put_word(one->at, bits(real(one->value) + (double)by_ns / NS_PER_US));
		return;
	case DOUBLE_MS:
		put_word(one->at, bits(real(one->value) + (double)by_ns / NS_PER_MS));
		return;
	case SECONDS_AND_NS:
		ns = one->at[2] + by_ns;
		put_word(one->at, one->value + ns / NS_PER_SECOND);
		one->at[2] = (uint32_t)(ns % NS_PER_SECOND);
		return;
	}
}

/* Bash counts SECONDS from these, which it shows to its loadable builtins; they are whole seconds, and would not be found. */
static void move_bash(uint64_t now_ns)
{
	time_t *start_time = dlsym(RTLD_DEFAULT, "shell_start_time");
	struct timeval *start = dlsym(RTLD_DEFAULT, "shellstart");
	if (start_time == NULL || start == NULL || *start_time != start->tv_sec)
		return;
	*start_time = start->tv_sec = (time_t)(now_ns / NS_PER_SECOND);
	start->tv_usec = (suseconds_t)(now_ns % NS_PER_SECOND / NS_PER_US);
}

void instants_go(void)
{
	struct timespec now;
	next_clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t by_ns = to_ns(&now) - stopped_monotonic_ns;
	next_clock_gettime(CLOCK_REALTIME, &now);
	uint64_t wall_by_ns = to_ns(&now) - stopped_wall_ns;
	for (unsigned int index = 0; index < found_count; index++)
		move(&found[index], found[index].is_wall ? wall_by_ns : by_ns);
	move_bash(to_ns(&now));
}
