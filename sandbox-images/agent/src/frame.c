#include "frame.h"

#include <string.h>

enum { LIMITS_BYTES = 4 * 4, PRESPAWN_FIXED_BYTES = 1 + 2 + 2 + 2 + 2, STEP_FIXED_BYTES = PRESPAWN_FIXED_BYTES + LIMITS_BYTES };
enum { STEP_FLAG_PTY = 1, MAX_SIGNAL = 31 };

static uint16_t get_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void frame_put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void frame_put_u32(uint8_t *at, uint32_t value)
{
	frame_put_u16(at, (uint16_t)(value >> 16));
	frame_put_u16(at + 2, (uint16_t)value);
}

void frame_put_u64(uint8_t *at, uint64_t value)
{
	frame_put_u32(at, (uint32_t)(value >> 32));
	frame_put_u32(at + 4, (uint32_t)value);
}

void frame_put_header(uint8_t *at, enum frame_type type, size_t payload_bytes)
{
	at[0] = (uint8_t)type;
	frame_put_u32(at + 1, (uint32_t)payload_bytes);
}

/* Whether a payload of this length can be of this type at all: known from the header, before the payload arrives. */
static int is_length_possible(uint8_t type, uint32_t payload_bytes)
{
	switch (type) {
	case FRAME_FILE:
		return payload_bytes >= 2 && payload_bytes <= FRAME_MAX_PAYLOAD_BYTES;
	case FRAME_STEP:
		return payload_bytes > STEP_FIXED_BYTES && payload_bytes <= STEP_FIXED_BYTES + FRAME_MAX_STRINGS_BYTES;
	case FRAME_PRESPAWN:
		return payload_bytes > PRESPAWN_FIXED_BYTES && payload_bytes <= PRESPAWN_FIXED_BYTES + FRAME_MAX_STRINGS_BYTES;
	case FRAME_STDIN:
		return payload_bytes >= 1 && payload_bytes <= FRAME_MAX_CHUNK_BYTES;
	case FRAME_RESIZE:
		return payload_bytes == 4;
	case FRAME_SIGNAL:
		return payload_bytes == 1;
	case FRAME_EOF:
	case FRAME_KILL:
	case FRAME_RESET:
		return payload_bytes == 0;
	default:
		return 0;
	}
}

static int parse_file(const uint8_t *payload, size_t payload_bytes, struct file_request *file)
{
	size_t name_bytes = get_u16(payload);
	if (name_bytes > payload_bytes - 2)
		return 0;
	file->name = payload + 2;
	file->name_bytes = name_bytes;
	file->content = payload + 2 + name_bytes;
	file->content_bytes = payload_bytes - 2 - name_bytes;
	return 1;
}

/* Takes `count` NUL-terminated strings off the front of [at, end); NULL when they are not there. */
static const uint8_t *parse_strings(const uint8_t *at, const uint8_t *end, const char **strings, size_t count)
{
	for (size_t index = 0; index < count; index++) {
		const uint8_t *terminator = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
		if (terminator == NULL)
			return NULL;
		strings[index] = (const char *)at;
		at = terminator + 1;
	}
	strings[count] = NULL;
	return at;
}

static int parse_limits(const uint8_t *at, struct step_request *step)
{
	step->idle_wall_ms = get_u32(at);
	step->total_wall_ms = get_u32(at + 4);
	step->cpu_ms = get_u32(at + 8);
	step->output_bytes = get_u32(at + 12);
	return step->idle_wall_ms != 0 && step->total_wall_ms != 0 && step->cpu_ms != 0 && step->output_bytes != 0;
}

/* The way the program shall be started: mode and size at `payload`, the counts at `counts`, and the strings behind them. */
static int parse_start(const uint8_t *payload, const uint8_t *counts, const uint8_t *end, struct step_request *step)
{
	if (payload[0] & ~STEP_FLAG_PTY)
		return 0;
	step->has_pty = payload[0] & STEP_FLAG_PTY;
	step->columns = get_u16(payload + 1);
	step->rows = get_u16(payload + 3);
	if (!step->has_pty && (step->columns != 0 || step->rows != 0))
		return 0;
	step->argument_count = get_u16(counts);
	step->environment_count = get_u16(counts + 2);
	step->strings = counts + 4;
	step->strings_bytes = (size_t)(end - step->strings);
	if (step->argument_count < 1 || step->argument_count > FRAME_MAX_ARGUMENTS || step->environment_count > FRAME_MAX_ENVIRONMENT)
		return 0;
	const uint8_t *at = parse_strings(step->strings, end, step->argv, step->argument_count);
	if (at == NULL || step->argv[0][0] != '/')
		return 0;
	at = parse_strings(at, end, step->envp, step->environment_count);
	return at == end;
}

static int parse_step(const uint8_t *payload, size_t payload_bytes, struct step_request *step)
{
	return parse_limits(payload + 5, step) && parse_start(payload, payload + 5 + LIMITS_BYTES, payload + payload_bytes, step);
}

static int parse_prespawn(const uint8_t *payload, size_t payload_bytes, struct step_request *step)
{
	step->idle_wall_ms = step->total_wall_ms = step->cpu_ms = step->output_bytes = 0;
	return parse_start(payload, payload + 5, payload + payload_bytes, step);
}

enum frame_result frame_parse(const uint8_t *buffer, size_t length, struct frame *frame, size_t *consumed_bytes)
{
	if (length >= 1 && (buffer[0] < FRAME_FILE || buffer[0] > FRAME_PRESPAWN))
		return FRAME_BAD;
	if (length < FRAME_HEADER_BYTES)
		return FRAME_PARTIAL;
	uint32_t payload_bytes = get_u32(buffer + 1);
	if (!is_length_possible(buffer[0], payload_bytes))
		return FRAME_BAD;
	if (length - FRAME_HEADER_BYTES < payload_bytes)
		return FRAME_PARTIAL;

	const uint8_t *payload = buffer + FRAME_HEADER_BYTES;
	frame->type = buffer[0];
	frame->payload = payload;
	frame->payload_bytes = payload_bytes;
	*consumed_bytes = FRAME_HEADER_BYTES + payload_bytes;
	switch (frame->type) {
	case FRAME_FILE:
		return parse_file(payload, payload_bytes, &frame->file) ? FRAME_OK : FRAME_BAD;
	case FRAME_STEP:
		return parse_step(payload, payload_bytes, &frame->step) ? FRAME_OK : FRAME_BAD;
	case FRAME_PRESPAWN:
		return parse_prespawn(payload, payload_bytes, &frame->step) ? FRAME_OK : FRAME_BAD;
	case FRAME_RESIZE:
		frame->columns = get_u16(payload);
		frame->rows = get_u16(payload + 2);
		return FRAME_OK;
	case FRAME_SIGNAL:
		frame->signal_number = payload[0];
		return payload[0] >= 1 && payload[0] <= MAX_SIGNAL ? FRAME_OK : FRAME_BAD;
	default:
		return FRAME_OK;
	}
}
