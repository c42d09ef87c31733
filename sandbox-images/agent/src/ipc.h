#ifndef SANDGLASS_IPC_H
#define SANDGLASS_IPC_H

/* Removes every System V segment, semaphore and queue: they outlive the processes that made them. 0, or an errno. */
int ipc_remove_all(void);

#endif
