#include "../src/path.h"

#include <errno.h>
#include <string.h>

#include "check.h"

static int judge(const char *name)
{
	return path_check((const uint8_t *)name, strlen(name));
}

void path_tests(void)
{
	static const char *const good[] = {"a", "main.py", ".hidden", "a/b/c.txt", "...", "a..b", "ein \xc3\xa4", "\xe2\x82\xac/\xf0\x9f\x8f\x9d"};
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", "a/.", "a\\b", "a\nb", "a\tb", "\x7f"};
	static const char *const ill[] = {"\xff", "\xc3", "a\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xe2\x82"};
	char longest[PATH_MAX_NAME_BYTES + 2];
	for (size_t index = 0; index < sizeof good / sizeof *good; index++)
		check(judge(good[index]) == 0, good[index]);
	for (size_t index = 0; index < sizeof bad / sizeof *bad; index++)
		check(judge(bad[index]) == EINVAL, "ATTACKS.md 17: a name that leads out, or is none, is refused");
	for (size_t index = 0; index < sizeof ill / sizeof *ill; index++)
		check(judge(ill[index]) == EILSEQ, "ATTACKS.md 17: a name that is not UTF-8 is refused");
	check(path_check((const uint8_t *)"a\0b", 3) == EINVAL, "ATTACKS.md 17: NUL in a name is refused");
	memset(longest, 'a', sizeof longest);
	check(path_check((const uint8_t *)longest, PATH_MAX_NAME_BYTES) == 0, "200 bytes are allowed");
	check(path_check((const uint8_t *)longest, PATH_MAX_NAME_BYTES + 1) == ENAMETOOLONG, "ATTACKS.md 17: 201 bytes are refused");
}
