/* The service that service.test.ts has the agent run: one thread that takes one line of each connection to descriptor 3. With `mute` it ends at once. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void answer(int connection, const char *text)
{
	if (write(connection, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(2);
}

static void census(int connection)
{
	char text[512];
	int count = 0;
	for (int descriptor = 0; descriptor < 1024; descriptor++)
		if (descriptor != connection && fcntl(descriptor, F_GETFD) >= 0)
			count++;
	snprintf(text, sizeof text, "uid %d gid %d pid %d session %d descriptors %d groups %d\n", (int)getuid(), (int)getgid(), (int)getpid(),
		 (int)getsid(0), count, getgroups(0, NULL));
	answer(connection, text);
}

static void take_memory(void)
{
	for (;;) {
		char *block = malloc(1 << 20);
		if (block == NULL)
			continue;
		memset(block, 1, 1 << 20);
	}
}

static void serve(int connection)
{
	static long lines;
	char line[256];
	size_t count = 0;
	while (count < sizeof line - 1 && read(connection, line + count, 1) == 1 && line[count] != '\n')
		count++;
	line[count] = 0;
	if (strncmp(line, "GET /ready", 10) == 0)
		answer(connection, "HTTP/1.1 204 No Content\r\n\r\n");
	if (strcmp(line, "who") == 0)
		census(connection);
	if (strcmp(line, "count") == 0) {
		snprintf(line, sizeof line, "%ld\n", ++lines);
		answer(connection, line);
	}
	if (strcmp(line, "print") == 0) {
		puts("printed");
		fflush(stdout);
		answer(connection, "done\n");
	}
	if (strcmp(line, "die") == 0)
		_exit(3);
	if (strcmp(line, "memory") == 0)
		take_memory();
	if (strcmp(line, "spin") == 0)
		for (volatile unsigned turn = 0;; turn++)
			continue;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "mute") == 0)
		return 1;
	for (;;) {
		struct pollfd waiting = {.fd = 3, .events = POLLIN};
		int connection = poll(&waiting, 1, -1) == 1 ? accept(3, NULL, NULL) : -1;
		if (connection < 0)
			return errno;
		serve(connection);
		close(connection);
	}
}
