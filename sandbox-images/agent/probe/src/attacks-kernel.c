/* Rows 19 to 21: doors of the kernel that no program of a playground needs. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "report.h"

enum { NR_io_uring_setup = 425, NR_open_tree = 428, NR_move_mount = 429, NR_fsopen = 430, NR_fspick = 433, NR_clone3 = 435, NR_mount_setattr = 442 };

/* Whatever is neither a refusal nor the answer of an empty place comes from code that had begun. */
static void attempt_reaching(struct verdict *verdict, const char *what, long result)
{
	if (result < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES || errno == EOPNOTSUPP))
		attempt_denied(verdict, what, report_errno(errno));
	else
		attempt_worked(verdict, what, result < 0 ? report_errno(errno) : "it worked");
}

static void open_sockets(struct verdict *verdict)
{
	static const struct {
		const char *name;
		int family, type;
	} kinds[] = {{"AF_ALG", 38, SOCK_SEQPACKET}, {"AF_VSOCK", 40, SOCK_STREAM}, {"AF_PACKET", 17, SOCK_RAW}, {"AF_NETLINK", 16, SOCK_RAW},
		     {"AF_XDP", 44, SOCK_RAW}, {"AF_TIPC", 30, SOCK_SEQPACKET}, {"AF_CAN", 29, SOCK_RAW}, {"AF_RDS", 21, SOCK_SEQPACKET},
		     {"AF_BLUETOOTH", 31, SOCK_RAW}, {"AF_RXRPC", 33, SOCK_DGRAM}, {"AF_KEY", 15, SOCK_RAW}};
	for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++)
		attempt(verdict, kinds[at].name, socket(kinds[at].family, kinds[at].type, kinds[at].family == 15 ? 2 : 0));
	/* The kernel reads an int: a filter that compares all 64 bits lets this one through. */
	attempt(verdict, "AF_ALG with high bits", syscall(SYS_socket, (1L << 32) | 38, SOCK_SEQPACKET, 0));
}

/* A child that a call made has nothing to tell. */
static long parent_only(long result, int self)
{
	if (getpid() != self)
		_exit(0);
	return result;
}

enum { USER = 0x10000000, MOUNT = 0x20000, PID = 0x20000000, NETWORK = 0x40000000, UTS = 0x4000000, IPC = 0x8000000, CGROUP = 0x2000000 };

static void make_user_namespace(struct verdict *verdict)
{
	int self = getpid();
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	} arguments = {.flags = USER, .exit_signal = SIGCHLD};
	attempt(verdict, "clone", parent_only(syscall(SYS_clone, USER | SIGCHLD, 0, 0, 0, 0), self));
	attempt(verdict, "clone3", parent_only(syscall(NR_clone3, &arguments, sizeof arguments), self));
	attempt(verdict, "unshare", unshare(USER));
	attempt(verdict, "unshare with mount", unshare(USER | MOUNT));
}

static void make_namespaces(struct verdict *verdict)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {{"mount", MOUNT}, {"pid", PID}, {"network", NETWORK}, {"uts", UTS}, {"ipc", IPC}, {"cgroup", CGROUP}, {"time", 0x80}};
	for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++)
		attempt(verdict, kinds[at].name, unshare(kinds[at].flag));
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	attempt(verdict, "setns", own < 0 ? -1 : setns(own, 0));
}

static void mount_something(struct verdict *verdict)
{
	if (attempt(verdict, "tmpfs", mount("none", "/tmp", "tmpfs", 0, "size=4k")))
		umount2("/tmp", MNT_DETACH);
	if (attempt(verdict, "proc", mount("proc", "/tmp", "proc", 0, NULL)))
		umount2("/tmp", MNT_DETACH);
	if (attempt(verdict, "bind", mount("/etc", "/tmp", NULL, MS_BIND, NULL)))
		umount2("/tmp", MNT_DETACH);
	if (attempt(verdict, "/proc/sys writable", mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL)))
		mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	attempt(verdict, "umount", umount2("/nowhere", MNT_DETACH));
	attempt(verdict, "pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
	attempt(verdict, "chroot", chroot("/tmp"));
}

static void mount_the_new_way(struct verdict *verdict)
{
	struct {
		uint64_t set, clear, propagation, user_namespace;
	} attributes = {0};
	attempt(verdict, "fsopen", syscall(NR_fsopen, "tmpfs", 0));
	attempt(verdict, "fspick", syscall(NR_fspick, AT_FDCWD, "/", 0));
	attempt(verdict, "open_tree", syscall(NR_open_tree, AT_FDCWD, "/", 1));
	attempt(verdict, "move_mount", syscall(NR_move_mount, AT_FDCWD, "/etc", AT_FDCWD, "/nowhere", 0));
	attempt(verdict, "mount_setattr", syscall(NR_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes));
}

static void set_up_io_uring(struct verdict *verdict)
{
	unsigned char parameters[120] = {0};
	attempt(verdict, "io_uring_setup", syscall(NR_io_uring_setup, 4, parameters));
}

static void load_bpf(struct verdict *verdict)
{
	/* BPF_MAP_CREATE of an array with one entry. */
	uint32_t map[18] = {2, 4, 4, 1};
	attempt(verdict, "BPF_MAP_CREATE", syscall(SYS_bpf, 0, map, sizeof map));
	/* BPF_PROG_LOAD of a socket filter: r0 = 0; exit. */
	static const uint64_t program[] = {0xb7, 0x95};
	static const char license[] = "MIT";
	struct {
		uint32_t type, instructions;
		uint64_t program, license;
		uint64_t rest[5];
	} load = {.type = 1, .instructions = 2, .program = (uintptr_t)program, .license = (uintptr_t)license};
	attempt(verdict, "BPF_PROG_LOAD", syscall(SYS_bpf, 5, &load, sizeof load));
}

static void watch_with_perf(struct verdict *verdict)
{
	/* A software clock, of this process, without the kernel's part. */
	uint64_t event[16] = {0};
	event[0] = 1 | (uint64_t)sizeof event << 32;
	event[5] = 1 << 5 | 1 << 6;
	attempt(verdict, "perf_event_open", syscall(SYS_perf_event_open, event, 0, -1, -1, 0));
}

static void use_keyrings(struct verdict *verdict)
{
	attempt(verdict, "keyctl", syscall(SYS_keyctl, 0, -3, 0));
	attempt(verdict, "add_key", syscall(SYS_add_key, "user", "sandglass-probe", "x", 1, -2));
	attempt(verdict, "request_key", syscall(SYS_request_key, "user", "sandglass-probe", NULL, -2));
}

static void hold_page_faults(struct verdict *verdict)
{
	attempt(verdict, "userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC | 1));
	attempt_open(verdict, "/dev/userfaultfd", O_RDWR);
}

/* Every argument is wrong, so that the right to do it shows in another error, and nothing is done. */
static void change_kernel(struct verdict *verdict)
{
	attempt_reaching(verdict, "kexec_load", syscall(SYS_kexec_load, 0, 1000, NULL, 0));
#ifdef SYS_kexec_file_load
	attempt_reaching(verdict, "kexec_file_load", syscall(SYS_kexec_file_load, -1, -1, 0, NULL, ~0UL));
#endif
	attempt_reaching(verdict, "init_module", syscall(SYS_init_module, NULL, 0, ""));
	attempt_reaching(verdict, "finit_module", syscall(SYS_finit_module, -1, "", 0));
	attempt_reaching(verdict, "delete_module", syscall(SYS_delete_module, "sandglass_none", O_NONBLOCK));
	attempt_reaching(verdict, "reboot", syscall(SYS_reboot, 0, 0, 0, NULL));
	attempt_reaching(verdict, "swapon", syscall(SYS_swapon, "/nowhere", 0));
	attempt_reaching(verdict, "acct", syscall(SYS_acct, "/nowhere/at/all"));
	attempt_reaching(verdict, "settimeofday", syscall(SYS_settimeofday, (void *)-1L, NULL));
	attempt_reaching(verdict, "sethostname", syscall(SYS_sethostname, "", -1));
#ifdef SYS_iopl
	attempt(verdict, "iopl", syscall(SYS_iopl, 3));
	attempt(verdict, "ioperm", syscall(SYS_ioperm, 0x80, 1, 1));
#endif
}

static void read_kernel_log(struct verdict *verdict)
{
	char text[64];
	attempt(verdict, "syslog", syscall(SYS_syslog, 3, text, sizeof text));
}

/* "Shocker": the handle of a folder of the host's disk, inode 2, guessed. */
static void open_by_handle(struct verdict *verdict)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char handle[8];
	} root = {8, 1, {2}};
	int mount_file = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	attempt_reaching(verdict, "open_by_handle_at", syscall(SYS_open_by_handle_at, mount_file, &root, O_RDONLY));
}

static void type_into_own_terminal(struct verdict *verdict)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *name = master < 0 || unlockpt(master) != 0 ? NULL : ptsname(master);
	int terminal = name == NULL || setsid() < 0 ? -1 : open(name, O_RDWR | O_CLOEXEC);
	if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) {
		attempt_denied(verdict, "a terminal of its own", report_errno(errno));
		return;
	}
	attempt(verdict, "TIOCSTI", ioctl(terminal, TIOCSTI, "x"));
	attempt(verdict, "TIOCSTI with high bits", syscall(SYS_ioctl, terminal, (1L << 32) | TIOCSTI, "x"));
}

/* In a process of its own: the leader of a group cannot begin a session. */
static void type_into_terminal(struct verdict *verdict)
{
	int child = fork();
	if (child == 0) {
		type_into_own_terminal(verdict);
		_exit(0);
	}
	if (child > 0)
		child_end(child, 1000);
}

void attacks_on_kernel(void)
{
	static const struct attack attacks[] = {
		{19, "19-socket-families", "Open sockets of unusual families",
		 "AF_ALG, AF_VSOCK, AF_PACKET, AF_NETLINK, AF_XDP and six more; AF_ALG once with the upper half of the register filled.",
		 "Each family is a driver of the kernel that any program could talk to; AF_ALG's gave root (CVE-2026-31431), AF_PACKET's and AF_NETLINK's "
		 "many times before.", open_sockets, 0},
		{20, "20-user-namespace", "Become root of a user namespace",
		 "clone, clone3 and unshare with CLONE_NEWUSER.",
		 "Root of a namespace holds every capability in it, and reaches code of the kernel that was written for administrators (CVE-2022-0185, "
		 "CVE-2022-0492).", make_user_namespace, 0},
		{20, "20-namespaces", "Make or enter other namespaces",
		 "unshare of the mount, PID, network, UTS, IPC, cgroup and time namespaces; setns.",
		 "They take CAP_SYS_ADMIN, and the filter does not know the calls.", make_namespaces, 0},
		{20, "20-mount", "Mount something",
		 "tmpfs, a second /proc, a bind, /proc/sys writable again, umount, pivot_root and chroot.",
		 "With mounts the masks over /proc and the read-only root can be taken away.", mount_something, 0},
		{20, "20-mount-api", "Mount by the newer calls",
		 "fsopen, fspick, open_tree, move_mount, mount_setattr.",
		 "A filter that knows only mount(2) forgets these (CVE-2022-0185 was in fsconfig).", mount_the_new_way, 0},
		{21, "21-io-uring", "Set up io_uring",
		 "io_uring_setup with four entries.",
		 "Its operations pass by the filter on system calls, and it has been the way to root on many kernels (CVE-2022-29582, CVE-2023-2598).",
		 set_up_io_uring, 0},
		{21, "21-bpf", "Load a program into the kernel",
		 "bpf(2): an array, then a socket filter of two instructions.",
		 "The kernel's verifier is all that stands between such a program and its memory (CVE-2021-3490).", load_bpf, 0},
		{21, "21-perf", "Watch with performance counters",
		 "perf_event_open on itself, without the kernel's part.",
		 "Counters tell neighbours apart, and the code behind them has been attacked (CVE-2013-2094).", watch_with_perf, 0},
		{21, "21-keyring", "Use the kernel's keyrings",
		 "keyctl, add_key, request_key.",
		 "Sandboxes of one uid would meet in that user's keyring, and the code behind it has given root (CVE-2016-0728).", use_keyrings, 0},
		{21, "21-userfaultfd", "Hold page faults",
		 "userfaultfd(2) and /dev/userfaultfd.",
		 "It stops the kernel in the middle of a copy for as long as an exploit likes.", hold_page_faults, 0},
		{21, "21-kernel-changes", "Change the kernel, stop the machine, set its clock",
		 "kexec, module loading and unloading, reboot, swapon, acct, settimeofday, sethostname, iopl and ioperm, each with impossible arguments.",
		 "They take capabilities that no program has, and the filter does not know the calls.", change_kernel, 0},
		{21, "21-kernel-log", "Read the kernel's log",
		 "syslog(2), as dmesg does.", "The log names addresses, devices and what other programs did wrong.", read_kernel_log, 0},
		{21, "21-open-by-handle", "Open a file of the host's disk by its number",
		 "open_by_handle_at with the handle of inode 2, the root of most disks.",
		 "It takes CAP_DAC_READ_SEARCH, and goes around every path and mount: the first container escape that became known (\"Shocker\", 2014).",
		 open_by_handle, 0},
		{21, "21-terminal-input", "Type for the person at the terminal",
		 "TIOCSTI on a terminal of its own, once with the upper half of the register filled.",
		 "A terminal that outlives the program would run what was typed into it (CVE-2016-2779, CVE-2019-10063).", type_into_terminal, 0},
	};
	attack_all(attacks, sizeof attacks / sizeof attacks[0]);
}
