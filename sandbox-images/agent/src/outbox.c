#include "outbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_FRAME_BYTES = FRAME_HEADER_BYTES + FRAME_MAX_CHUNK_BYTES, CAPACITY_BYTES = 3 * CHUNK_FRAME_BYTES + OUTBOX_RESERVE_BYTES };
enum { PROTOCOL_VERSION = 1, ANSWER_ROOM_BYTES = 512 };

static uint8_t buffer[CAPACITY_BYTES];
static size_t head;
static size_t tail;

bool outbox_is_empty(void)
{
	return head == tail;
}

bool outbox_has_room_for_chunk(void)
{
	return tail - head + CHUNK_FRAME_BYTES + OUTBOX_RESERVE_BYTES <= CAPACITY_BYTES;
}

bool outbox_has_room_for_answer(void)
{
	return tail - head + ANSWER_ROOM_BYTES <= CAPACITY_BYTES;
}

static uint8_t *space(size_t bytes)
{
	if (CAPACITY_BYTES - tail < bytes) {
		memmove(buffer, buffer + head, tail - head);
		tail -= head;
		head = 0;
	}
	/* Cannot be: every caller has asked for room. Stopping is better than writing past the end. */
	if (CAPACITY_BYTES - tail < bytes)
		__builtin_trap();
	return buffer + tail;
}

uint8_t *outbox_chunk(void)
{
	return space(CHUNK_FRAME_BYTES) + FRAME_HEADER_BYTES;
}

void outbox_commit_chunk(enum frame_type type, size_t bytes)
{
	frame_put_header(buffer + tail, type, bytes);
	tail += FRAME_HEADER_BYTES + bytes;
}

void outbox_put(enum frame_type type, const uint8_t *payload, size_t payload_bytes)
{
	uint8_t *at = space(FRAME_HEADER_BYTES + payload_bytes);
	frame_put_header(at, type, payload_bytes);
	memcpy(at + FRAME_HEADER_BYTES, payload, payload_bytes);
	tail += FRAME_HEADER_BYTES + payload_bytes;
}

void outbox_put_ready(void)
{
	uint8_t version = PROTOCOL_VERSION;
	outbox_put(FRAME_READY, &version, 1);
}

void outbox_put_fault(uint8_t code, int error, const char *text)
{
	uint8_t payload[5 + FRAME_MAX_FAULT_TEXT_BYTES];
	size_t text_bytes = strnlen(text, FRAME_MAX_FAULT_TEXT_BYTES);
	payload[0] = code;
	frame_put_u32(payload + 1, (uint32_t)error);
	memcpy(payload + 5, text, text_bytes);
	outbox_put(FRAME_FAULT, payload, 5 + text_bytes);
}

bool outbox_flush(int descriptor)
{
	while (head < tail) {
		ssize_t written = write(descriptor, buffer + head, tail - head);
		if (written < 0) {
			if (errno == EINTR)
				continue;
			return errno == EAGAIN;
		}
		head += (size_t)written;
	}
	head = tail = 0;
	return true;
}
