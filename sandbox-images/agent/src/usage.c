#include "usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "memory-watch.h"

static uint64_t start_us;
static uint64_t start_cpu_us;
static uint64_t start_oom_kills;
static uint64_t peak_sample_bytes;

static uint64_t reaped_cpu_us(void)
{
	struct rusage usage;
	if (getrusage(RUSAGE_CHILDREN, &usage) != 0)
		return 0;
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static uint64_t process_cpu_us(pid_t pid)
{
	clockid_t clock;
	struct timespec used;
	if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static uint64_t total_cpu_us(const struct leader *leader)
{
	uint64_t cpu_us;
	if (cgroup_cpu_us(&cpu_us))
		return cpu_us;
	bool is_alive = leader->pid > 0 && !leader->has_ended;
	return reaped_cpu_us() + process_cpu_us(processes_spared()) + (is_alive ? process_cpu_us(leader->pid) : 0);
}

static uint64_t resident_bytes(const struct leader *leader)
{
	char path[40];
	char text[80];
	unsigned long total_pages;
	unsigned long resident_pages;
	if (leader->pid <= 0 || leader->has_ended)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/statm", (int)leader->pid);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	ssize_t bytes = read(file, text, sizeof text - 1);
	close(file);
	text[bytes < 0 ? 0 : bytes] = 0;
	if (sscanf(text, "%lu %lu", &total_pages, &resident_pages) != 2)
		return 0;
	return (uint64_t)resident_pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void usage_start(const struct leader *leader)
{
	peak_sample_bytes = 0;
	start_us = clock_now_us();
	start_cpu_us = total_cpu_us(leader);
	if (!cgroup_oom_kills(&start_oom_kills))
		start_oom_kills = 0;
}

uint64_t usage_cpu_us(const struct leader *leader)
{
	uint64_t cpu_us = total_cpu_us(leader);
	uint64_t used_us = cpu_us > start_cpu_us ? cpu_us - start_cpu_us : 0;
	/* gVisor counts a process that waits for a processor as one that runs: more than every processor had cannot have been used. */
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t most_us = (clock_now_us() - start_us) * (processors > 0 ? (uint64_t)processors : 1);
	return used_us < most_us ? used_us : most_us;
}

uint64_t usage_sample_memory(const struct leader *leader)
{
	uint64_t bytes;
	if (!cgroup_memory_bytes(&bytes) && !memory_watch_used(&bytes))
		bytes = resident_bytes(leader);
	if (bytes > peak_sample_bytes)
		peak_sample_bytes = bytes;
	return bytes;
}

uint64_t usage_peak_memory(const struct leader *leader)
{
	return leader->peak_resident_bytes > peak_sample_bytes ? leader->peak_resident_bytes : peak_sample_bytes;
}

uint32_t usage_oom_kills(void)
{
	uint64_t oom_kills;
	if (!cgroup_oom_kills(&oom_kills) || oom_kills < start_oom_kills)
		return 0;
	return (uint32_t)(oom_kills - start_oom_kills);
}
