#include "../src/outbox.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

void outbox_tests(void)
{
	static uint8_t bytes[FRAME_MAX_CHUNK_BYTES + FRAME_HEADER_BYTES];
	int ends[2];
	check(pipe2(ends, O_NONBLOCK) == 0, "a pipe");
	check(outbox_is_empty() && outbox_has_room_for_chunk(), "it begins empty");
	outbox_put_ready();
	check(outbox_flush(ends[1]) && outbox_is_empty(), "what the pipe takes is gone");
	check(read(ends[0], bytes, sizeof bytes) == 6 && memcmp(bytes, "\x81\0\0\0\x01\x01", 6) == 0, "READY says version 1");
	outbox_put_fault(1, 28, "no room");
	outbox_flush(ends[1]);
	check(read(ends[0], bytes, sizeof bytes) == 17 && memcmp(bytes, "\x87\0\0\0\x0c\x01\0\0\0\x1cno room", 17) == 0, "FAULT is a code, an errno, a text");

	int chunks = 0;
	while (outbox_has_room_for_chunk()) {
		memset(outbox_chunk(), 'a' + chunks++, FRAME_MAX_CHUNK_BYTES);
		outbox_commit_chunk(FRAME_STDOUT, FRAME_MAX_CHUNK_BYTES);
		check(outbox_flush(ends[1]), "a full pipe is no failure");
	}
	check(chunks >= 3 && !outbox_is_empty() && outbox_has_room_for_answer(), "output stops before the room for small frames is used");
	size_t total = 0;
	bool is_in_order = true;
	while (!outbox_is_empty()) {
		ssize_t got = read(ends[0], bytes, sizeof bytes);
		for (ssize_t at = 0; at < got; at++, total++) {
			size_t place = total % sizeof bytes;
			if (place >= FRAME_HEADER_BYTES && bytes[at] != 'a' + (int)(total / sizeof bytes))
				is_in_order = false;
		}
		outbox_flush(ends[1]);
		if (outbox_has_room_for_chunk() && chunks < 12) {
			memset(outbox_chunk(), 'a' + chunks++, FRAME_MAX_CHUNK_BYTES);
			outbox_commit_chunk(FRAME_STDOUT, FRAME_MAX_CHUNK_BYTES);
		}
	}
	check(is_in_order && chunks == 12, "every byte comes out once, in order, while more goes in");
	close(ends[0]);
	outbox_put_ready();
	check(!outbox_flush(ends[1]), "A9: a reader that is gone is noticed");
	close(ends[1]);
	check(pipe2(ends, O_NONBLOCK) == 0 && outbox_flush(ends[1]), "the rest goes to another");
	close(ends[0]);
	close(ends[1]);
}
