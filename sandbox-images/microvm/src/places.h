#ifndef SANDGLASS_PLACES_H
#define SANDGLASS_PLACES_H

#include "start-order.h"

/* The sandbox's file system: what a container engine mounts, masks and makes read-only, done here. */

/* Makes the root disk the root, for good, and mounts everything on it but what a program may write to. */
void places_enter(const char *root);

/* /workspace, /tmp and /dev/shm, empty and small, each with its cap on inodes. */
void places_mount_writable(void);
void places_unmount_writable(void);

/* Gives them their sizes. */
void places_resize_writable(const struct start_order *order);

#endif
