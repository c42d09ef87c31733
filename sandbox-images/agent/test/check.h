/* The least of a test framework: a claim in words, counted. */
#ifndef SANDGLASS_CHECK_H
#define SANDGLASS_CHECK_H

#include <stdbool.h>

void check(bool holds, const char *claim);

void frame_tests(void);
void path_tests(void);
void workspace_tests(void);
void wipe_tests(void);
void keyboard_tests(void);
void outbox_tests(void);
void cgroup_tests(void);
void stats_pace_tests(void);

#endif
