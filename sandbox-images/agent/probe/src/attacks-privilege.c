/* Rows 26 and 34: rights to be had, and rights to be inherited. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "text-file.h"

static void change_identity(struct verdict *verdict)
{
	struct {
		uint32_t version;
		int32_t pid;
	} header = {0x20080522, 0};
	uint32_t every[6] = {~0u, ~0u, 0, ~0u, ~0u, 0};
	attempt(verdict, "setuid 0", setuid(0));
	attempt(verdict, "setreuid 0", setreuid(0, 0));
	attempt(verdict, "setgid 0", setgid(0));
	attempt(verdict, "setgroups", setgroups(1, &(gid_t){0}));
	attempt(verdict, "capset", syscall(SYS_capset, &header, every));
}

static void read_own_rights(struct verdict *verdict)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
	const char *status = text_file("/proc/self/status");
	if (status == NULL) {
		attempt_worked(verdict, "/proc/self/status", "it cannot be read, so nothing is shown");
		return;
	}
	for (size_t at = 0; at < sizeof sets / sizeof sets[0]; at++) {
		const char *value = text_field(status, sets[at]);
		if (strtoull(value, NULL, 16) != 0)
			attempt_worked(verdict, sets[at], value);
		else
			attempt_denied(verdict, sets[at], value[0] == '\0' ? "not told" : "0");
	}
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		attempt_worked(verdict, "no_new_privs", "it is off");
	else
		attempt_denied(verdict, "no_new_privs", "1");
}

/* The files that lend rights on a usual system; the walk over the whole root is the fact files.setId. */
static void find_lenders(struct verdict *verdict)
{
	static const char *const usual[] = {"su", "sudo", "passwd", "mount", "umount", "chsh", "chfn", "newgrp", "gpasswd", "pkexec", "newuidmap",
					    "fusermount", "fusermount3", "ping", "ssh-agent", "chage", "expiry", "at", "crontab", "doas"};
	static const char *const folders[] = {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"};
	char path[64];
	struct stat status;
	int found = 0;
	for (size_t folder = 0; folder < sizeof folders / sizeof folders[0]; folder++) {
		for (size_t at = 0; at < sizeof usual / sizeof usual[0]; at++) {
			snprintf(path, sizeof path, "%s/%s", folders[folder], usual[at]);
			if (stat(path, &status) != 0 || (status.st_mode & (S_ISUID | S_ISGID)) == 0)
				continue;
			found++;
			attempt_worked(verdict, path, "it lends its owner's rights");
		}
	}
	if (found == 0)
		attempt_denied(verdict, "the usual set-id programs", "none is there");
}

/* What the new process finds of rights; see main.c's "whoami". */
static void start_with_environment(struct verdict *verdict)
{
	char identity[80];
	const char *status_text = text_file("/proc/self/status");
	snprintf(identity, sizeof identity, "%d %s", (int)geteuid(), status_text == NULL ? "" : text_field(status_text, "CapEff"));
	char *const words[] = {"sandglass-probe", "whoami", identity, NULL};
	static char *const environment[] = {"LD_PRELOAD=/tmp/evil.so", "LD_LIBRARY_PATH=/tmp", "GCONV_PATH=/tmp", "NODE_OPTIONS=--require=/tmp/evil.js",
					    "PYTHONSTARTUP=/tmp/evil.py", "BASH_ENV=/tmp/evil.sh", "GLIBC_TUNABLES=glibc.malloc.mxfast=1", NULL};
	int pid = fork();
	if (pid == 0) {
		execve("/proc/self/exe", words, environment);
		execve("/sandglass-probe", words, environment);
		_exit(126);
	}
	int status = pid < 0 ? -1 : child_end(pid, 1000);
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 1)
		attempt_worked(verdict, "a program started with them", "it has other rights");
	else
		attempt_denied(verdict, "a program started with them", "its rights are the same");
}

void attacks_by_privilege(void)
{
	static const struct attack attacks[] = {
		{26, "26-change-identity", "Become root",
		 "setuid, setreuid, setgid, setgroups, capset.",
		 "The capabilities that these take were given up before the program's first instruction, and no_new_privs keeps every program from "
		 "lending them.", change_identity, 0},
		{26, "26-own-rights", "Find a right that was left",
		 "Reads the five capability sets and no_new_privs of itself.",
		 "All sets are empty, the bounding set too, so not even a set-id file could give anything back.", read_own_rights, 0},
		{26, "26-set-id-files", "Find a program that lends its owner's rights",
		 "Looks for the usual set-id programs, pkexec and sudo among them.",
		 "Images hold only the packages that a language needs, without a single set-id file (CVE-2021-4034, CVE-2021-3156).", find_lenders, 0},
		{34, "34-environment", "Take rights by way of the environment",
		 "Starts a program with LD_PRELOAD, GCONV_PATH, NODE_OPTIONS, PYTHONSTARTUP, BASH_ENV and GLIBC_TUNABLES set.",
		 "They act on programs of the same sandbox, which have the same rights (CVE-2023-4911 needed a set-id program).",
		 start_with_environment, 0},
	};
	attack_all(attacks, sizeof attacks / sizeof attacks[0]);
}
