#include "keyboard.h"

#include <errno.h>
#include <unistd.h>

#include "frame.h"
#include "pty.h"

enum { CAPACITY_BYTES = FRAME_STDIN_CREDIT_BYTES, MAX_ENDS = 8 };

static uint8_t ring[CAPACITY_BYTES];
static size_t first;
static size_t count;
static uint32_t acknowledged_bytes;
/* How many bytes are to be handed over before each end of input that waits. */
static size_t ends[MAX_ENDS];
static size_t end_count;
static int program = -1;
static bool is_terminal;
/* An end of input on a pipe has been asked for: what comes after it goes nowhere. */
static bool has_ended;

void keyboard_start(int descriptor, bool descriptor_is_terminal)
{
	first = count = end_count = 0;
	acknowledged_bytes = 0;
	has_ended = false;
	program = descriptor;
	is_terminal = descriptor_is_terminal;
}

static void close_program(void)
{
	if (program >= 0 && !is_terminal)
		close(program);
	program = -1;
	/* Nobody will read these any more: dropped bytes are acknowledged as handed ones are. */
	acknowledged_bytes += (uint32_t)count;
	first = count = end_count = 0;
}

void keyboard_stop(void)
{
	close_program();
	acknowledged_bytes = 0;
}

bool keyboard_type(const uint8_t *bytes, size_t byte_count)
{
	if (count + acknowledged_bytes + byte_count > CAPACITY_BYTES)
		return false;
	if (program < 0 || has_ended) {
		acknowledged_bytes += (uint32_t)byte_count;
		return true;
	}
	for (size_t index = 0; index < byte_count; index++)
		ring[(first + count + index) % CAPACITY_BYTES] = bytes[index];
	count += byte_count;
	return true;
}

void keyboard_end_input(void)
{
	if (program < 0 || has_ended || end_count == MAX_ENDS)
		return;
	ends[end_count++] = count;
	has_ended = !is_terminal;
}

int keyboard_wants(void)
{
	return count > 0 || end_count > 0 ? program : -1;
}

static void advance(size_t bytes)
{
	first = (first + bytes) % CAPACITY_BYTES;
	count -= bytes;
	acknowledged_bytes += (uint32_t)bytes;
	for (size_t index = 0; index < end_count; index++)
		ends[index] -= bytes;
}

/* False when it must be tried again later. */
static bool write_end(void)
{
	uint8_t character;
	if (!is_terminal) {
		close_program();
		return true;
	}
	if (pty_end_of_input(program, &character) && write(program, &character, 1) != 1 && errno == EAGAIN)
		return false;
	end_count--;
	for (size_t index = 0; index < end_count; index++)
		ends[index] = ends[index + 1];
	return true;
}

int keyboard_feed(void)
{
	while (program >= 0 && (count > 0 || end_count > 0)) {
		if (end_count > 0 && ends[0] == 0) {
			if (!write_end())
				return 0;
			continue;
		}
		size_t bytes = end_count > 0 ? ends[0] : count;
		if (bytes > CAPACITY_BYTES - first)
			bytes = CAPACITY_BYTES - first;
		int signal_number = 0;
		if (is_terminal)
			bytes = pty_bytes_before_signal(program, ring + first, bytes, &signal_number);
		if (bytes == 0) {
			advance(1);
			return signal_number;
		}
		ssize_t written = write(program, ring + first, bytes);
		if (written > 0)
			advance((size_t)written);
		else if (written == 0 || errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			close_program();
	}
	return 0;
}

bool keyboard_has_acknowledged(void)
{
	return acknowledged_bytes > 0;
}

uint32_t keyboard_take_acknowledged(void)
{
	uint32_t bytes = acknowledged_bytes;
	acknowledged_bytes = 0;
	return bytes;
}
