#include "waking.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "places.h"
#include "ports.h"
#include "sandbox.h"
#include "start-order.h"

enum { NUMBER_BYTES = 24 };

static int random_device;
static int memory_limit;
static int process_limit;
static struct start_order order;

void waking_prepare(void)
{
	random_device = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	memory_limit = open(SANDBOX_GROUP "/memory.max", O_WRONLY | O_CLOEXEC);
	process_limit = open(SANDBOX_GROUP "/pids.max", O_WRONLY | O_CLOEXEC);
	must(random_device | memory_limit | process_limit, "what a clone needs");
}

static void read_order(void)
{
	uint8_t *at = (uint8_t *)&order;
	size_t left = sizeof order;
	int control = ports_open_control();
	while (left > 0) {
		ssize_t bytes = read(control, at, left);
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

/* It goes into every random number that the kernel gives from here on; nothing has been given to the sandbox before. */
static void take_entropy(void)
{
	struct {
		struct rand_pool_info header;
		uint8_t seed[START_ORDER_SEED_BYTES];
	} pool = {.header = {.entropy_count = START_ORDER_SEED_BYTES * 8, .buf_size = START_ORDER_SEED_BYTES}};
	memcpy(pool.seed, order.seed, sizeof pool.seed);
	must(ioctl(random_device, RNDADDENTROPY, &pool), "entropy");
	must(ioctl(random_device, RNDRESEEDCRNG, 0), "entropy");
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

void waking_carry_out(pid_t sandbox)
{
	read_order();
	take_entropy();
	set_clock();
	const struct rlimit open_files = {order.open_files, order.open_files};
	write_limit(memory_limit, order.memory_bytes);
	write_limit(process_limit, order.processes);
	must(prlimit(sandbox, RLIMIT_NOFILE, &open_files, NULL), "limits");
	places_resize_writable(&order);
}
