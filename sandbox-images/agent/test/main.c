#include <stdio.h>

#include "check.h"

static int passed;
static int failed;

void check(bool holds, const char *claim)
{
	if (holds) {
		passed++;
		return;
	}
	failed++;
	printf("not so: %s\n", claim);
}

int main(void)
{
	frame_tests();
	path_tests();
	workspace_tests();
	wipe_tests();
	keyboard_tests();
	outbox_tests();
	cgroup_tests();
	stats_pace_tests();
	printf("%d passed, %d failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
