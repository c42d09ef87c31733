#ifndef SANDGLASS_PROBE_SWEEP_H
#define SANDGLASS_PROBE_SWEEP_H

/* Facts syscalls.*: which system calls are answered by something that does the work, and sockets.*: which sockets open. */
void sweep_system_calls(void);
void sweep_entry_points(void);
void sweep_sockets(void);

#endif
