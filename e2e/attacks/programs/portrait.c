/* Reaches, through WASI, for everything that a module has no business with. Lines `name = result`, as portrait.js says them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

extern char **environ;

static void say(const char *name, const char *of, int isDenied)
{
	printf("%s %s = %s\n", name, of, isDenied ? strerror(errno) : "");
}

static void reach(const char *name, const char *of, int result)
{
	if (result < 0)
		printf("%s %s = denied: %s\n", name, of, strerror(errno));
	else
		printf("%s %s = got: %d\n", name, of, result);
}

static void reach_wasi(const char *name, __wasi_errno_t result)
{
	if (result != 0)
		printf("%s = denied: errno %d\n", name, (int)result);
	else
		printf("%s = got: 0\n", name);
}

int main(void)
{
	static const char *const paths[] = {
		"/etc/passwd", "/proc/self/environ", "/proc/1/environ", "/proc/self/mountinfo", "/", "../etc/passwd",
		"/workspace/../etc/passwd", "sub/../../etc/passwd", "/dev/kmsg", "/dev/mem", "/sandglass-agent", "/sys/kernel",
		"/var/run/docker.sock", "/run/sandglass/engine.sock",
	};
	for (size_t at = 0; at < sizeof paths / sizeof *paths; at++)
		reach("27 read", paths[at], open(paths[at], O_RDONLY));
	static const char *const targets[] = { "/etc/x", "/dev/shm/x", "/proc/1/fd/1", "/proc/sys/kernel/core_pattern", "../x" };
	for (size_t at = 0; at < sizeof targets / sizeof *targets; at++)
		reach("3 write", targets[at], open(targets[at], O_WRONLY | O_CREAT, 0600));
	/* A link may be made where the workspace is lent; it must not be followed out of it. */
	unlink("way-out");
	int link = symlink("/etc", "way-out");
	printf("18 absolute link = %s\n", link < 0 ? "denied" : "made");
	reach("18 through", "way-out/passwd", open("way-out/passwd", O_RDONLY));
	unlink("way-up");
	link = symlink("../etc", "way-up");
	printf("18 upward link = %s\n", link < 0 ? "denied" : "made");
	reach("18 through", "way-up/passwd", open("way-up/passwd", O_RDONLY));
	mkdir("inner", 0700);
	reach("18 rename", "inner/../../x", rename("inner", "../x"));

	int held = 0;
	for (int descriptor = 0; descriptor < 256; descriptor++) {
		__wasi_fdstat_t status;
		if (__wasi_fd_fdstat_get(descriptor, &status) == 0) {
			__wasi_prestat_t lent;
			char name[64] = "";
			if (__wasi_fd_prestat_get(descriptor, &lent) == 0 && lent.u.dir.pr_name_len < sizeof name)
				__wasi_fd_prestat_dir_name(descriptor, (uint8_t *)name, lent.u.dir.pr_name_len);
			printf("27 descriptor %d = type %d lent %s\n", descriptor, (int)status.fs_filetype, *name == '\0' ? "-" : name);
			held++;
		}
	}
	printf("27 descriptors = %d\n", held);
	__wasi_fd_t accepted;
	reach_wasi("29 sock_accept 3", __wasi_sock_accept(3, 0, &accepted));
	uint8_t block[16];
	__wasi_ciovec_t out = { block, sizeof block };
	__wasi_size_t sent;
	reach_wasi("29 sock_send 3", __wasi_sock_send(3, &out, 1, 0, &sent));
	reach_wasi("14 fd_write 3", __wasi_fd_write(3, &out, 1, &sent));
	reach_wasi("14 fd_write 9", __wasi_fd_write(9, &out, 1, &sent));

	for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
		printf("33 environment = %s\n", *variable);
	const char *const names[] = { "PATH", "HOME", "SANDGLASS_CANARY", "DOCKER_HOST", "HOSTNAME" };
	for (size_t at = 0; at < sizeof names / sizeof *names; at++)
		printf("33 getenv %s = %s\n", names[at], getenv(names[at]) == NULL ? "absent" : "got");

	/* A module has no address of its host: a pointer beyond its memory is a trap of the runtime, tried last by others. */
	uint8_t bytes[16];
	if (getentropy(bytes, sizeof bytes) < 0)
		say("32 random", "", 1);
	else {
		printf("32 random = ");
		for (size_t at = 0; at < sizeof bytes; at++)
			printf("%02x", bytes[at]);
		printf("\n");
	}
	FILE *left = fopen("leftover", "r");
	printf("32 leftover = %s\n", left == NULL ? "absent" : "got");
	if (left != NULL)
		fclose(left);
	left = fopen("leftover", "w");
	if (left != NULL)
		fclose(left);
	printf("end = reached\n");
	return 0;
}
