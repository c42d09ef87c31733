#ifndef SANDGLASS_PROBE_REPORT_H
#define SANDGLASS_PROBE_REPORT_H

#include <stdbool.h>

/*
 * What the probe says: one JSON object a line on standard output, {"fact": path, "value": …} or {"attack": {…}}. Texts are cut at the
 * lengths of protocol/posture.ts, and bytes that are not printable ASCII become '?': what is read here may be a stranger's file.
 */

enum { REPORT_TEXT_MAX = 2000, REPORT_ITEM_MAX = 300, REPORT_ITEMS_MAX = 1000, REPORT_SENTENCE_MAX = 600 };

void report_number(const char *path, long long value);
void report_null(const char *path);
void report_bool(const char *path, bool value);
void report_text(const char *path, const char *value);

/* One list at a time; what has no room is told by a last item "...". */
void report_list_open(const char *path);
void report_list_text(const char *item);
void report_list_number(long long item);
void report_list_close(void);

struct report_attack {
	int row;
	const char *id;
	const char *title;
	const char *outcome;
	const char *tried;
	const char *happened;
	const char *why;
};
void report_attack(const struct report_attack *attack);

/* "EPERM" for a number of errno.h; "errno 999" in a buffer that the next call overwrites. */
const char *report_errno(int error);

#endif
