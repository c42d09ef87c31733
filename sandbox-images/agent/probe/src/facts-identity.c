/* Who the program is, who its agent is, and what it was given. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "facts.h"
#include "report.h"
#include "text-file.h"

extern char **environ;

static void report_numbers(const char *path, const char *words)
{
	report_list_open(path);
	while (*words != '\0') {
		char *end;
		long value = strtol(words, &end, 10);
		if (end == words)
			break;
		report_list_number(value);
		words = end + strspn(end, " \t");
	}
	report_list_close();
}

/* A number where it is one; absent fields are null. */
static void report_count(const char *path, const char *word)
{
	if (*word == '\0')
		report_null(path);
	else
		report_number(path, strtol(word, NULL, 10));
}

static void report_status(const char *file, const char *subject)
{
	static const char *const fields[][2] = {
		{"CapInh", "inheritable"}, {"CapPrm", "permitted"}, {"CapEff", "effective"}, {"CapBnd", "bounding"}, {"CapAmb", "ambient"},
	};
	char path[80];
	const char *status = text_file(file);
	if (status == NULL) {
		snprintf(path, sizeof path, "%s.status", subject);
		report_text(path, report_errno(errno));
		return;
	}
	snprintf(path, sizeof path, "%s.uids", subject);
	report_numbers(path, text_field(status, "Uid"));
	snprintf(path, sizeof path, "%s.gids", subject);
	report_numbers(path, text_field(status, "Gid"));
	snprintf(path, sizeof path, "%s.groups", subject);
	report_numbers(path, text_field(status, "Groups"));
	for (size_t at = 0; at < sizeof fields / sizeof fields[0]; at++) {
		snprintf(path, sizeof path, "%s.capabilities.%s", subject, fields[at][1]);
		report_text(path, text_field(status, fields[at][0]));
	}
	snprintf(path, sizeof path, "%s.seccompMode", subject);
	report_count(path, text_field(status, "Seccomp"));
	snprintf(path, sizeof path, "%s.seccompFilters", subject);
	report_count(path, text_field(status, "Seccomp_filters"));
}

void facts_identity(void)
{
	report_status("/proc/self/status", "identity");
	report_number("identity.noNewPrivileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	report_number("identity.dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	report_number("identity.secureBits", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
}

void facts_agent(void)
{
	const char *status = text_file("/proc/1/status");
	report_status("/proc/1/status", "agent");
	if (status != NULL)
		report_count("agent.noNewPrivileges", text_field(status, "NoNewPrivs"));
}

/* Processes of other users than the program and the agent, "uid name" each: the image's service, where it has one. */
void facts_neighbours(void)
{
	char path[300], item[REPORT_ITEM_MAX + 1];
	struct stat owner;
	DIR *entries = opendir("/proc");
	report_list_open("processes.ofOthers");
	for (struct dirent *entry = entries == NULL ? NULL : readdir(entries); entry != NULL; entry = readdir(entries)) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || strcmp(entry->d_name, "1") == 0)
			continue;
		snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
		const char *status = text_file(path);
		if (status == NULL || stat(path, &owner) != 0)
			continue;
		long uid = strtol(text_field(status, "Uid"), NULL, 10);
		if (uid == (long)getuid())
			continue;
		snprintf(item, sizeof item, "%ld %s", uid, text_field(status, "Name"));
		report_list_text(item);
	}
	report_list_close();
	if (entries != NULL)
		closedir(entries);
}

/* Those that the machine's first process is in too, by the numbers that the kernel gives its first namespaces (include/linux/proc_ns.h). */
void facts_namespaces(void)
{
	static const char *const kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
	/* Those of the mount and the network namespace have had fixed numbers since Linux 6.18; before, they were the first to be had. */
	const unsigned long first = 4026531832UL, last = 4026531842UL, first_network = 4026531992UL;
	char path[32], target[64];
	report_list_open("namespaces.initial");
	for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[at]);
		ssize_t bytes = readlink(path, target, sizeof target - 1);
		if (bytes <= 0)
			continue;
		target[bytes] = '\0';
		const char *number = strchr(target, '[');
		unsigned long inode = number == NULL ? 0 : strtoul(number + 1, NULL, 10);
		if ((inode >= first && inode <= last) || inode == first_network)
			report_list_text(kinds[at]);
	}
	report_list_close();
}

void facts_kernel(void)
{
	struct utsname name;
	struct timespec resolution;
	if (uname(&name) != 0)
		return;
	report_text("kernel.system", name.sysname);
	report_text("kernel.release", name.release);
	report_text("kernel.version", name.version);
	report_text("kernel.machine", name.machine);
	report_text("kernel.hostName", name.nodename);
	report_text("kernel.domainName", name.domainname);
	if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0)
		report_number("kernel.clockResolutionNs", resolution.tv_sec * 1000000000LL + resolution.tv_nsec);
}

void facts_environment(void)
{
	char name[REPORT_ITEM_MAX + 1];
	report_list_open("environment.names");
	for (char **entry = environ; *entry != NULL; entry++) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry, "="), *entry);
		report_list_text(name);
	}
	report_list_close();
	char *folder = getcwd(name, sizeof name);
	report_text("environment.workingDirectory", folder == NULL ? report_errno(errno) : folder);
}

void facts_descriptors(void)
{
	char item[REPORT_ITEM_MAX + 1], target[256], path[32];
	report_list_open("descriptors.open");
	for (int descriptor = 0; descriptor < 4096; descriptor++) {
		if (fcntl(descriptor, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
		ssize_t bytes = readlink(path, target, sizeof target - 1);
		target[bytes > 0 ? bytes : 0] = '\0';
		/* "pipe:[1234]" without the number. */
		char *number = strstr(target, ":[");
		if (number != NULL)
			*number = '\0';
		snprintf(item, sizeof item, "%d %s", descriptor, target);
		report_list_text(item);
	}
	report_list_close();
}

static void report_limit(const char *path, int resource)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) != 0 || limit.rlim_max == RLIM_INFINITY)
		report_null(path);
	else
		report_number(path, (long long)limit.rlim_max);
}

/* The kernel writes "no limit" as a number near the greatest. */
static const long long NO_LIMIT_FROM = 1LL << 52;

static void report_cgroup_limit(const char *path, const char *unified, const char *legacy)
{
	const char *content = text_file(unified);
	if (content == NULL)
		content = text_file(legacy);
	long long value = content == NULL || *content < '0' || *content > '9' ? -1 : strtoll(content, NULL, 10);
	if (value < 0 || value > NO_LIMIT_FROM)
		report_null(path);
	else
		report_number(path, value);
}

/* What the kernel says is allowed; what really is, the attacks 1 to 4 measure. null: no limit, or not to be seen. */
void facts_limits(void)
{
	report_limit("limits.coreBytes", RLIMIT_CORE);
	report_limit("limits.openFiles", RLIMIT_NOFILE);
	report_limit("limits.messageQueueBytes", RLIMIT_MSGQUEUE);
	report_limit("limits.realTimePriority", RLIMIT_RTPRIO);
	report_limit("limits.nice", RLIMIT_NICE);
	report_cgroup_limit("limits.cgroup.memoryBytes", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes");
	report_cgroup_limit("limits.cgroup.processes", "/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max");
}
