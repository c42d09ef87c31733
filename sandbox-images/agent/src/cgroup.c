#include "cgroup.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 8192 };

static int cpu_nanoseconds = -1;
static int cpu_stat = -1;
static int memory_stat = -1;
static int oom_events = -1;
static bool is_v2;
static char text[TEXT_BYTES];

static int open_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

void cgroup_open(void)
{
	/* cgroup.events is absent, and v1's release_agent is present, in the root group only: that one counts the whole machine. */
	is_v2 = exists("/sys/fs/cgroup/cgroup.events");
	if (is_v2) {
		cpu_stat = open_file("/sys/fs/cgroup/cpu.stat");
		memory_stat = open_file("/sys/fs/cgroup/memory.stat");
		oom_events = open_file("/sys/fs/cgroup/memory.events");
		return;
	}
	if (!exists("/sys/fs/cgroup/cpuacct/release_agent"))
		cpu_nanoseconds = open_file("/sys/fs/cgroup/cpuacct/cpuacct.usage");
	if (!exists("/sys/fs/cgroup/memory/release_agent")) {
		memory_stat = open_file("/sys/fs/cgroup/memory/memory.stat");
		oom_events = open_file("/sys/fs/cgroup/memory/memory.oom_control");
	}
}

static bool read_text(int descriptor)
{
	ssize_t bytes = descriptor < 0 ? -1 : pread(descriptor, text, sizeof text - 1, 0);
	text[bytes < 0 ? 0 : bytes] = 0;
	return bytes > 0;
}

static bool parse_number(const char *at, uint64_t *value)
{
	uint64_t number = 0;
	const char *digit = at;
	for (; *digit >= '0' && *digit <= '9'; digit++)
		number = number * 10 + (uint64_t)(*digit - '0');
	*value = number;
	return digit != at;
}

bool cgroup_find(const char *lines, const char *key, uint64_t *value)
{
	size_t key_bytes = strlen(key);
	for (const char *line = lines; line != NULL && *line != 0; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_bytes) == 0 && line[key_bytes] == ' ')
			return parse_number(line + key_bytes + 1, value);
	}
	return false;
}

bool cgroup_cpu_us(uint64_t *cpu_us)
{
	if (read_text(cpu_nanoseconds) && parse_number(text, cpu_us)) {
		*cpu_us /= 1000;
		return true;
	}
	return read_text(cpu_stat) && cgroup_find(text, "usage_usec", cpu_us);
}

bool cgroup_memory_bytes(uint64_t *memory_bytes)
{
	uint64_t anonymous = 0;
	uint64_t shared = 0;
	if (!read_text(memory_stat) || !cgroup_find(text, is_v2 ? "anon" : "total_rss", &anonymous))
		return false;
	/* Kernels before 4.14 count shared memory as cache and have no line of its own for it in v1. */
	cgroup_find(text, is_v2 ? "shmem" : "total_shmem", &shared);
	*memory_bytes = anonymous + shared;
	return true;
}

bool cgroup_oom_kills(uint64_t *oom_kills)
{
	return read_text(oom_events) && cgroup_find(text, "oom_kill", oom_kills);
}
