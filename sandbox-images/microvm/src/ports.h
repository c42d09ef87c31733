#ifndef SANDGLASS_PORTS_H
#define SANDGLASS_PORTS_H

/* The guest's two lines to the outside: virtio-serial ports, found by their names. */

/* Opens the control port; before that, complaints go to the kernel's log. */
void ports_open(void);

/* The agent's port, read and write, whatever the root directory is by now. Opening it tells the one who saves the machine that it may. */
int ports_open_agent(void);

int ports_control(void);

/* Where to say what went wrong. */
int ports_complaints(void);

void ports_close(void);

#endif
