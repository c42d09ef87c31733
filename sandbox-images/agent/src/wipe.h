#ifndef SANDGLASS_WIPE_H
#define SANDGLASS_WIPE_H

#include <sys/types.h>

/*
 * Removes everything beneath the open folder `root` and then reads it again to prove that nothing is left. 0, or an errno; EBUSY when
 * it took too long. Acts as the caller. Nobody else may be alive in the sandbox.
 *
 * It descends into one folder at a time and comes back by "..", holding a single descriptor and no path: how deep a nest
 * is makes no difference to the stack. No link is followed; folders that nobody may enter are first made so that we may. A mode
 * other than `root_mode`, and extended attributes, that a program gave the root itself are taken away.
 */
int wipe_folder(int root, mode_t root_mode);

#endif
