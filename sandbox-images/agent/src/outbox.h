/*
 * The bytes that wait for the runner to read them. One static buffer; who wants to add asks for room first, so that it never
 * overflows: program output only where a whole chunk fits beside OUTBOX_RESERVE_BYTES, which is kept for the small frames.
 */
#ifndef SANDGLASS_OUTBOX_H
#define SANDGLASS_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

enum { OUTBOX_RESERVE_BYTES = 2048 };

bool outbox_is_empty(void);
/* Room for one more chunk of output and, after it, for every small frame that a step can still need. */
bool outbox_has_room_for_chunk(void);
/* Room for the answer to one more frame from the runner (the longest, a FAULT, is half of it), and an EXIT after that. */
bool outbox_has_room_for_answer(void);

/* Where to read up to FRAME_MAX_CHUNK_BYTES of output to; then say how many came. Needs outbox_has_room_for_chunk(). */
uint8_t *outbox_chunk(void);
void outbox_commit_chunk(enum frame_type type, size_t bytes);

void outbox_put(enum frame_type type, const uint8_t *payload, size_t payload_bytes);
void outbox_put_ready(void);
void outbox_put_fault(uint8_t code, int error, const char *text);

/* Writes what the descriptor takes without waiting. False when nobody can read it any more. */
bool outbox_flush(int descriptor);

#endif
