#include "ports.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum { MOST_DEVICES = 4, MOST_PORTS = 4, NAME_BYTES = 32, ATTEMPTS = 5000, RETRY_NS = 2000000 };

static int devices = -1;
static int control = -1;
static char control_name[NAME_BYTES];
static char agent_name[NAME_BYTES];

static bool is_called(const char *device, const char *name)
{
	char path[64];
	char text[NAME_BYTES] = {0};
	size_t name_bytes = strlen(name);
	snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", device);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t bytes = read(file, text, sizeof text - 1);
	close(file);
	return bytes > 0 && strncmp(text, name, name_bytes) == 0 && text[name_bytes] == '\n';
}

/* A port's name arrives in a message of its own, after the device. */
static void find(const char *name, char device[NAME_BYTES])
{
	const struct timespec retry = {.tv_nsec = RETRY_NS};
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		for (int number = 0; number < MOST_DEVICES * MOST_PORTS; number++) {
			snprintf(device, NAME_BYTES, "vport%dp%d", number / MOST_PORTS, number % MOST_PORTS);
			if (is_called(device, name))
				return;
		}
		nanosleep(&retry, NULL);
	}
	errno = ENODEV;
	fail(name);
}

void ports_find(void)
{
	devices = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(devices, "/dev");
	find("control", control_name);
	find("agent", agent_name);
}

int ports_open_agent(void)
{
	int agent = openat(devices, agent_name, O_RDWR | O_CLOEXEC);
	must(agent, "the agent's port");
	return agent;
}

int ports_open_control(void)
{
	if (control < 0)
		control = openat(devices, control_name, O_RDWR | O_CLOEXEC);
	must(control, "the control port");
	return control;
}

_Noreturn void fail(const char *what)
{
	int error = errno;
	if (control < 0 && control_name[0] != 0)
		control = openat(devices, control_name, O_RDWR | O_CLOEXEC);
	dprintf(control < 0 ? STDERR_FILENO : control, "guest-init: %s: %s\n", what, strerror(error));
	/* In the sandbox this ends it, and then its parent ends the machine; for that one, PID 1, the kernel's panic does. */
	_exit(1);
}
