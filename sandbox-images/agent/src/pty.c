#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "devices.h"
#include "identity.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

enum { CONTROL_BACKSPACE = 0x7f, DISABLED_CHARACTER = 0 };

/*
 * What a person expects of a terminal: lines, echo, signals, UTF-8 in erasing. Without IXON: Ctrl-S is a habit of people who
 * save, and would freeze the output with no word why.
 */
static const struct termios settings = {
	.c_iflag = ICRNL | IMAXBEL | IUTF8,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD,
	.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE,
	.c_cc = {[VINTR] = 'C' & 31,
		 [VQUIT] = '\\' & 31,
		 [VERASE] = CONTROL_BACKSPACE,
		 [VKILL] = 'U' & 31,
		 [VEOF] = 'D' & 31,
		 [VMIN] = 1,
		 [VSTART] = 'Q' & 31,
		 [VSTOP] = 'S' & 31,
		 [VSUSP] = 'Z' & 31,
		 [VREPRINT] = 'R' & 31,
		 [VDISCARD] = 'O' & 31,
		 [VWERASE] = 'W' & 31,
		 [VLNEXT] = 'V' & 31},
};

/* A kernel (gVisor, before Linux 4.13) that knows terminals by name only. In gVisor nobody is told of a new size, and /dev/tty leads nowhere. */
static bool is_by_name;

/* The program's side by its master, or by name. */
static int open_slave(int master, char *path, size_t path_bytes)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
	int slave = ioctl(master, TIOCGPTPEER, flags);
	if (slave >= 0)
		return slave;
	is_by_name = true;
	unsigned int number;
	if (ioctl(master, TIOCGPTN, &number) != 0)
		return -1;
	snprintf(path, path_bytes, "/dev/pts/%u", number);
	return open(path, flags);
}

int pty_open(uint16_t columns, uint16_t rows, int *master, int *slave)
{
	int unlocked = 0;
	char path[32] = "";
	*slave = -1;
	/* devpts gives the program's side to whoever opens the master. */
	identity_act_as_program();
	*master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*master >= 0 && ioctl(*master, TIOCSPTLCK, &unlocked) == 0)
		*slave = open_slave(*master, path, sizeof path);
	int error = errno;
	identity_act_as_agent();
	if (*slave >= 0) {
		if (is_by_name)
			devices_set_terminal(path);
		struct winsize size = {.ws_col = columns, .ws_row = rows};
		if (tcsetattr(*slave, TCSANOW, &settings) == 0 && ioctl(*master, TIOCSWINSZ, &size) == 0)
			return 0;
		error = errno;
		close(*slave);
	}
	if (*master >= 0)
		close(*master);
	*master = *slave = -1;
	return error;
}

void pty_resize(int master, uint16_t columns, uint16_t rows)
{
	struct winsize size = {.ws_col = columns, .ws_row = rows};
	/* A terminal that the kernel has hung up has no size; then nobody looks at it either. */
	if (ioctl(master, TIOCSWINSZ, &size) != 0)
		return;
	/* To everybody: who has no terminal, or asked before, learns nothing new. */
	if (is_by_name && kill(-1, SIGWINCH) != 0)
		return;
}

pid_t pty_foreground(int master, pid_t unknown)
{
	pid_t group = 0;
	if (ioctl(master, TIOCGPGRP, &group) != 0)
		return unknown;
	/* 1 and below would mean ourselves, or everybody. */
	return group > 1 ? group : 0;
}

static int signal_of(const struct termios *now, uint8_t byte)
{
	static const struct {
		int character;
		int number;
	} signals[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};
	for (size_t index = 0; index < sizeof signals / sizeof signals[0]; index++)
		if (byte != DISABLED_CHARACTER && byte == now->c_cc[signals[index].character])
			return signals[index].number;
	return 0;
}

size_t pty_bytes_before_signal(int master, const uint8_t *bytes, size_t count, int *signal_number)
{
	struct termios now;
	*signal_number = 0;
	if (!is_by_name || tcgetattr(master, &now) != 0 || (now.c_lflag & ISIG) == 0)
		return count;
	for (size_t index = 0; index < count; index++) {
		*signal_number = signal_of(&now, bytes[index]);
		if (*signal_number != 0)
			return index;
	}
	return count;
}

bool pty_end_of_input(int master, uint8_t *character)
{
	struct termios now;
	if (tcgetattr(master, &now) != 0 || now.c_cc[VEOF] == DISABLED_CHARACTER)
		return false;
	*character = now.c_cc[VEOF];
	return true;
}
