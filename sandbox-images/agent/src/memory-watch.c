#include "memory-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "mounts.h"

enum { TEXT_BYTES = 4096, SHORTEST_LOOK_US = 5000, LONGEST_LOOK_US = 100000, FREE_TRIES = 50, FREE_RETRY_NS = 10000000, FREE_SHARE = 4 };
/* What a program can take in a microsecond, at the fastest that was seen, doubled. */
enum { BYTES_PER_US = 4096, KIB = 1024 };
/* gVisor copies what a forked process writes to in larger pieces than pages: that much of each further process is not the program's doing. */
enum { PROCESS_OVERHEAD_BYTES = 2097152, OWN_PROCESSES = 2 };

static uint64_t limit_bytes;
static uint64_t idle_kernel_bytes;
static uint64_t next_look_us;
static bool has_struck;
static int usage_file = -1;
static int meminfo_file = -1;
static int kernel_file = -1;
static char text[TEXT_BYTES];

static bool read_text(int descriptor)
{
	ssize_t bytes = descriptor < 0 ? -1 : pread(descriptor, text, sizeof text - 1, 0);
	text[bytes < 0 ? 0 : bytes] = 0;
	return bytes > 0;
}

static bool parse_number(const char *at, uint64_t *value)
{
	char *end;
	while (*at == ' ')
		at++;
	if (*at < '0' || *at > '9')
		return false;
	errno = 0;
	*value = strtoull(at, &end, 10);
	return errno == 0;
}

/* The number of kB behind "Key:" at the beginning of a line of `text`. */
static bool find_kib(const char *key, uint64_t *bytes)
{
	size_t key_bytes = strlen(key);
	for (const char *line = text; line != NULL && *line != 0; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_bytes) == 0 && parse_number(line + key_bytes, bytes)) {
			*bytes *= KIB;
			return true;
		}
	}
	return false;
}

static bool process_bytes(uint64_t *bytes)
{
	uint64_t total;
	uint64_t unused;
	if (read_text(usage_file))
		return parse_number(text, bytes);
	if (!read_text(meminfo_file) || !find_kib("MemTotal:", &total) || !find_kib("MemFree:", &unused) || unused > total)
		return false;
	*bytes = total - unused;
	return true;
}

/* Files, pipes, sockets and timers of the program are objects of that kernel; 0 where it does not tell. */
static uint64_t kernel_bytes(void)
{
	uint64_t bytes;
	return read_text(kernel_file) && find_kib("HeapAlloc:", &bytes) ? bytes : 0;
}

static uint64_t overhead_bytes(void)
{
	struct sysinfo now;
	if (sysinfo(&now) != 0 || now.procs <= OWN_PROCESSES)
		return 0;
	return (uint64_t)(now.procs - OWN_PROCESSES) * PROCESS_OVERHEAD_BYTES;
}

const char *memory_watch_open(void)
{
	const char *limit = getenv("SANDGLASS_MEMORY_BYTES");
	uint64_t used_bytes;
	if (limit == NULL)
		return NULL;
	errno = EINVAL;
	if (!parse_number(limit, &limit_bytes) || limit_bytes == 0)
		return "SANDGLASS_MEMORY_BYTES";
	usage_file = open("/sys/fs/cgroup/memory/memory.usage_in_bytes", O_RDONLY | O_CLOEXEC);
	meminfo_file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	kernel_file = open("/proc/sentry-meminfo", O_RDONLY | O_CLOEXEC);
	idle_kernel_bytes = kernel_bytes();
	return memory_watch_used(&used_bytes) ? NULL : "memory cannot be watched";
}

/* Whether what processes had is given back, which takes a moment after they have ended; waits for it. */
static bool is_process_memory_free(void)
{
	uint64_t used_bytes;
	for (int tries = 0; tries < FREE_TRIES; tries++) {
		if (process_bytes(&used_bytes) && used_bytes < limit_bytes / FREE_SHARE)
			return true;
		struct timespec retry = {.tv_sec = 0, .tv_nsec = FREE_RETRY_NS};
		if (nanosleep(&retry, NULL) != 0 && errno != EINTR)
			return false;
	}
	return false;
}

void memory_watch_start(void)
{
	has_struck = false;
	next_look_us = 0;
}

void memory_watch_settle(void)
{
	/* What is still not free after that time counts as this step's. */
	if (limit_bytes > 0 && !is_process_memory_free())
		return;
}

uint64_t memory_watch_deadline_us(void)
{
	return limit_bytes == 0 ? UINT64_MAX : next_look_us;
}

bool memory_watch_used(uint64_t *bytes)
{
	if (limit_bytes == 0 || !process_bytes(bytes))
		return false;
	uint64_t kernel = kernel_bytes();
	uint64_t overhead = overhead_bytes();
	*bytes += mounts_outside_bytes() + (kernel > idle_kernel_bytes ? kernel - idle_kernel_bytes : 0);
	*bytes -= overhead < *bytes ? overhead : *bytes;
	return true;
}

bool memory_watch_is_over(uint64_t now_us, uint64_t used_bytes)
{
	if (used_bytes >= limit_bytes) {
		has_struck = true;
		return true;
	}
	uint64_t look_us = (limit_bytes - used_bytes) / BYTES_PER_US;
	if (look_us < SHORTEST_LOOK_US)
		look_us = SHORTEST_LOOK_US;
	if (look_us > LONGEST_LOOK_US)
		look_us = LONGEST_LOOK_US;
	next_look_us = now_us + look_us;
	return false;
}

bool memory_watch_was_over(uint64_t peak_bytes)
{
	return limit_bytes > 0 && (has_struck || peak_bytes >= limit_bytes);
}

bool memory_watch_is_free(void)
{
	uint64_t kernel = kernel_bytes();
	uint64_t kept = kernel > idle_kernel_bytes ? kernel - idle_kernel_bytes : 0;
	return limit_bytes == 0 || (is_process_memory_free() && kept < limit_bytes / FREE_SHARE);
}
