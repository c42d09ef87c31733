#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "identity.h"

enum { PROGRAM_ID = 1000 };

static struct sock_filter instructions[BPF_MAXINSNS];
static struct sock_fprog filter = {.filter = instructions};

void filter_read(void)
{
	int file = open("/filter", O_RDONLY | O_CLOEXEC);
	must(file, "/filter");
	ssize_t bytes = read(file, instructions, sizeof instructions);
	must(bytes, "/filter");
	close(file);
	errno = EINVAL;
	must(bytes > 0 && bytes % (ssize_t)sizeof instructions[0] == 0 ? 0 : -1, "/filter");
	filter.len = (unsigned short)((size_t)bytes / sizeof instructions[0]);
}

void filter_install(void)
{
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter), "the system-call filter");
}

void capabilities_keep_agents(void)
{
	const uint32_t kept = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL | 1u << CAP_SETPCAP;
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (capability > 31 || (kept >> capability & 1) == 0)
			must(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "the bounding set");
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{.effective = kept, .permitted = kept, .inheritable = 0}};
	must(syscall(SYS_capset, &header, data), "capabilities");
}

void become_program(void)
{
	must(setgroups(0, NULL), "groups");
	must(setresgid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID), "gid");
	must(setresuid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID), "uid");
}
