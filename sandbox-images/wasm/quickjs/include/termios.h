/* WASI has no modes of a terminal to set; names and members are POSIX's (termios.h), the values never reach anything. */
#ifndef SANDGLASS_TERMIOS_H
#define SANDGLASS_TERMIOS_H

#include "absent.h"

typedef unsigned int tcflag_t;
typedef unsigned char cc_t;

enum { VMIN, VTIME, NCCS };
enum { TCSANOW, TIOCGWINSZ };
enum { IGNBRK = 1, BRKINT = 1, PARMRK = 1, ISTRIP = 1, INLCR = 1, IGNCR = 1, ICRNL = 1, IXON = 1, OPOST = 1 };
enum { ECHO = 1, ECHONL = 1, ICANON = 1, IEXTEN = 1, CSIZE = 1, PARENB = 1, CS8 = 1 };

struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_cc[NCCS];
};

struct winsize {
	unsigned short ws_row, ws_col;
};

static inline int tcgetattr(int descriptor, struct termios *modes)
{
	(void)descriptor, (void)modes;
	return absent();
}

static inline int tcsetattr(int descriptor, int when, const struct termios *modes)
{
	(void)descriptor, (void)when, (void)modes;
	return absent();
}

#endif
