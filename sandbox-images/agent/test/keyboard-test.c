#include "../src/keyboard.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../src/frame.h"
#include "check.h"

static uint8_t block[FRAME_MAX_CHUNK_BYTES];
static int ends[2];

static void start(void)
{
	check(pipe2(ends, O_NONBLOCK) == 0, "a pipe");
	keyboard_start(ends[1], false);
}

static size_t drain(void)
{
	static uint8_t text[FRAME_STDIN_CREDIT_BYTES];
	ssize_t bytes = read(ends[0], text, sizeof text);
	return bytes > 0 ? (size_t)bytes : 0;
}

void keyboard_tests(void)
{
	signal(SIGPIPE, SIG_IGN);
	start();
	check(keyboard_wants() == -1, "nothing waits at first");
	check(keyboard_type((const uint8_t *)"hi", 2) && keyboard_wants() == ends[1], "typed bytes wait");
	keyboard_feed();
	check(keyboard_take_acknowledged() == 2 && drain() == 2 && keyboard_wants() == -1, "A6: bytes handed over are acknowledged");

	size_t handed = 0;
	for (int round = 0; round < 2; round++)
		check(keyboard_type(block, sizeof block), "A6: 64 KiB may wait");
	check(!keyboard_type(block, 1), "A6: one byte beyond the credit is refused");
	keyboard_feed();
	check(!keyboard_type(block, 1), "A6: credit comes back by an acknowledgement, not by handing over");
	handed = keyboard_take_acknowledged();
	check(handed > 0 && keyboard_type(block, 1), "A6: and then it does");
	while (keyboard_wants() >= 0) {
		drain();
		keyboard_feed();
	}
	check(handed + keyboard_take_acknowledged() == 65537, "A6: every byte is acknowledged once");
	while (drain() > 0)
		continue;

	keyboard_type((const uint8_t *)"last", 4);
	keyboard_end_input();
	keyboard_type((const uint8_t *)"late", 4);
	keyboard_feed();
	uint8_t text[16];
	check(read(ends[0], text, sizeof text) == 4 && memcmp(text, "last", 4) == 0, "what is typed before the end arrives");
	check(read(ends[0], text, sizeof text) == 0, "then the program sees the end");
	check(keyboard_take_acknowledged() == 8, "A6: what is typed after it is dropped, and acknowledged");
	keyboard_stop();
	close(ends[0]);

	start();
	close(ends[0]);
	keyboard_type((const uint8_t *)"nobody", 6);
	keyboard_feed();
	check(keyboard_take_acknowledged() == 6 && keyboard_wants() == -1, "A6: bytes that nobody can read are dropped, and acknowledged");
	check(keyboard_type(block, sizeof block) && keyboard_take_acknowledged() == sizeof block, "A6: and so are those after");
	keyboard_stop();
}
