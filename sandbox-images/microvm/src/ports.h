#ifndef SANDGLASS_PORTS_H
#define SANDGLASS_PORTS_H

/* The guest's two lines to the outside: virtio-serial ports, found by their names. */

/* Waits until both are there. */
void ports_find(void);

/* The agent's port, read and write, whatever the root directory is by now. */
int ports_open_agent(void);

/* The control port, opened once. Who saves the machine sees it open and takes the guest to be ready. */
int ports_open_control(void);

#endif
