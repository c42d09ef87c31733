/*
 * The parser against arbitrary bytes, as handle_frames() in main.c calls it: frame after frame from one buffer. Besides what the sanitizers see,
 * it holds the parser to what its callers rely on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../src/frame.h"
#include "../src/path.h"

static struct frame frame;

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_inside(const uint8_t *at, size_t bytes)
{
	require(at >= frame.payload && bytes <= frame.payload_bytes && at + bytes <= frame.payload + frame.payload_bytes);
}

static void check_frame(void)
{
	if (frame.type == FRAME_FILE) {
		check_inside(frame.file.name, frame.file.name_bytes);
		check_inside(frame.file.content, frame.file.content_bytes);
		if (path_check(frame.file.name, frame.file.name_bytes) == 0)
			require(frame.file.name_bytes > 0 && frame.file.name[0] != '/' && memchr(frame.file.name, 0, frame.file.name_bytes) == NULL);
	}
	if (frame.type == FRAME_STEP || frame.type == FRAME_PRESPAWN) {
		require(frame.step.argv[0] != NULL && frame.step.argv[0][0] == '/' && (frame.step.idle_wall_ms > 0) == (frame.type == FRAME_STEP));
		check_inside(frame.step.strings, frame.step.strings_bytes);
		for (const char **string = frame.step.argv; *string != NULL; string++)
			check_inside((const uint8_t *)*string, strlen(*string) + 1);
		for (const char **string = frame.step.envp; *string != NULL; string++)
			check_inside((const uint8_t *)*string, strlen(*string) + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	size_t at = 0;
	size_t consumed = 0;
	while (frame_parse(data + at, bytes - at, &frame, &consumed) == FRAME_OK) {
		require(consumed == FRAME_HEADER_BYTES + frame.payload_bytes && consumed <= bytes - at);
		check_frame();
		at += consumed;
	}
	return 0;
}
