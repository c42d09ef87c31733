#ifndef SANDGLASS_FAIL_H
#define SANDGLASS_FAIL_H

/* Says what could not be done and why (errno), and ends the machine. What a step needs is not left out: there is no half a sandbox. */
_Noreturn void fail(const char *what);

/* `result` is what a system call gave. */
static inline void must(long result, const char *what)
{
	if (result < 0)
		fail(what);
}

#endif
