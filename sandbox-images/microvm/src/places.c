#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fail.h"

enum { OPTION_BYTES = 128, KERNEL_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC, WARM_UP_INODES = 4096 };
#define WARM_UP_BYTES (32ULL << 20)

struct writable {
	const char *path;
	unsigned long flags;
	const char *mode;
};

/* As tmpfsMounts of docker-container.ts. */
static const struct writable workspace = {"/workspace", MS_NOSUID | MS_NODEV, "0755"};
static const struct writable temporary = {"/tmp", MS_NOSUID | MS_NODEV, "0700"};
static const struct writable shared_memory = {"/dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC, "0700"};
enum { SHARED_MEMORY_INODES = 256 };

static void mount_here(const char *type, const char *path, unsigned long flags, const char *options)
{
	must(mount(type, path, type, flags, options), path);
}

static void make_read_only(const char *path, unsigned long flags)
{
	must(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL), path);
}

static void make_device(const char *path, unsigned int major, unsigned int minor)
{
	mode_t before = umask(0);
	must(mknod(path, S_IFCHR | 0666, makedev(major, minor)), path);
	umask(before);
}

/* Nothing that leads to hardware, and nobody can add to it. */
static void make_devices(void)
{
	mount_here("tmpfs", "/dev", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k,nr_inodes=64");
	make_device("/dev/null", 1, 3);
	make_device("/dev/zero", 1, 5);
	make_device("/dev/full", 1, 7);
	make_device("/dev/random", 1, 8);
	make_device("/dev/urandom", 1, 9);
	make_device("/dev/tty", 5, 0);
	must(symlink("pts/ptmx", "/dev/ptmx"), "/dev/ptmx");
	must(symlink("/proc/self/fd", "/dev/fd"), "/dev/fd");
	must(symlink("/proc/self/fd/0", "/dev/stdin"), "/dev/stdin");
	must(symlink("/proc/self/fd/1", "/dev/stdout"), "/dev/stdout");
	must(symlink("/proc/self/fd/2", "/dev/stderr"), "/dev/stderr");
	must(mkdir("/dev/pts", 0755) | mkdir("/dev/shm", 0755) | mkdir("/dev/mqueue", 0755), "/dev");
	mount_here("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
	mount_here("mqueue", "/dev/mqueue", KERNEL_FLAGS, NULL);
	make_read_only("/dev", MS_NOSUID | MS_NOEXEC);
}

/* Absent in this kernel: nothing to hide. */
static bool is_there(const char *path, struct stat *there)
{
	if (lstat(path, there) == 0)
		return true;
	if (errno != ENOENT)
		fail(path);
	return false;
}

/* The lists are the engine's own for a container. */
static void hide_kernel_files(void)
{
	static const char *const hidden[] = {"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
					     "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
					     "/sys/devices/virtual/powercap"};
	static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
	struct stat there;
	for (size_t index = 0; index < sizeof hidden / sizeof hidden[0]; index++) {
		if (!is_there(hidden[index], &there))
			continue;
		if (S_ISDIR(there.st_mode))
			mount_here("tmpfs", hidden[index], MS_RDONLY | KERNEL_FLAGS, "size=0,nr_inodes=1,mode=755");
		else
			must(mount("/dev/null", hidden[index], NULL, MS_BIND, NULL), hidden[index]);
	}
	for (size_t index = 0; index < sizeof read_only / sizeof read_only[0]; index++) {
		if (!is_there(read_only[index], &there))
			continue;
		must(mount(read_only[index], read_only[index], NULL, MS_BIND | MS_REC, NULL), read_only[index]);
		make_read_only(read_only[index], KERNEL_FLAGS);
	}
}

void places_enter(const char *root)
{
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	must(chdir(root), root);
	must(mount(".", "/", NULL, MS_MOVE, NULL), "the new root");
	must(chroot("."), "the new root");
	must(chdir("/"), "/");
	mount_here("proc", "/proc", KERNEL_FLAGS, NULL);
	mount_here("sysfs", "/sys", KERNEL_FLAGS, NULL);
	mount_here("cgroup2", "/sys/fs/cgroup", KERNEL_FLAGS, NULL);
	make_read_only("/sys/fs/cgroup", KERNEL_FLAGS);
	make_read_only("/sys", KERNEL_FLAGS);
	make_devices();
	hide_kernel_files();
}

static void mount_one(const struct writable *place, unsigned long change, uint64_t bytes, uint64_t inodes)
{
	char options[OPTION_BYTES];
	int length = snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=%s,uid=1000,gid=1000", (unsigned long long)bytes,
			      (unsigned long long)inodes, place->mode);
	if (length >= (int)sizeof options) {
		errno = EOVERFLOW;
		fail(place->path);
	}
	must(mount("tmpfs", place->path, "tmpfs", place->flags | change, options), place->path);
}

void places_mount_writable(void)
{
	mount_one(&workspace, 0, WARM_UP_BYTES, WARM_UP_INODES);
	mount_one(&temporary, 0, WARM_UP_BYTES, WARM_UP_INODES);
	mount_one(&shared_memory, 0, WARM_UP_BYTES, SHARED_MEMORY_INODES);
}

void places_unmount_writable(void)
{
	must(umount2(workspace.path, 0), workspace.path);
	must(umount2(temporary.path, 0), temporary.path);
	must(umount2(shared_memory.path, 0), shared_memory.path);
}

void places_resize_writable(const struct start_order *order)
{
	mount_one(&workspace, MS_REMOUNT, order->workspace_bytes, order->workspace_inodes);
	mount_one(&temporary, MS_REMOUNT, order->temporary_bytes, order->workspace_inodes);
	mount_one(&shared_memory, MS_REMOUNT, order->shared_memory_bytes, SHARED_MEMORY_INODES);
}
