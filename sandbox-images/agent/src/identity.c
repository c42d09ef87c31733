#include "identity.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* capget(2)'s own form: musl comes without the kernel's headers. */
enum { CAPABILITY_VERSION_3 = 0x20080522, CAPABILITY_WORDS = 2, LAST_POSSIBLE_CAPABILITY = 63 };
enum { CAP_KILL = 5, CAP_SETGID = 6, CAP_SETUID = 7 };

struct capability_header {
	uint32_t version;
	int32_t pid;
};

struct capability_word {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};

/* The system calls straight: the C library's versions speak to every thread, and here is only ever one. */
static bool set_ids(int call, long real, long effective, long saved)
{
	return syscall(call, real, effective, saved) == 0;
}

static bool capabilities_get(struct capability_word data[CAPABILITY_WORDS])
{
	struct capability_header header = {.version = CAPABILITY_VERSION_3, .pid = 0};
	return syscall(SYS_capget, &header, data) == 0;
}

static bool capabilities_keep_three(void)
{
	const uint32_t kept = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL;
	struct capability_header header = {.version = CAPABILITY_VERSION_3, .pid = 0};
	struct capability_word data[CAPABILITY_WORDS] = {{.effective = kept, .permitted = kept, .inheritable = 0}};
	if (syscall(SYS_capset, &header, data) != 0)
		return false;
	memset(data, 0xff, sizeof data);
	return capabilities_get(data) && data[0].effective == kept && data[0].permitted == kept && data[0].inheritable == 0 &&
	       data[1].effective == 0 && data[1].permitted == 0 && data[1].inheritable == 0;
}

static bool bounding_set_empty(void)
{
	for (int capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
		int is_held = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
		if (is_held < 0)
			return errno == EINVAL && capability > 0;
		if (is_held == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			return false;
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 0)
			return false;
	}
	return true;
}

const char *identity_harden(void)
{
	errno = 0;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1)
		return "the agent cannot be made undumpable";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return "no_new_privs cannot be set";
	if (syscall(SYS_setgroups, 0, NULL) != 0)
		return "supplementary groups cannot be dropped (CAP_SETGID?)";
	if (!bounding_set_empty())
		return "the capability bounding set cannot be emptied (CAP_SETPCAP?)";
	/* EINVAL: a kernel without ambient capabilities has none to clear. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
		return "ambient capabilities cannot be cleared";
	if (!set_ids(SYS_setresgid, 0, 0, 0) || !set_ids(SYS_setresuid, 0, 0, 0))
		return "the agent is not uid and gid 0";
	if (!capabilities_keep_three())
		return "capabilities are not exactly SETUID, SETGID and KILL";
	return NULL;
}

void identity_act_as_program(void)
{
	if (!set_ids(SYS_setresgid, -1, PROGRAM_GID, -1) || !set_ids(SYS_setresuid, -1, PROGRAM_UID, -1))
		__builtin_trap();
}

void identity_act_as_agent(void)
{
	if (!set_ids(SYS_setresuid, -1, 0, -1) || !set_ids(SYS_setresgid, -1, 0, -1))
		__builtin_trap();
}

bool identity_become(uid_t uid, gid_t gid)
{
	struct capability_word data[CAPABILITY_WORDS];
	memset(data, 0xff, sizeof data);
	if (!set_ids(SYS_setresgid, gid, gid, gid) || !set_ids(SYS_setresuid, uid, uid, uid))
		return false;
	if (!capabilities_get(data))
		return false;
	uint32_t left = 0;
	for (int word = 0; word < CAPABILITY_WORDS; word++)
		left |= data[word].effective | data[word].permitted | data[word].inheritable;
	if (left != 0)
		errno = EPERM;
	return left == 0;
}

bool identity_is_images_file(const struct stat *file)
{
	bool is_programs = file->st_uid == PROGRAM_UID || file->st_uid == SERVICE_UID;
	return S_ISREG(file->st_mode) && !is_programs && (file->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}
