#include "../src/cgroup.h"

#include "check.h"

void cgroup_tests(void)
{
	uint64_t value = 0;
	check(cgroup_find("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", "oom_kill", &value) && value == 7, "a key is a whole word");
	check(cgroup_find("anon 12\nshmem 34\n", "anon", &value) && value == 12, "the first line counts");
	check(!cgroup_find("anon 12\n", "shmem", &value) && !cgroup_find("", "anon", &value), "a key that is not there");
	check(!cgroup_find("anon x\n", "anon", &value) && !cgroup_find("anon", "anon", &value), "a value that is no number");
}
