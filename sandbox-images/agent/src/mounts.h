/* The writable mounts of a sandbox: opened once at start, emptied on RESET. */
#ifndef SANDGLASS_MOUNTS_H
#define SANDGLASS_MOUNTS_H

/* Opens them and makes /workspace the working directory. NULL, or what could not be done (errno says why). */
const char *mounts_open(void);

/* A descriptor of /workspace, for workspace_write(). */
int mounts_workspace(void);

/* Empties each, and System V IPC, with the program's identity, and proves it. 0, or an errno with the mount's name in `*where`. */
int mounts_empty(const char **where);

#endif
