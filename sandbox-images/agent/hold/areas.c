#include "areas.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_AREAS = 1024, MAPS_BYTES = 262144, MOST_AREA_BYTES = 16777216, MOST_GUARD_BYTES = 65536 };

/* Of this library, by the linker: what it notes lies there, in more than one area, and looks like what it searches for. */
__attribute__((visibility("hidden"))) extern char __bss_start[];
__attribute__((visibility("hidden"))) extern char _end[];

struct area areas[MOST_AREAS];
unsigned int areas_count;

/*
 * The stacks of further threads are left out, which a guard lies before: hardly any of
 * their pages have ever been touched, and gVisor would lay memory under each of the others.
 */
void areas_find(void)
{
	static char maps[MAPS_BYTES];
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t bytes = 0;
	ssize_t got = 0;
	while (file >= 0 && bytes < sizeof maps - 1 && (got = read(file, maps + bytes, sizeof maps - 1 - bytes)) > 0)
		bytes += (size_t)got;
	if (file >= 0)
		close(file);
	maps[bytes] = 0;
	uintptr_t guard_end = 0;
	for (char *line = maps; line != NULL && *line != 0 && areas_count < MOST_AREAS; line = strchr(line, '\n')) {
		line += *line == '\n';
		char *after;
		uintptr_t begin = strtoul(line, &after, 16);
		uintptr_t end = *after == '-' ? strtoul(after + 1, &after, 16) : 0;
		bool is_ours = begin < (uintptr_t)_end && (uintptr_t)__bss_start < end;
		if (strncmp(after, " rw-p", 5) == 0 && !is_ours && begin != guard_end && end - begin <= MOST_AREA_BYTES)
			areas[areas_count++] = (struct area){begin, end};
		guard_end = strncmp(after, " ---p", 5) == 0 && end - begin <= MOST_GUARD_BYTES ? end : 0;
	}
}

bool areas_hold(uint64_t value)
{
	for (unsigned int index = 0; index < areas_count; index++)
		if (value >= areas[index].begin && value < areas[index].end)
			return true;
	return false;
}

bool areas_are_mapped(const uint32_t *at)
{
	const uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
	unsigned char residency[2];
	uintptr_t page = (uintptr_t)at / page_bytes * page_bytes;
	uintptr_t end = (uintptr_t)(at + 4);
	return mincore((void *)page, end - page, residency) == 0;
}
