/*
 * The bytes on their way into the program, and the runner's credit for them (PROTOCOL.md A6): at most 64 KiB that have not been
 * acknowledged. An end of input keeps its place between them.
 */
#ifndef SANDGLASS_KEYBOARD_H
#define SANDGLASS_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For a new step. `descriptor` is the program's terminal, or the writing end of its stdin, which then belongs to this module. */
void keyboard_start(int descriptor, bool is_terminal);

/* Takes bytes of a STDIN frame; false when the runner has gone beyond its credit. */
bool keyboard_type(const uint8_t *bytes, size_t count);

/* Notes an end of input after what has been typed. More than a handful that wait at once are one. */
void keyboard_end_input(void);

/* The descriptor to wait on until it can be written to; -1 when nothing waits. */
int keyboard_wants(void);

/*
 * Hands over what the program takes now, without waiting. When a character means a signal that the terminal's kernel does not send by itself, it stops
 * behind that character and gives the signal's number: send it, then go on. 0: done.
 */
int keyboard_feed(void);

/* Bytes handed over or dropped that the runner has not been told of; asking takes them. At most 64 KiB. */
uint32_t keyboard_take_acknowledged(void);
bool keyboard_has_acknowledged(void);

/* Forgets everything; closes the pipe. */
void keyboard_stop(void);

#endif
