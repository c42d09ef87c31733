/* Rows 22 to 25 and 33: the kernel's own files, devices, and secrets that lie about. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "report.h"

extern char **environ;

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void write_cgroups(struct verdict *verdict)
{
	static const char *const files[] = {
		"/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/pids.max",
		"/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/pids/pids.max",
		"/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/rdma/release_agent", "/sys/fs/cgroup/systemd/release_agent",
	};
	static const char *const folders[] = {"/sys/fs/cgroup/sandglass", "/sys/fs/cgroup/memory/sandglass", "/sys/fs/cgroup/rdma/sandglass"};
	for (size_t at = 0; at < COUNT(files); at++)
		attempt_open(verdict, files[at], O_WRONLY);
	for (size_t at = 0; at < COUNT(folders); at++)
		if (attempt(verdict, folders[at], mkdir(folders[at], 0700)))
			rmdir(folders[at]);
}

/* Root of a user namespace may mount a version 1 hierarchy, and name the host's program in its release_agent. */
static void mount_cgroups(struct verdict *verdict)
{
	unshare(0x10000000 | 0x02000000 | 0x00020000);
	if (attempt(verdict, "a version 1 hierarchy", mount("none", "/tmp", "cgroup", 0, "rdma")))
		umount2("/tmp", MNT_DETACH);
	if (attempt(verdict, "the version 2 hierarchy", mount("none", "/tmp", "cgroup2", 0, NULL)))
		umount2("/tmp", MNT_DETACH);
}

/* Opened and closed; nothing is written. */
static void open_settings(struct verdict *verdict)
{
	static const char *const files[] = {
		"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname",
		"/proc/sys/fs/binfmt_misc/register", "/proc/sys/vm/panic_on_oom", "/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/kernel/yama/ptrace_scope", "/proc/irq/default_smp_affinity", "/sys/kernel/uevent_helper", "/sys/power/state",
	};
	for (size_t at = 0; at < COUNT(files); at++)
		attempt_open(verdict, files[at], O_WRONLY);
}

static void read_kernel_secrets(struct verdict *verdict)
{
	static const char *const files[] = {
		"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/latency_stats", "/proc/kmsg", "/proc/slabinfo",
		"/proc/vmallocinfo", "/proc/kpagecount", "/sys/firmware/dmi/tables/DMI", "/sys/firmware/acpi/tables/DSDT",
		"/sys/class/dmi/id/product_uuid", "/sys/kernel/debug/sched/debug", "/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0/energy_uj",
	};
	for (size_t at = 0; at < COUNT(files); at++)
		attempt_read(verdict, files[at]);
}

static void open_devices(struct verdict *verdict)
{
	static const char *const devices[] = {
		"mem", "kmem", "port", "kmsg", "kvm", "fuse", "net/tun", "loop-control", "loop0", "mapper/control", "sda", "vda", "nvme0n1", "vsock",
		"vhost-net", "vhost-vsock", "cpu/0/msr", "dri/card0", "nvidiactl", "hwrng", "snapshot", "btrfs-control", "autofs", "uinput",
		"bus/usb/001/001",
	};
	char path[40];
	for (size_t at = 0; at < COUNT(devices); at++) {
		snprintf(path, sizeof path, "/dev/%s", devices[at]);
		int device = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (attempt(verdict, devices[at], device))
			close(device);
	}
}

static void make_devices(struct verdict *verdict)
{
	static const struct {
		const char *name;
		mode_t type;
		unsigned major, minor;
	} devices[] = {{"memory 1:1", S_IFCHR, 1, 1}, {"disk 8:0", S_IFBLK, 8, 0}, {"disk 254:0", S_IFBLK, 254, 0}, {"kvm 10:232", S_IFCHR, 10, 232}};
	static const char path[] = "/tmp/sandglass-device";
	int made = 0;
	for (size_t at = 0; at < COUNT(devices); at++) {
		if (mknod(path, devices[at].type | 0600, makedev(devices[at].major, devices[at].minor)) != 0) {
			attempt_denied(verdict, devices[at].name, report_errno(errno));
			continue;
		}
		made++;
		/* A node that opens nothing is a name. */
		int device = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (attempt(verdict, devices[at].name, device))
			close(device);
		unlink(path);
	}
	report_bool("devices.canBeMade", made > 0);
}

static bool looks_secret(const char *name, size_t length)
{
	static const char *const words[] = {"TOKEN", "SECRET", "PASSW", "CREDENTIAL", "PRIVATE", "API_KEY", "AWS_", "DOCKER_", "SANDGLASS_", "KUBERNETES_"};
	for (size_t word = 0; word < COUNT(words); word++)
		for (size_t at = 0; at + strlen(words[word]) <= length; at++)
			if (strncasecmp(name + at, words[word], strlen(words[word])) == 0)
				return true;
	return false;
}

static void look_for_secrets(struct verdict *verdict)
{
	static const char *const files[] = {
		"/etc/shadow", "/root/.ssh/id_rsa", "/root/.ssh/id_ed25519", "/root/.bash_history", "/root/.docker/config.json", "/root/.aws/credentials",
		"/root/.kube/config", "/root/.npmrc", "/run/secrets/kubernetes.io/serviceaccount/token", "/etc/kubernetes/admin.conf",
		"/var/lib/docker/network/files/local-kv.db", "/etc/machine-id",
	};
	int secrets = 0;
	for (char **entry = environ; *entry != NULL; entry++) {
		char name[64];
		size_t length = strcspn(*entry, "=");
		if (!looks_secret(*entry, length))
			continue;
		secrets++;
		snprintf(name, sizeof name, "%.*s", (int)length, *entry);
		attempt_worked(verdict, name, "it is in the environment");
	}
	if (secrets == 0)
		attempt_denied(verdict, "the environment", "no name of a secret");
	for (size_t at = 0; at < COUNT(files); at++)
		attempt_read(verdict, files[at]);
}

void attacks_on_system(void)
{
	static const struct attack attacks[] = {
		{22, "22-cgroup-files", "Write the control group's files",
		 "release_agent, cgroup.procs, the limits on memory and processes, devices.allow; a new group.",
		 "The files are read-only and belong to root. Who writes the limits has none; release_agent names a program that the host runs.",
		 write_cgroups, 0},
		{22, "22-cgroup-mount", "Mount control groups anew",
		 "In a new user namespace, where one can be had: version 1 with release_agent, and version 2.",
		 "The escape of CVE-2022-0492: the host ran the program that a container had named.", mount_cgroups, 0},
		{23, "23-kernel-settings", "Change the kernel's settings",
		 "Opens core_pattern, modprobe, sysrq-trigger, binfmt_misc and seven more for writing.",
		 "core_pattern and modprobe name programs that the host's kernel runs as root (CVE-2025-31133, -52565, -52881).", open_settings, 0},
		{24, "24-kernel-secrets", "Read the kernel's secrets",
		 "/proc/kcore, keys and timer_list, the firmware's tables, the machine's serial numbers, the power meter.",
		 "They are masked, or belong to root. kcore is the whole memory of the machine; the power meter tells keys apart (CVE-2020-8694).",
		 read_kernel_secrets, 0},
		{25, "25-open-devices", "Open a device that leads out",
		 "/dev/mem, kvm, fuse, disks, graphics cards, vsock and some twenty more.",
		 "/dev holds the harmless few, and the control group allows no other (CVE-2026-24834).", open_devices, 0},
		{25, "25-make-devices", "Make a device and open it",
		 "mknod of memory, two disks and kvm; where that works, open.", "It takes CAP_MKNOD; the filter refuses device nodes besides.", make_devices, 0},
		{33, "33-secrets", "Find a secret",
		 "The environment, and the files where servers and clouds keep tokens and keys.",
		 "Nothing of the server's enters a sandbox: its environment is empty, and nothing of the host is mounted.", look_for_secrets, 0},
	};
	attack_all(attacks, COUNT(attacks));
}
