#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "identity.h"
#include "places.h"
#include "ports.h"
#include "start-order.h"
#include "warm-up.h"

enum { NUMBER_BYTES = 24 };

static int memory_limit;
static int process_limit;
static struct start_order order;

static void join_group(void)
{
	int members = open(SANDBOX_GROUP "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	must(members, "the control group");
	must(write(members, "0", 1), "the control group");
	close(members);
	memory_limit = open(SANDBOX_GROUP "/memory.max", O_WRONLY | O_CLOEXEC);
	process_limit = open(SANDBOX_GROUP "/pids.max", O_WRONLY | O_CLOEXEC);
	must(memory_limit | process_limit, "the control group's limits");
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

static void read_order(void)
{
	uint8_t *at = (uint8_t *)&order;
	size_t left = sizeof order;
	while (left > 0) {
		ssize_t bytes = read(ports_control(), at, left);
		if (bytes < 0 && errno == EINTR)
			continue;
		errno = bytes < 0 ? errno : EPIPE;
		must(bytes > 0 ? 0 : -1, "the order");
		at += bytes;
		left -= (size_t)bytes;
	}
	errno = EPROTO;
	must(order.magic == START_ORDER_MAGIC ? 0 : -1, "the order");
}

/* Before anything that clones of one snapshot must not have alike: it goes into every number that the kernel gives from here on. */
static void take_entropy(void)
{
	struct {
		struct rand_pool_info header;
		uint8_t seed[START_ORDER_SEED_BYTES];
	} pool = {.header = {.entropy_count = START_ORDER_SEED_BYTES * 8, .buf_size = START_ORDER_SEED_BYTES}};
	int random = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	must(random, "/dev/urandom");
	memcpy(pool.seed, order.seed, sizeof pool.seed);
	must(ioctl(random, RNDADDENTROPY, &pool), "entropy");
	must(ioctl(random, RNDRESEEDCRNG, 0), "entropy");
	close(random);
	explicit_bzero(&pool, sizeof pool);
	explicit_bzero(order.seed, sizeof order.seed);
}

static void set_clock(void)
{
	const struct timespec now = {.tv_sec = (time_t)order.time_s, .tv_nsec = (long)order.time_ns};
	must(clock_settime(CLOCK_REALTIME, &now), "the clock");
}

static void write_limit(int file, uint64_t value)
{
	char text[NUMBER_BYTES];
	int bytes = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	must(write(file, text, (size_t)bytes), "the control group's limits");
}

static void set_limit(int what, rlim_t value)
{
	const struct rlimit limit = {value, value};
	must(setrlimit(what, &limit), "limits");
}

static void set_limits(void)
{
	write_limit(memory_limit, order.memory_bytes);
	write_limit(process_limit, order.processes);
	set_limit(RLIMIT_NOFILE, order.open_files);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_MSGQUEUE, 0);
	places_resize_writable(&order);
}

int sandbox_main(void *nothing)
{
	static char *const argv[] = {"/sandglass-agent", NULL};
	static char *const environment[] = {NULL};
	(void)nothing;
	filter_read();
	warm_up_read();
	join_group();
	must(sethostname("sandbox", strlen("sandbox")), "host name");
	raise_loopback();
	places_enter("/root-disk");
	places_mount_writable();
	warm_up_run();
	places_unmount_writable();
	places_mount_writable();

	/* Here the machine is saved; from here on each clone goes its own way. */
	int agent = ports_open_agent();
	read_order();
	take_entropy();
	set_clock();
	set_limits();
	int nothing_beside = open("/dev/null", O_RDWR);
	must(nothing_beside, "/dev/null");
	must(dup2(agent, STDIN_FILENO) | dup2(agent, STDOUT_FILENO) | dup2(nothing_beside, STDERR_FILENO), "descriptors");
	capabilities_keep_agents();
	filter_install();
	execve(argv[0], argv, environment);
	fail(argv[0]);
}
