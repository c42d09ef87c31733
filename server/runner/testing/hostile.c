/* A sandbox whose agent is the attacker: what the runner must survive (ATTACKS.md 15). One image a mode; argv[1] is the mode. */

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EATEN_BYTES = 1048576 };

static uint8_t buffer[65536];

static void put(const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	while (length > 0) {
		ssize_t written = write(1, next, length);
		if (written <= 0)
			_exit(1);
		next += written;
		length -= (size_t)written;
	}
}

static void frame(uint8_t type, const void *payload, uint32_t length)
{
	uint8_t header[5] = {type, (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
	put(header, sizeof header);
	put(payload, length);
}

static void ready(void) { frame(0x81, "\1", 1); }

static void exit_frame(void)
{
	uint8_t payload[34] = {0};
	frame(0x86, payload, sizeof payload);
}

static void await_input(void)
{
	if (read(0, buffer, sizeof buffer) <= 0)
		_exit(0);
}

static void sleep_on(void)
{
	for (;;)
		await_input();
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	memset(buffer, 'x', sizeof buffer);
	if (!strcmp(mode, "never-ready"))
		sleep_on();
	if (!strcmp(mode, "garbage-boot"))
		for (;;)
			put(buffer, sizeof buffer);
	ready();
	if (!strcmp(mode, "output-idle")) {
		frame(0x82, "idle", 4);
		sleep_on();
	}
	await_input();
	if (!strcmp(mode, "length-4gib")) {
		put("\x82\xff\xff\xff\xff", 5);
		for (;;)
			put(buffer, sizeof buffer);
	}
	if (!strcmp(mode, "garbage"))
		for (;;)
			put(buffer, sizeof buffer);
	if (!strcmp(mode, "output-flood"))
		for (;;)
			frame(0x82, buffer, 32768);
	if (!strcmp(mode, "stats-flood")) {
		uint8_t zeros[24] = {0};
		for (;;)
			frame(0x85, zeros, sizeof zeros);
	}
	if (!strcmp(mode, "ack-of-nothing"))
		frame(0x84, "\0\0\0\1", 4);
	if (!strcmp(mode, "exit-twice")) {
		exit_frame();
		exit_frame();
	}
	if (!strcmp(mode, "output-after-exit")) {
		exit_frame();
		frame(0x82, "late", 4);
	}
	if (!strcmp(mode, "no-reset")) {
		frame(0x82, "once", 4);
		exit_frame();
	}
	if (!strcmp(mode, "stderr-flood"))
		for (;;)
			if (write(2, buffer, sizeof buffer) <= 0)
				_exit(1);
	if (!strcmp(mode, "eats-memory"))
		for (;;) {
			void *block = mmap(NULL, EATEN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			if (block != MAP_FAILED)
				memset(block, 1, EATEN_BYTES);
		}
	if (!strcmp(mode, "dies"))
		_exit(0);
	sleep_on();
}
