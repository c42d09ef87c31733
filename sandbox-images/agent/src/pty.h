#ifndef SANDGLASS_PTY_H
#define SANDGLASS_PTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A new pseudo-terminal of this size, owned by the program. The agent keeps the program's side open until the step is over, so that
 * the master never says "hung up" while a program has closed its terminal and still runs. 0, or an errno.
 */
int pty_open(uint16_t columns, uint16_t rows, int *master, int *slave);

/* The kernel tells the foreground group with SIGWINCH when the size is another. */
void pty_resize(int master, uint16_t columns, uint16_t rows);

/* The foreground process group, or 0 when there is none that a signal may go to; `unknown` where the kernel does not tell it to us (gVisor). */
pid_t pty_foreground(int master, pid_t unknown);

/* The character that means end of input just now; false when the program has switched it off. */
bool pty_end_of_input(int master, uint8_t *character);

/*
 * How many of these bytes stand before one that means a signal which the kernel does not handle as Linux does, and then that signal; all, and 0,
 * when there is none. gVisor keeps such a character as input, so that an end of input behind it ends nothing, and leaves it alone while a line
 * waits to be read.
 */
size_t pty_bytes_before_signal(int master, const uint8_t *bytes, size_t count, int *signal_number);

#endif
