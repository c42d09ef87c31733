#include "path.h"

#include <errno.h>
#include <stdbool.h>

/* How many bytes the code point at `at` takes, 0 when it is not UTF-8 (RFC 3629: no surrogates, nothing over-long). */
static size_t code_point_bytes(const uint8_t *at, size_t left)
{
	size_t bytes = at[0] < 0x80 ? 1 : at[0] >= 0xc2 && at[0] < 0xe0 ? 2 : at[0] >= 0xe0 && at[0] < 0xf0 ? 3 : at[0] >= 0xf0 && at[0] < 0xf5 ? 4 : 0;
	if (bytes == 0 || bytes > left)
		return 0;
	for (size_t index = 1; index < bytes; index++)
		if ((at[index] & 0xc0) != 0x80)
			return 0;
	bool is_overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
	bool is_surrogate = at[0] == 0xed && at[1] >= 0xa0;
	bool is_beyond = at[0] == 0xf4 && at[1] >= 0x90;
	return is_overlong || is_surrogate || is_beyond ? 0 : bytes;
}

static bool is_part_allowed(const uint8_t *part, size_t bytes)
{
	bool is_dots = (bytes == 1 && part[0] == '.') || (bytes == 2 && part[0] == '.' && part[1] == '.');
	return bytes > 0 && !is_dots;
}

int path_check(const uint8_t *name, size_t bytes)
{
	if (bytes > PATH_MAX_NAME_BYTES)
		return ENAMETOOLONG;
	size_t part_start = 0;
	for (size_t at = 0; at < bytes;) {
		if (name[at] < 0x20 || name[at] == 0x7f || name[at] == '\\')
			return EINVAL;
		if (name[at] == '/') {
			if (!is_part_allowed(name + part_start, at - part_start))
				return EINVAL;
			part_start = at + 1;
		}
		size_t step = code_point_bytes(name + at, bytes - at);
		if (step == 0)
			return EILSEQ;
		at += step;
	}
	return is_part_allowed(name + part_start, bytes - part_start) ? 0 : EINVAL;
}
