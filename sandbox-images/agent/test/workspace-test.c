/* Run as root: what is written is written with effective uid 1000, as the agent does it. */
#include "../src/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/identity.h"
#include "check.h"

static int root;

static int put(const char *name, const char *content)
{
	struct file_request request = {(const uint8_t *)name, strlen(name), (const uint8_t *)content, strlen(content)};
	return workspace_write(root, &request);
}

static bool holds(const char *name, const char *content)
{
	char text[64] = {0};
	int file = openat(root, name, O_RDONLY | O_NOFOLLOW);
	if (file < 0)
		return false;
	ssize_t bytes = read(file, text, sizeof text - 1);
	close(file);
	return bytes >= 0 && strcmp(text, content) == 0;
}

static void planted_tests(void)
{
	struct stat before;
	struct stat after;
	check(put("target", "safe") == 0 && symlinkat("target", root, "link") == 0, "a link is planted");
	check(put("link", "evil") == EEXIST && holds("target", "safe"), "ATTACKS.md 18: nothing is written through a link");
	check(symlinkat("/nowhere", root, "dangling") == 0 && put("dangling", "x") == EEXIST, "ATTACKS.md 18: nor through one that dangles");
	check(mkdirat(root, "real", 0755) == 0 && symlinkat("real", root, "folder") == 0, "a link to a folder is planted");
	check(put("folder/x", "x") == ENOTDIR && !holds("real/x", "x"), "ATTACKS.md 18: no folder is entered through a link");
	check(symlinkat("/", root, "out") == 0 && put("out/tmp/x", "x") == ENOTDIR, "ATTACKS.md 18: nor the root of the machine");
	check(linkat(root, "target", root, "twin", 0) == 0 && put("twin", "new") == 0 && holds("target", "safe"), "a hard link is replaced, its other name is not touched");
	check(mkfifoat(root, "pipe", 0600) == 0 && put("pipe", "x") == EEXIST, "a FIFO is refused, not waited for");
	check(put("real", "x") == EEXIST, "a folder is not replaced");
	check(put("target/x", "x") == ENOTDIR, "a file is not entered");
	fstatat(root, "target", &before, 0);
	check(fchmodat(root, "target", 0, 0) == 0 && put("target", "anew") == 0 && holds("target", "anew"), "a file that nobody may write is replaced");
	fstatat(root, "target", &after, 0);
	check(after.st_ino != before.st_ino || before.st_ctime != after.st_ctime || (after.st_mode & 0777) == 0644, "by a new one");
}

void workspace_tests(void)
{
	char path[] = "/tmp/sandglass-workspace-XXXXXX";
	struct stat there;
	check(mkdtemp(path) != NULL && chown(path, PROGRAM_UID, PROGRAM_GID) == 0, "a workspace");
	root = open(path, O_RDONLY | O_DIRECTORY);
	umask(022);
	identity_act_as_program();
	check(put("main.py", "one") == 0 && holds("main.py", "one"), "a file is written");
	check(put("main.py", "2") == 0 && holds("main.py", "2"), "and replaced as a whole");
	check(fstatat(root, "main.py", &there, 0) == 0 && there.st_uid == PROGRAM_UID && there.st_gid == PROGRAM_GID && (there.st_mode & 07777) == 0644, "it is the program's, 0644");
	check(put("a/b/c.txt", "deep") == 0 && holds("a/b/c.txt", "deep"), "missing folders are made");
	check(put("a/b/d.txt", "next") == 0 && holds("a/b/d.txt", "next"), "and used again");
	check(put("empty", "") == 0 && holds("empty", ""), "an empty file");
	check(put("../x", "x") == EINVAL && put("/etc/x", "x") == EINVAL, "ATTACKS.md 17: a name that leads out is refused");
	planted_tests();
	check(mkdirat(root, "shut", 0) == 0 && put("shut/x", "x") == EACCES, "a folder that is shut to the program is shut to the agent");
	int next = open("/dev/null", O_RDONLY);
	check(next == root + 1, "no descriptor is left open");
	close(next);
	identity_act_as_agent();
	close(root);
	char command[80];
	snprintf(command, sizeof command, "rm -rf %s", path);
	check(system(command) == 0, "cleaned up");
}
