/* The writable mounts of a sandbox: opened once at start, emptied on RESET. */
#ifndef SANDGLASS_MOUNTS_H
#define SANDGLASS_MOUNTS_H

#include <stdint.h>

/* Opens them and makes /workspace the working directory. NULL, or what could not be done (errno says why). */
const char *mounts_open(void);

/* Bytes in those of them that the sandbox's own kernel does not count as its memory: they are lent by the host. */
uint64_t mounts_outside_bytes(void);

/* A descriptor of /workspace, for workspace_write(). */
int mounts_workspace(void);

/* Empties each, and System V IPC, with the program's identity, and proves it. 0, or an errno with the mount's name in `*where`. */
int mounts_empty(const char **where);

#endif
