/* What gVisor's kernel puts into /dev beyond the harmless few, and what it lacks there. */
#ifndef SANDGLASS_DEVICES_H
#define SANDGLASS_DEVICES_H

/* Takes away the devices that no program here needs. /dev is the agent's own; where it is not, they stay, and the sandbox's posture tells. */
void devices_reduce(void);

/* Makes /dev/tty lead to that terminal, for a kernel whose own /dev/tty leads nowhere. */
void devices_set_terminal(const char *path);

#endif
