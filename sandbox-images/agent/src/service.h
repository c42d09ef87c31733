/*
 * The service: one process that an image may have run beside its programs, from before the first READY and over many steps (PROTOCOL.md A10).
 * /etc/sandglass/service, root's own, holds its argv, each word ended by NUL; without that file there is no service and nothing here does anything.
 *
 * Its walls: it is uid 1001, so that neither it nor the program can signal, trace or read the other, and so that ending the program
 * spares it. It listens on a socket that the agent made and whose name the agent took away: nobody can connect but the agent,
 * which lends the leader of each step one connection, and the end of the pipe that is the service's standard output.
 */
#ifndef SANDGLASS_SERVICE_H
#define SANDGLASS_SERVICE_H

#include <stdbool.h>

enum { SERVICE_LENT_COUNT = 2 };

/* Starts it and waits until it answers. NULL, or what could not be done (errno says why). */
const char *service_open(void);

/* Whether the image has one. */
bool service_is_wanted(void);

/*
 * What a step's leader gets as descriptors 3 and 4: a connection, and what the service prints. Those that are not -1 are the caller's to close, whatever the
 * answer is: 0, or an errno. Without a service both are -1.
 */
int service_lend(int lent[SERVICE_LENT_COUNT]);

/* Ends it. False when it cannot be ended. */
bool service_stop(void);

/* Only between steps: it answers and has nothing left to say, or has been ended and started anew. False when neither can be had. */
bool service_renew(void);

#endif
