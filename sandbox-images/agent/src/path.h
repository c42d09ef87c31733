#ifndef SANDGLASS_PATH_H
#define SANDGLASS_PATH_H

#include <stddef.h>
#include <stdint.h>

enum { PATH_MAX_NAME_BYTES = 200 };

/*
 * Judges the name of a FILE frame: relative, UTF-8, no empty, "." or ".." part, no backslash, no control character.
 * 0 when it may be opened beneath the workspace, else the errno to tell (EINVAL, EILSEQ, ENAMETOOLONG). Pure.
 */
int path_check(const uint8_t *name, size_t bytes);

#endif
