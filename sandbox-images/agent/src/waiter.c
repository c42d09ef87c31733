#include "waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "identity.h"
#include "memory-watch.h"
#include "pty.h"
#include "service.h"

enum { HELD = 'h', GO = 'g', HELD_LIMIT_US = 100000 };

static const char preload[] = "LD_PRELOAD=" HOLD_LIBRARY;
static const size_t preload_name_bytes = sizeof "LD_PRELOAD=" - 1;

static struct leader waiting;
static struct stdio_set stdio_set;
/* Our end of the line to the library; -1 when nobody waits. */
static int line = -1;
/* What it was started with. The strings are copied: those of a request do not last. */
static struct step_request asked;
static uint8_t strings[FRAME_MAX_STRINGS_BYTES];
static const char *environment[FRAME_MAX_ENVIRONMENT + 2];

struct leader *waiter_leader(void)
{
	return &waiting;
}

/* What it says is done in the program's place. */
static bool is_library_there(void)
{
	struct stat there;
	return lstat(HOLD_LIBRARY, &there) == 0 && identity_is_images_file(&there);
}

/* The request's, and the loader's variable last, where taking it away again moves no other. False when the request has one of its own. */
static bool add_preload(const struct step_request *request)
{
	size_t count = 0;
	for (; request->envp[count] != NULL; count++) {
		if (strncmp(request->envp[count], preload, preload_name_bytes) == 0)
			return false;
		environment[count] = request->envp[count];
	}
	environment[count] = preload;
	environment[count + 1] = NULL;
	return true;
}

static bool start(const struct step_request *request)
{
	int ends[2];
	int error;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	line = ends[0];
	stdio_set = (struct stdio_set){.program = {-1, -1, -1}, .agent = {-1, -1, -1}};
	error = fcntl(line, F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
	if (error == 0)
		error = stdio_set_open(&stdio_set, request->has_pty, request->columns, request->rows);
	if (error == 0) {
		struct child_plan plan = {
			.argv = request->argv,
			.envp = environment,
			.lent = {-1, -1},
			.hold = ends[1],
			.uid = PROGRAM_UID,
			.gid = PROGRAM_GID,
			.has_terminal = request->has_pty,
		};
		memcpy(plan.descriptors, stdio_set.program, sizeof plan.descriptors);
		waiting.pid = child_start(&plan, &error);
		stdio_set_release_program(&stdio_set);
	}
	close(ends[1]);
	return error == 0;
}

static void forget(void)
{
	if (line >= 0)
		close(line);
	line = -1;
	waiting = (struct leader){0};
}

bool waiter_start(const struct step_request *request)
{
	if (!waiter_end())
		return false;
	/* One that a service works for is not a process alone. */
	if (service_is_wanted() || !is_library_there() || !add_preload(request))
		return true;
	memory_watch_settle();
	asked = *request;
	memcpy(strings, request->strings, request->strings_bytes);
	if (!start(request))
		return waiter_end();
	return true;
}

/* The library's word comes before the interpreter's first instruction: it is there, or it comes in the time that a start takes at most. */
static bool has_said_held(void)
{
	uint64_t deadline_us = clock_now_us() + HELD_LIMIT_US;
	for (;;) {
		char word;
		ssize_t bytes = recv(line, &word, 1, MSG_PEEK);
		if (bytes >= 0)
			return bytes == 1 && word == HELD;
		uint64_t now_us = clock_now_us();
		if ((errno != EAGAIN && errno != EINTR) || now_us >= deadline_us)
			return false;
		struct timespec timeout = {.tv_sec = 0, .tv_nsec = (long)(deadline_us - now_us) * 1000};
		struct pollfd one = {.fd = line, .events = POLLIN};
		ppoll(&one, 1, &timeout, processes_wait_mask());
	}
}

bool waiter_is_for(const struct step_request *request)
{
	if (waiting.pid == 0)
		return false;
	processes_reap(&waiting);
	bool is_same = request->has_pty == asked.has_pty && request->argument_count == asked.argument_count &&
		       request->environment_count == asked.environment_count && request->strings_bytes == asked.strings_bytes &&
		       memcmp(request->strings, strings, asked.strings_bytes) == 0;
	return is_same && !waiting.has_ended && has_said_held();
}

bool waiter_release(const struct step_request *request, struct leader *leader, struct stdio_set *set)
{
	const char go = GO;
	bool has_other_size = request->columns != asked.columns || request->rows != asked.rows;
	if (request->has_pty && has_other_size)
		pty_resize(stdio_set.agent[0], request->columns, request->rows);
	if (send(line, &go, 1, MSG_NOSIGNAL) != 1)
		return false;
	*leader = waiting;
	*set = stdio_set;
	forget();
	return true;
}

bool waiter_end(void)
{
	if (line < 0)
		return true;
	bool are_all_dead = processes_end_all(&waiting);
	if (!stdio_set.has_pty && stdio_set.agent[0] >= 0)
		close(stdio_set.agent[0]);
	stdio_set_close(&stdio_set);
	stdio_set.agent[0] = -1;
	forget();
	return are_all_dead;
}
