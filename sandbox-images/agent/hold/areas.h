/* The process's private memory that may be written: where what it remembers lies. */
#ifndef SANDGLASS_AREAS_H
#define SANDGLASS_AREAS_H

#include <stdbool.h>
#include <stdint.h>

struct area {
	uintptr_t begin;
	uintptr_t end;
};

extern struct area areas[];
extern unsigned int areas_count;

/* Once: what /proc/self/maps tells, less this library's own. */
void areas_find(void);

/* Whether a number could be an address in one of them. */
bool areas_hold(uint64_t value);

/* Whether two words of eight bytes can still be read there: other threads go on, and may give memory back. */
bool areas_are_mapped(const uint32_t *at);

#endif
