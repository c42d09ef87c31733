#include "../src/frame.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static struct frame frame;
static size_t consumed;

/* Parses a copy of exactly this size on the heap, so that AddressSanitizer sees a byte read too far. */
static enum frame_result parse(const void *bytes, size_t length)
{
	static uint8_t *copy;
	free(copy);
	copy = malloc(length == 0 ? 1 : length);
	memcpy(copy, bytes, length);
	return frame_parse(copy, length, &frame, &consumed);
}

static enum frame_result parse_payload(uint8_t type, const void *payload, size_t payload_bytes)
{
	uint8_t *bytes = malloc(FRAME_HEADER_BYTES + payload_bytes);
	frame_put_header(bytes, type, payload_bytes);
	memcpy(bytes + FRAME_HEADER_BYTES, payload, payload_bytes);
	enum frame_result result = parse(bytes, FRAME_HEADER_BYTES + payload_bytes);
	free(bytes);
	return result;
}

static uint8_t step[400];

/* A good STEP payload; gives its length. */
static size_t fill_step(uint8_t flags, const char *strings, size_t strings_bytes, uint16_t argc, uint16_t envc)
{
	memset(step, 0, sizeof step);
	step[0] = flags;
	for (size_t at = 5; at < 21; at += 4)
		frame_put_u32(step + at, 1000 + (uint32_t)at);
	frame_put_u16(step + 21, argc);
	frame_put_u16(step + 23, envc);
	memcpy(step + 25, strings, strings_bytes);
	return 25 + strings_bytes;
}

static void length_tests(void)
{
	uint8_t header[5];
	check(parse("", 0) == FRAME_PARTIAL, "nothing is a partial frame");
	check(parse("\x01\x00\x04", 3) == FRAME_PARTIAL, "half a header is a partial frame");
	frame_put_header(header, FRAME_FILE, FRAME_MAX_PAYLOAD_BYTES);
	check(parse(header, 5) == FRAME_PARTIAL, "A1: the longest payload is allowed");
	frame_put_header(header, FRAME_FILE, FRAME_MAX_PAYLOAD_BYTES + 1);
	check(parse(header, 5) == FRAME_BAD, "A1: one byte more is refused by its header alone");
	check(parse("\x01\xff\xff\xff\xff", 5) == FRAME_BAD, "A1: 4 GiB is refused by its header alone");
	check(parse("\x00", 1) == FRAME_BAD && parse("\x0a", 1) == FRAME_BAD && parse("\x81", 1) == FRAME_BAD, "A2: unknown types are refused by their first byte");
	check(parse_payload(FRAME_STDIN, "", 0) == FRAME_BAD, "A2: empty STDIN is refused");
	frame_put_header(header, FRAME_STDIN, 32768);
	check(parse(header, 5) == FRAME_PARTIAL, "32,768 bytes of STDIN are allowed");
	frame_put_header(header, FRAME_STDIN, 32769);
	check(parse(header, 5) == FRAME_BAD, "A2: 32,769 bytes of STDIN are refused");
	check(parse_payload(FRAME_EOF, "x", 1) == FRAME_BAD && parse_payload(FRAME_EOF, "", 0) == FRAME_OK, "A2: EOF is empty");
	check(parse_payload(FRAME_KILL, "x", 1) == FRAME_BAD && parse_payload(FRAME_KILL, "", 0) == FRAME_OK, "A2: KILL is empty");
	check(parse_payload(FRAME_RESET, "x", 1) == FRAME_BAD && parse_payload(FRAME_RESET, "", 0) == FRAME_OK, "A2: RESET is empty");
}

static void small_tests(void)
{
	check(parse_payload(FRAME_RESIZE, "\x01\x02\x03\x04", 4) == FRAME_OK && frame.columns == 0x102 && frame.rows == 0x304, "RESIZE is columns and rows, big endian");
	check(parse_payload(FRAME_RESIZE, "\x01\x02\x03", 3) == FRAME_BAD, "A2: short RESIZE");
	check(parse_payload(FRAME_SIGNAL, "\x0f", 1) == FRAME_OK && frame.signal_number == 15, "SIGNAL 15");
	check(parse_payload(FRAME_SIGNAL, "\0", 1) == FRAME_BAD && parse_payload(FRAME_SIGNAL, "\x20", 1) == FRAME_BAD, "A2: signals are 1..31");
	check(parse("\x03\0\0\0\x02" "ab\x07", 8) == FRAME_OK && consumed == 7 && memcmp(frame.payload, "ab", 2) == 0, "what follows a frame is left alone");
	check(parse_payload(FRAME_FILE, "\0\x03" "a.b" "text", 9) == FRAME_OK && frame.file.name_bytes == 3 && frame.file.content_bytes == 4 && memcmp(frame.file.content, "text", 4) == 0, "FILE is a name and a content");
	check(parse_payload(FRAME_FILE, "\0\x01" "a", 3) == FRAME_OK && frame.file.content_bytes == 0, "a file may be empty");
	check(parse_payload(FRAME_FILE, "\0\x02" "a", 3) == FRAME_BAD, "A2: a name longer than its frame");
	check(parse_payload(FRAME_FILE, "\0", 1) == FRAME_BAD, "A2: no room for a name's length");
}

static void step_tests(void)
{
	static const char good[] = "/bin/x\0one\0A=1";
	size_t length = fill_step(0, good, sizeof good, 2, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_OK, "a good STEP");
	check(strcmp(frame.step.argv[1], "one") == 0 && frame.step.argv[2] == NULL && strcmp(frame.step.envp[0], "A=1") == 0 && frame.step.envp[1] == NULL, "its strings");
	check(frame.step.idle_wall_ms == 1005 && frame.step.total_wall_ms == 1009 && frame.step.cpu_ms == 1013 && frame.step.output_bytes == 1017, "its limits");
	for (size_t at = 5; at < 21; at += 4) {
		fill_step(0, good, sizeof good, 2, 1);
		frame_put_u32(step + at, 0);
		check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "ATTACKS.md 12: a limit of 0 is a fault, never no limit");
	}
	fill_step(2, good, sizeof good, 2, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: an unknown flag");
	fill_step(0, good, sizeof good, 2, 1);
	step[2] = 80;
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: columns without a PTY");
	step[0] = 1;
	check(parse_payload(FRAME_STEP, step, length) == FRAME_OK && frame.step.has_pty && frame.step.columns == 80, "columns with a PTY");
	fill_step(0, good, sizeof good, 3, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: fewer strings than told");
	fill_step(0, good, sizeof good, 1, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: more strings than told");
	fill_step(0, good, sizeof good, 0, 3);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: no argument at all");
	fill_step(0, good, sizeof good, 257, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: 257 arguments");
	fill_step(0, good, sizeof good, 2, 65);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_BAD, "A2: 65 variables");
	fill_step(0, good, sizeof good, 2, 1);
	check(parse_payload(FRAME_STEP, step, length - 1) == FRAME_BAD, "A2: a string without its NUL");
	check(parse_payload(FRAME_STEP, step, 25) == FRAME_BAD && parse_payload(FRAME_STEP, step, 24) == FRAME_BAD, "A2: no strings, no counts");
	fill_step(0, "bin/x", 6, 1, 0);
	check(parse_payload(FRAME_STEP, step, 25 + 6) == FRAME_BAD, "A2: argv[0] is absolute");
	uint8_t header[5];
	frame_put_header(header, FRAME_STEP, 25 + 131072);
	check(parse(header, 5) == FRAME_PARTIAL, "128 KiB of strings are allowed");
	frame_put_header(header, FRAME_STEP, 25 + 131073);
	check(parse(header, 5) == FRAME_BAD, "A2: more than 128 KiB of strings");
}

static void prespawn_tests(void)
{
	static const char good[] = "\x01\0\x50\0\x18\0\2\0\1/bin/x\0one\0A=1";
	check(parse_payload(FRAME_PRESPAWN, good, sizeof good) == FRAME_OK && frame.step.has_pty && frame.step.columns == 80 && frame.step.rows == 24, "a good PRESPAWN: mode and size");
	check(strcmp(frame.step.argv[1], "one") == 0 && frame.step.argv[2] == NULL && strcmp(frame.step.envp[0], "A=1") == 0 && frame.step.envp[1] == NULL, "its strings");
	check(frame.step.argument_count == 2 && frame.step.environment_count == 1 && frame.step.strings_bytes == sizeof good - 9 && memcmp(frame.step.strings, good + 9, sizeof good - 9) == 0, "its strings as they came");
	check(frame.step.idle_wall_ms == 0 && frame.step.total_wall_ms == 0 && frame.step.cpu_ms == 0 && frame.step.output_bytes == 0, "it has no limits");
	size_t length = fill_step(1, good + 9, sizeof good - 9, 2, 1);
	check(parse_payload(FRAME_STEP, step, length) == FRAME_OK && frame.step.strings_bytes == sizeof good - 9 && memcmp(frame.step.strings, good + 9, sizeof good - 9) == 0, "the same strings in a STEP are the same bytes");
	check(parse_payload(FRAME_PRESPAWN, good, sizeof good - 1) == FRAME_BAD, "A2: PRESPAWN with a string without its NUL");
	check(parse_payload(FRAME_PRESPAWN, good, 9) == FRAME_BAD && parse_payload(FRAME_PRESPAWN, good, 0) == FRAME_BAD, "A2: PRESPAWN without strings");
	check(parse_payload(FRAME_PRESPAWN, "\2\0\0\0\0\0\1\0\0/x", 12) == FRAME_BAD, "A2: PRESPAWN with an unknown flag");
	check(parse_payload(FRAME_PRESPAWN, "\0\0\1\0\0\0\1\0\0/x", 12) == FRAME_BAD, "A2: PRESPAWN with columns and no PTY");
	check(parse_payload(FRAME_PRESPAWN, "\0\0\0\0\0\0\1\0\0x", 11) == FRAME_BAD, "A2: PRESPAWN of a relative argv[0]");
	uint8_t header[5];
	frame_put_header(header, FRAME_PRESPAWN, 9 + 131073);
	check(parse(header, 5) == FRAME_BAD, "A2: PRESPAWN with more than 128 KiB of strings");
}

void frame_tests(void)
{
	uint8_t bytes[8];
	length_tests();
	small_tests();
	step_tests();
	prespawn_tests();
	frame_put_u64(bytes, 0x0102030405060708);
	check(memcmp(bytes, "\1\2\3\4\5\6\7\x8", 8) == 0, "numbers are big endian");
}
