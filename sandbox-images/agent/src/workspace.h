#ifndef SANDGLASS_WORKSPACE_H
#define SANDGLASS_WORKSPACE_H

#include "frame.h"

/*
 * Writes one file beneath `root`, making missing folders, as the identity of the caller. 0, or an errno.
 *
 * Every part is opened by itself with O_NOFOLLOW, which for a checked name means the same as openat2's
 * RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS and works where that call does not exist. The file itself is always a new inode: a regular
 * file of that name is unlinked first, anything else (link, folder, FIFO, socket) is refused with EEXIST, so nothing is
 * ever written through what a program has planted. When writing fails, no half file stays.
 */
int workspace_write(int root, const struct file_request *file);

#endif
