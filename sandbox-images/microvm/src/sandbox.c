#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "identity.h"
#include "places.h"
#include "ports.h"
#include "warm-up.h"

static void join_group(void)
{
	int members = open(SANDBOX_GROUP "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	must(members, "the control group");
	must(write(members, "0", 1), "the control group");
	close(members);
	must(unshare(CLONE_NEWCGROUP), "the control group's namespace");
}

static void raise_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(any, "loopback");
	must(ioctl(any, SIOCGIFFLAGS, &request), "loopback");
	request.ifr_flags |= IFF_UP | IFF_RUNNING;
	must(ioctl(any, SIOCSIFFLAGS, &request), "loopback");
	close(any);
}

static void set_limit(int what, rlim_t value)
{
	const struct rlimit limit = {value, value};
	must(setrlimit(what, &limit), "limits");
}

/* Into the page cache that all clones share: nothing else has read it by then. */
static void warm_agent(const char *path)
{
	static char text[65536];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	must(file, path);
	ssize_t bytes;
	do
		bytes = read(file, text, sizeof text);
	while (bytes > 0);
	must(bytes, path);
	close(file);
}

static void take_descriptors(void)
{
	int agent = ports_open_agent();
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	must(nothing, "/dev/null");
	must(dup2(agent, STDIN_FILENO) | dup2(agent, STDOUT_FILENO) | dup2(nothing, STDERR_FILENO), "descriptors");
}

int sandbox_main(void *pipes)
{
	static char *const argv[] = {"/sandglass-agent", NULL};
	static char *const environment[] = {NULL};
	const struct sandbox_pipes *line = pipes;
	char go;
	filter_read();
	warm_up_read();
	join_group();
	must(sethostname("sandbox", strlen("sandbox")), "host name");
	raise_loopback();
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_MSGQUEUE, 0);
	places_enter("/root-disk");
	places_mount_writable();
	warm_up_run();
	places_unmount_writable();
	places_mount_writable();
	warm_agent(argv[0]);
	take_descriptors();
	capabilities_keep_agents();
	filter_install();
	must(write(line->ready, "r", 1), "the sandbox's end");
	/* The machine is saved while this waits. */
	errno = EPIPE;
	must(read(line->go, &go, 1) == 1 ? 0 : -1, "the sandbox's end");
	execve(argv[0], argv, environment);
	fail(argv[0]);
}
