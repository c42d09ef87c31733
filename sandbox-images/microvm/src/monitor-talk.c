#include "monitor-talk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 16384 };

static char text[TEXT_BYTES];

/*
 * All at once: the monitor takes them in order. The RAM is a file that is mapped, not a part of what is loaded; both sides must have
 * been told so.
 */
static const char commands_to_wake[] =
	"{\"execute\":\"qmp_capabilities\"}\n"
	"{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":true}]}}\n"
	"{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"file:/snapshot/state\"}}\n";

const char *monitor_wake(int commands, int answers)
{
	size_t filled = 0;
	/* A pipe holds it whole. */
	if (write(commands, commands_to_wake, sizeof commands_to_wake - 1) != (ssize_t)sizeof commands_to_wake - 1)
		return "the monitor takes no commands";
	for (;;) {
		ssize_t bytes = read(answers, text + filled, sizeof text - 1 - filled);
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes <= 0)
			return "the monitor ended, or would not stop talking";
		filled += (size_t)bytes;
		text[filled] = 0;
		/* The monitor is ours and its guest has no part in these lines, so words are enough to know them by. */
		if (strstr(text, "\"RESUME\"") != NULL)
			return NULL;
		if (strstr(text, "\"error\"") != NULL)
			return text;
	}
}
