#ifndef SANDGLASS_PROBE_TEXT_FILE_H
#define SANDGLASS_PROBE_TEXT_FILE_H

#include <stddef.h>

/* The start of a small file, NUL-terminated, in a buffer that the next call overwrites; NULL with errno when it cannot be read. */
const char *text_file(const char *path);
/* The value behind "name:" in a file of such lines, without the blanks around it; "" where there is none. Overwritten by the next call. */
const char *text_field(const char *content, const char *name);
/* Calls `take` with each line, the line break cut off. */
void text_lines(const char *content, void (*take)(char *line));

#endif
