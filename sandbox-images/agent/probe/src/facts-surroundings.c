/* What the kernel's own file systems and the network let through. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "report.h"
#include "text-file.h"

/* Whatever of these can be read tells of the machine, or of other programs. */
static const char *const telling[] = {
	"/etc/machine-id", "/var/lib/dbus/machine-id", "/proc/sys/kernel/random/boot_id", "/proc/cmdline", "/proc/config.gz", "/proc/cpuinfo",
	"/proc/diskstats", "/proc/interrupts", "/proc/iomem", "/proc/kallsyms", "/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/kmsg",
	"/proc/kpagecount", "/proc/latency_stats", "/proc/loadavg", "/proc/meminfo", "/proc/modules", "/proc/partitions", "/proc/pressure/cpu",
	"/proc/sched_debug", "/proc/schedstat", "/proc/slabinfo", "/proc/stat", "/proc/swaps", "/proc/timer_list", "/proc/uptime",
	"/proc/vmallocinfo", "/proc/vmstat", "/proc/zoneinfo", "/proc/1/auxv", "/proc/1/environ", "/proc/1/maps", "/proc/1/stack",
	"/proc/1/syscall", "/proc/sys/kernel/core_pattern", "/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/product_uuid",
	"/sys/kernel/notes", "/sys/kernel/profiling", "/sys/kernel/vmcoreinfo", "/sys/hypervisor/uuid",
};

/* Whatever of these can be opened for writing changes the machine. Nothing is written here. */
static const char *const settings[] = {
	"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
	"/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/yama/ptrace_scope", "/proc/sys/vm/panic_on_oom", "/proc/sys/vm/drop_caches",
	"/proc/sys/fs/binfmt_misc/register", "/proc/sys/net/ipv4/ip_forward", "/proc/irq/default_smp_affinity", "/proc/mtrr",
	"/proc/1/mem", "/proc/1/oom_score_adj", "/proc/timer_stats", "/sys/kernel/uevent_helper", "/sys/kernel/profiling", "/sys/power/state",
	"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
	"/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/pids.max",
};

static const char *const hidden_folders[] = {"/proc/acpi", "/proc/asound", "/proc/scsi", "/sys/firmware", "/sys/kernel/debug",
					     "/sys/kernel/tracing", "/sys/kernel/security", "/sys/devices/virtual/powercap"};

static int can_read(const char *path)
{
	const char *content = text_file(path);
	return content != NULL && content[0] != '\0';
}

static int has_entries(const char *folder)
{
	int count = 0;
	DIR *entries = opendir(folder);
	if (entries == NULL)
		return 0;
	for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
		count += entry->d_name[0] != '.';
	closedir(entries);
	return count > 0;
}

static void take_cgroup(char *line)
{
	static char last[REPORT_ITEM_MAX];
	const char *path = strchr(line, ':');
	path = path == NULL ? NULL : strchr(path + 1, ':');
	if (path == NULL || strcmp(path + 1, "/") == 0 || strncmp(path + 1, last, sizeof last - 1) == 0)
		return;
	snprintf(last, sizeof last, "%s", path + 1);
	report_list_text(last);
}

void facts_proc(void)
{
	report_list_open("proc.readable");
	for (size_t at = 0; at < sizeof telling / sizeof telling[0]; at++)
		if (can_read(telling[at]))
			report_list_text(telling[at]);
	for (size_t at = 0; at < sizeof hidden_folders / sizeof hidden_folders[0]; at++)
		if (has_entries(hidden_folders[at]))
			report_list_text(hidden_folders[at]);
	report_list_close();
	report_list_open("proc.writable");
	for (size_t at = 0; at < sizeof settings / sizeof settings[0]; at++) {
		int file = open(settings[at], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (file < 0)
			continue;
		close(file);
		report_list_text(settings[at]);
	}
	report_list_close();
	/* "/" is left out: that is what a control group's own namespace shows. */
	const char *groups = text_file("/proc/self/cgroup");
	report_list_open("cgroup.paths");
	if (groups != NULL)
		text_lines(groups, take_cgroup);
	report_list_close();
}

static void take_interface(char *line)
{
	char *colon = strchr(line, ':');
	if (colon == NULL)
		return;
	*colon = '\0';
	report_list_text(line + strspn(line, " "));
}

/* The abstract ones begin with '@'; an unnamed one has no path. */
static void take_unix_socket(char *line)
{
	const char *path = strrchr(line, ' ');
	if (path != NULL && (path[1] == '@' || path[1] == '/'))
		report_list_text(path + 1);
}

static void take_route(char *line)
{
	if (strncmp(line, "Iface", 5) != 0 && line[0] != '\0')
		report_list_text(line);
}

void facts_network(void)
{
	static const struct {
		const char *path;
		const char *file;
		void (*take)(char *line);
	} tables[] = {
		{"network.interfaces", "/proc/net/dev", take_interface},
		{"network.routes", "/proc/net/route", take_route},
		{"network.unixSockets", "/proc/net/unix", take_unix_socket},
	};
	for (size_t at = 0; at < sizeof tables / sizeof tables[0]; at++) {
		const char *content = text_file(tables[at].file);
		report_list_open(tables[at].path);
		if (content != NULL)
			text_lines(content, tables[at].take);
		report_list_close();
	}
}
