#include "devices.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell(const char *path)
{
	fprintf(stderr, "sandglass-agent: %s: %s\n", path, strerror(errno));
}

void devices_reduce(void)
{
	static const char *const surplus[] = {"/dev/fuse", "/dev/net/tun"};
	for (size_t index = 0; index < sizeof surplus / sizeof surplus[0]; index++)
		if (unlink(surplus[index]) != 0 && errno != ENOENT)
			tell(surplus[index]);
	if (rmdir("/dev/net") != 0 && errno != ENOENT)
		tell("/dev/net");
}

void devices_set_terminal(const char *path)
{
	if ((unlink("/dev/tty") != 0 && errno != ENOENT) || symlink(path, "/dev/tty") != 0)
		tell("/dev/tty");
}
