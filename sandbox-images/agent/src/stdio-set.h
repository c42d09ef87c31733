/* The program's 0, 1 and 2, and our ends of them. */
#ifndef SANDGLASS_STDIO_SET_H
#define SANDGLASS_STDIO_SET_H

#include <stdbool.h>
#include <stdint.h>

struct stdio_set {
	bool has_pty;
	/* With a PTY all three are its one program's side, which the agent keeps until the step is over. */
	int program[3];
	/* Ours, never waiting: 0 to write to, 1 and 2 to read from. With a PTY 0 and 1 are the master and 2 is -1. */
	int agent[3];
};

/* 0, or an errno with nothing left open. */
int stdio_set_open(struct stdio_set *set, bool has_pty, uint16_t columns, uint16_t rows);

/* After the program has started: its pipe ends are its own. */
void stdio_set_release_program(struct stdio_set *set);

/* Everything that is still open, but for a pipe's agent[0], which the keyboard owns once the program has started. */
void stdio_set_close(struct stdio_set *set);

#endif
