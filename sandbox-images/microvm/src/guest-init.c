/*
 * PID 1 of a guest. It does in a virtual machine what a container runtime does on a host, so that agent and program find the same
 * place in every tier: kernel modules, then a sandbox of namespaces, mounts, limits and a system-call filter, with the agent as its PID 1.
 *
 * The machine is saved in the middle of that. Everything that is the same for all clones comes before, in the sandbox down to its filter; its
 * first process then waits to be told to become the agent. This process, outside the sandbox, opens the control port, which is how the
 * one who saves learns that it may, and reads it. A clone wakes in that read, gets its order (waking.c), lets the agent begin,
 * and switches the machine off when that has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "ports.h"
#include "sandbox.h"
#include "waking.h"

enum { STACK_BYTES = 65536 };

static _Alignas(64) char stack[STACK_BYTES];

static void write_setting(const char *path, const char *value)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	must(file, path);
	must(write(file, value, strlen(value)), path);
	close(file);
}

/* A kernel without a console starts us with no descriptor at all, and the next thing opened would be taken for standard output. */
static void open_standard_descriptors(void)
{
	int log;
	do
		log = open("/dev/kmsg", O_WRONLY);
	while (log >= 0 && log < STDERR_FILENO);
	must(log, "/dev/kmsg");
	must(dup2(log, STDERR_FILENO), "/dev/kmsg");
}

static void mount_kernel_places(void)
{
	must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/proc");
	must(mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/sys");
	must(mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, NULL), "/dev");
	must(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/sys/fs/cgroup");
}

static void load_modules(void)
{
	/* In the order of what needs what; the machine's Dockerfile puts them there. */
	static const char *const modules[] = {"/modules/virtio_mmio.ko", "/modules/virtio_blk.ko", "/modules/libcrc32c.ko", "/modules/erofs.ko"};
	for (size_t index = 0; index < sizeof modules / sizeof modules[0]; index++) {
		int file = open(modules[index], O_RDONLY | O_CLOEXEC);
		must(file, modules[index]);
		must(syscall(SYS_finit_module, file, "", 0), modules[index]);
		close(file);
	}
}

/* A second lock behind the system-call filter, for whoever gets around that. */
static void harden_kernel(void)
{
	write_setting("/proc/sys/kernel/modules_disabled", "1");
	write_setting("/proc/sys/kernel/kexec_load_disabled", "1");
	write_setting("/proc/sys/kernel/dmesg_restrict", "1");
	write_setting("/proc/sys/kernel/kptr_restrict", "2");
	write_setting("/proc/sys/kernel/perf_event_paranoid", "3");
	write_setting("/proc/sys/kernel/unprivileged_bpf_disabled", "1");
	write_setting("/proc/sys/kernel/io_uring_disabled", "2");
	write_setting("/proc/sys/kernel/sysrq", "0");
	write_setting("/proc/sys/kernel/randomize_va_space", "2");
	write_setting("/proc/sys/vm/unprivileged_userfaultfd", "0");
	write_setting("/proc/sys/user/max_user_namespaces", "0");
	write_setting("/proc/sys/net/core/bpf_jit_harden", "2");
	/* The sandbox's own limit is what a program meets, never an overcommit heuristic that other tiers do not have. */
	write_setting("/proc/sys/vm/overcommit_memory", "1");
}

static void make_control_group(void)
{
	write_setting("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids +cpu");
	must(mkdir(SANDBOX_GROUP, 0755), SANDBOX_GROUP);
}

static void switch_off(void)
{
	sync();
	reboot(RB_AUTOBOOT);
	fail("the machine does not end");
}

/* From here on this process sees the sandbox's mounts, and is in no other namespace of it. */
static void enter_mounts_of(pid_t sandbox)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)sandbox);
	int mounts = open(path, O_RDONLY | O_CLOEXEC);
	must(mounts, path);
	/* PID 1 is born sharing its root directory with the kernel's own threads. */
	must(unshare(CLONE_FS), "a root of its own");
	must(setns(mounts, CLONE_NEWNS), path);
	close(mounts);
}

int main(void)
{
	int ready[2];
	int go[2];
	char byte;
	mount_kernel_places();
	open_standard_descriptors();
	load_modules();
	ports_find();
	harden_kernel();
	make_control_group();
	must(mount("/dev/vda", "/root-disk", "erofs", MS_RDONLY | MS_NODEV | MS_NOSUID, NULL), "the root disk");
	waking_prepare();
	must(pipe2(ready, O_CLOEXEC) | pipe2(go, O_CLOEXEC), "pipe");

	const int apart = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
	struct sandbox_pipes line = {.ready = ready[1], .go = go[0]};
	pid_t sandbox = clone(sandbox_main, stack + STACK_BYTES, apart | SIGCHLD, &line);
	must(sandbox, "the sandbox's namespaces");
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &byte, 1) == 1) {
		enter_mounts_of(sandbox);
		waking_carry_out(sandbox);
		must(write(go[1], "g", 1), "the sandbox");
	}
	int status;
	while (waitpid(sandbox, &status, 0) < 0 && errno == EINTR)
		continue;
	switch_off();
}
