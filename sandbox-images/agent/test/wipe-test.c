#include "../src/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../src/identity.h"
#include "check.h"

enum { NEST_DEPTH = 4000, FILE_COUNT = 4096 };

static int root;

static bool is_empty(const char *path)
{
	return rmdir(path) == 0 && mkdir(path, 0755) == 0;
}

static void fill_nest(void)
{
	int folder = dup(root);
	for (int depth = 0; depth < NEST_DEPTH; depth++) {
		mkdirat(folder, "deep", 0755);
		int inside = openat(folder, "deep", O_RDONLY | O_DIRECTORY);
		close(folder);
		folder = inside;
	}
	check(folder >= 0 && mkdirat(folder, "end", 0) == 0, "a nest deeper than any path");
	close(folder);
}

static void fill_files(void)
{
	char name[32];
	for (int index = 0; index < FILE_COUNT; index++) {
		snprintf(name, sizeof name, "file-%d", index);
		close(openat(root, name, O_CREAT | O_WRONLY, 0));
	}
	check(faccessat(root, "file-4095", F_OK, 0) == 0, "4,096 files");
}

static void fill_shut(void)
{
	check(mkdirat(root, "shut", 0755) == 0 && mkdirat(root, "shut/inner", 0755) == 0 && mkdirat(root, "shut/inner/x", 0755) == 0, "folders in folders");
	check(fchmodat(root, "shut/inner", 0, 0) == 0 && fchmodat(root, "shut", 0, 0) == 0, "that nobody may enter");
}

void wipe_tests(void)
{
	char base[] = "/tmp/sandglass-wipe-XXXXXX";
	char path[80];
	char outside[80];
	check(mkdtemp(base) != NULL && chown(base, PROGRAM_UID, PROGRAM_GID) == 0, "a place");
	snprintf(path, sizeof path, "%s/root", base);
	snprintf(outside, sizeof outside, "%s/outside", base);
	identity_act_as_program();
	check(mkdir(path, 0755) == 0 && mkdir(outside, 0755) == 0, "a mount and something beside it");
	root = open(path, O_RDONLY | O_DIRECTORY);
	close(openat(AT_FDCWD, outside, O_TMPFILE | O_WRONLY, 0600));

	check(wipe_folder(root, 0755) == 0, "A8: an empty folder is empty");
	fill_nest();
	check(wipe_folder(root, 0755) == 0 && is_empty(path), "A8: a nest of 4,000 folders is emptied");
	close(root);
	root = open(path, O_RDONLY | O_DIRECTORY);
	fill_files();
	fill_shut();
	check(symlinkat(outside, root, "link") == 0 && mkfifoat(root, "pipe", 0) == 0, "a link that leads out, a FIFO");
	strcat(outside, "/kept");
	check(close(open(outside, O_CREAT | O_WRONLY, 0600)) == 0, "a file outside");
	check(fchmod(root, 0) == 0, "and the mount itself shut");
	check(wipe_folder(root, 0755) == 0, "A8: all of it is emptied");
	check(access(outside, F_OK) == 0, "ATTACKS.md 18: a link is removed, not followed");
	struct stat there;
	check(fstat(root, &there) == 0 && (there.st_mode & 07777) == 0755, "A8: the mount has its mode again");
	check(is_empty(path), "A8: a mount that was shut is emptied");
	close(root);

	identity_act_as_agent();
	check(mkdir(path, 0755) != 0 && chown(path, 0, 0) == 0, "a mount of somebody else's");
	snprintf(outside, sizeof outside, "%s/root/stays", base);
	check(mkdir(outside, 0755) == 0, "with something in it");
	root = open(path, O_RDONLY | O_DIRECTORY);
	identity_act_as_program();
	check(wipe_folder(root, 0755) == EACCES, "A8: what cannot be emptied is told, not passed over");
	identity_act_as_agent();
	int next = open("/dev/null", O_RDONLY);
	check(next == root + 1, "no descriptor is left open");
	close(next);
	close(root);
	snprintf(path, sizeof path, "rm -rf %s", base);
	check(system(path) == 0, "cleaned up");
}
