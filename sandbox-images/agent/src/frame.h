/* The frames of PROTOCOL.md: sizes, types, and a pure parser for the ones that come from the runner. */
#ifndef SANDGLASS_FRAME_H
#define SANDGLASS_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_HEADER_BYTES = 5,
	FRAME_MAX_PAYLOAD_BYTES = 262400,
	FRAME_MAX_BYTES = FRAME_HEADER_BYTES + FRAME_MAX_PAYLOAD_BYTES,
	FRAME_MAX_CHUNK_BYTES = 32768,
	FRAME_STDIN_CREDIT_BYTES = 65536,
	FRAME_MAX_ARGUMENTS = 256,
	FRAME_MAX_ENVIRONMENT = 64,
	FRAME_MAX_STRINGS_BYTES = 131072,
	FRAME_MAX_FAULT_TEXT_BYTES = 200,
	FRAME_STATS_BYTES = 24,
	FRAME_EXIT_BYTES = 34,
};

enum frame_type {
	FRAME_FILE = 0x01,
	FRAME_STEP = 0x02,
	FRAME_STDIN = 0x03,
	FRAME_EOF = 0x04,
	FRAME_RESIZE = 0x05,
	FRAME_SIGNAL = 0x06,
	FRAME_KILL = 0x07,
	FRAME_RESET = 0x08,
	FRAME_PRESPAWN = 0x09,
	FRAME_READY = 0x81,
	FRAME_STDOUT = 0x82,
	FRAME_STDERR = 0x83,
	FRAME_STDIN_ACK = 0x84,
	FRAME_STATS = 0x85,
	FRAME_EXIT = 0x86,
	FRAME_FAULT = 0x87,
};

struct file_request {
	const uint8_t *name;
	size_t name_bytes;
	const uint8_t *content;
	size_t content_bytes;
};

/* Of a STEP, or of a PRESPAWN, which has no limits: they are 0. The strings point into the buffer that was parsed: they are good until it is overwritten. */
struct step_request {
	uint8_t has_pty;
	uint16_t columns;
	uint16_t rows;
	uint32_t idle_wall_ms;
	uint32_t total_wall_ms;
	uint32_t cpu_ms;
	uint32_t output_bytes;
	/* All strings as they came, terminators included: the arguments, then the environment. */
	const uint8_t *strings;
	size_t strings_bytes;
	size_t argument_count;
	size_t environment_count;
	const char *argv[FRAME_MAX_ARGUMENTS + 1];
	const char *envp[FRAME_MAX_ENVIRONMENT + 1];
};

struct frame {
	enum frame_type type;
	const uint8_t *payload;
	size_t payload_bytes;
	struct file_request file;
	struct step_request step;
	uint16_t columns;
	uint16_t rows;
	uint8_t signal_number;
};

enum frame_result {
	FRAME_OK,
	/* Nothing wrong so far, but the frame is not all there. */
	FRAME_PARTIAL,
	/* PROTOCOL.md A1 or A2 is broken; nothing after this can be trusted. */
	FRAME_BAD,
};

/*
 * Reads one frame at the start of `buffer`. With FRAME_OK `*frame` is filled and `*consumed_bytes` says how long it was.
 * Touches nothing but its arguments, reads no byte beyond `length`, and judges a length by its header alone.
 */
enum frame_result frame_parse(const uint8_t *buffer, size_t length, struct frame *frame, size_t *consumed_bytes);

void frame_put_u16(uint8_t *at, uint16_t value);
void frame_put_u32(uint8_t *at, uint32_t value);
void frame_put_u64(uint8_t *at, uint64_t value);
void frame_put_header(uint8_t *at, enum frame_type type, size_t payload_bytes);

#endif
