#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tick-rate.h"

enum { MOST_ARGUMENTS = 64, TEXT_BYTES = 160, FIRST_END = 3, ENDS = 4, SPARE = 10 };

static const char *arguments[MOST_ARGUMENTS];
static int count;

static void add(const char *option, const char *value)
{
	if (count + 3 > MOST_ARGUMENTS)
		__builtin_trap();
	arguments[count++] = option;
	if (value != NULL)
		arguments[count++] = value;
}

/*
 * No network, no display, no clock chip, no console: a disk to read, two serial ports, a timer, and the tables that name them.
 * The seccomp filter of the monitor's own is the second one around it; the container's is the first.
 */
static void describe_machine(const struct monitor_plan *plan, char *memory, char *size)
{
	snprintf(memory, TEXT_BYTES, "memory-backend-file,id=ram,size=%lluB,mem-path=/snapshot/ram,%s", (unsigned long long)plan->ram_bytes,
		 plan->is_snapshot ? "share=on" : "share=off,readonly=on,rom=off");
	snprintf(size, TEXT_BYTES, "size=%lluB", (unsigned long long)plan->ram_bytes);
	/* Debian's small monitor knows KVM only. */
	add(plan->is_kvm ? "/usr/bin/qemu-system-x86_64-microvm" : "/usr/bin/qemu-system-x86_64", NULL);
	add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add("-nodefaults", NULL);
	add("-no-user-config", NULL);
	add("-no-reboot", NULL);
	add("-display", "none");
	add("-machine", "microvm,memory-backend=ram,rtc=off,isa-serial=off,graphics=off");
	add("-accel", plan->is_kvm ? "kvm" : "tcg,tb-size=128");
	/* Emulated, less is quicker: without AVX there is less to save at each switch, and Debian asks for none of it. */
	add("-cpu", plan->is_kvm ? "host" : "Nehalem-v1,+rdrand,+smep,+fsgsbase,+erms");
	add("-smp", "1");
	add("-m", size);
	add("-object", memory);
	add("-blockdev", "driver=file,node-name=root,filename=/machine/root.erofs,read-only=on,locking=off");
	add("-device", "virtio-blk-device,drive=root");
	add("-add-fd", "fd=3,set=1");
	add("-add-fd", "fd=4,set=2");
	add("-chardev", "file,id=control,path=/dev/fdset/2,append=on,input-path=/dev/fdset/1");
	add("-chardev", plan->is_snapshot ? "file,id=agent,path=/dev/null" : "stdio,id=agent,signal=off");
	add("-device", "virtio-serial-device,max_ports=3");
	add("-device", "virtserialport,nr=1,name=agent,id=agent,chardev=agent");
	add("-device", "virtserialport,nr=2,name=control,id=control,chardev=control");
}

static void describe_start(const struct monitor_plan *plan, char *kernel)
{
	if (!plan->is_snapshot) {
		add("-add-fd", "fd=5,set=3");
		add("-add-fd", "fd=6,set=4");
		add("-chardev", "file,id=monitor,path=/dev/fdset/4,append=on,input-path=/dev/fdset/3");
		add("-mon", "chardev=monitor,mode=control");
		add("-incoming", "defer");
		return;
	}
	add("-chardev", "stdio,id=monitor,signal=off");
	add("-mon", "chardev=monitor,mode=control");
	add("-kernel", "/machine/vmlinuz");
	add("-initrd", "/machine/initramfs");
	/* Nobody else is in the guest whom its kernel would have to be guarded from by the processor mitigations; the host has its own. */
	int length = snprintf(kernel, TEXT_BYTES, "quiet panic=-1 tsc=reliable no_timer_check mitigations=off cgroup_no_v1=all");
	if (!plan->is_kvm)
		snprintf(kernel + length, TEXT_BYTES - (size_t)length, " tsc_early_khz=%lu", tick_rate_khz());
	add("-append", kernel);
}

void monitor_become(const struct monitor_plan *plan, const struct monitor_ends *ends)
{
	static char *const environment[] = {NULL};
	const int handed[ENDS] = {ends->control, ends->said, ends->commands, ends->answers};
	const int count_handed = plan->is_snapshot ? 2 : ENDS;
	char memory[TEXT_BYTES];
	char size[TEXT_BYTES];
	char kernel[TEXT_BYTES];
	int spare[ENDS];
	sigset_t none;
	describe_machine(plan, memory, size);
	describe_start(plan, kernel);
	/* Out of the way first: one of them may stand where another is to go. */
	for (int index = 0; index < count_handed; index++)
		if ((spare[index] = fcntl(handed[index], F_DUPFD_CLOEXEC, SPARE)) < 0)
			return;
	for (int index = 0; index < count_handed; index++)
		if (dup2(spare[index], FIRST_END + index) < 0)
			return;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return;
	execve(arguments[0], (char *const *)arguments, environment);
}
