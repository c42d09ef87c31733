#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "identity.h"
#include "processes.h"

enum { ARGV_BYTES = 4096, MAX_WORDS = 32, BACKLOG = 16, LEFT_BYTES = 65536, RETRY_MS = 2 };
enum { START_LIMIT_US = 20000000, ANSWER_LIMIT_US = 2000000, STOP_LIMIT_US = 10000000 };

static const char argv_path[] = "/etc/sandglass/service";
static const char socket_path[] = "/tmp/.sandglass-service";
static const char question[] = "GET /ready HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n";
static const char answer[] = "HTTP/1.1 204";

static char words[ARGV_BYTES];
static const char *argv[MAX_WORDS + 1];
static int listener = -1;
/* The socket's own place in the file system, which has no name any more. */
static int place = -1;
/* The reading end of what the service prints; -1 while none runs. */
static int printed = -1;

bool service_is_wanted(void)
{
	return argv[0] != NULL;
}

static const char *read_argv(void)
{
	struct stat there;
	int file = open(argv_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return errno == ENOENT || errno == ENOTDIR ? NULL : argv_path;
	ssize_t bytes = fstat(file, &there) == 0 ? read(file, words, sizeof words) : -1;
	close(file);
	if (bytes < 0)
		return argv_path;
	errno = EINVAL;
	if (!identity_is_images_file(&there) || bytes < 2 || (size_t)bytes == sizeof words || words[bytes - 1] != 0 || words[0] != '/')
		return argv_path;
	int count = 0;
	for (ssize_t at = 0; at < bytes; at += (ssize_t)strlen(words + at) + 1) {
		if (count == MAX_WORDS)
			return argv_path;
		argv[count++] = words + at;
	}
	return NULL;
}

/* In the program's own /tmp, the only kind of place that can be written at all; there is no program yet, and the name is gone before there is one. */
static const char *listen_without_a_name(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path, socket_path, sizeof socket_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return "the service's socket";
	identity_act_as_program();
	bool is_made = bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 && listen(listener, BACKLOG) == 0;
	if (is_made)
		place = open(socket_path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	is_made = is_made && place >= 0 && unlink(socket_path) == 0;
	int error = errno;
	identity_act_as_agent();
	errno = error;
	return is_made ? NULL : "the service's socket";
}

static int connect_to_it(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", place);
	int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection < 0)
		return -1;
	identity_act_as_program();
	bool is_connected = connect(connection, (const struct sockaddr *)&address, sizeof address) == 0;
	int error = errno;
	identity_act_as_agent();
	if (is_connected)
		return connection;
	close(connection);
	errno = error;
	return -1;
}

/* Connections to one that has ended are nothing that the next one should meet. */
static void refuse_waiting(void)
{
	int connection;
	while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(connection);
}

static void forget_output(void)
{
	if (printed >= 0)
		close(printed);
	printed = -1;
}

static int launch(void)
{
	static const char *const no_environment[] = {NULL};
	int output[2];
	int error;
	forget_output();
	refuse_waiting();
	if (pipe2(output, O_CLOEXEC) != 0)
		return errno;
	printed = output[0];
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0 || fcntl(printed, F_SETFL, O_NONBLOCK) != 0) {
		error = errno;
	} else {
		struct child_plan plan = {
			.argv = argv,
			.envp = no_environment,
			.descriptors = {nothing, output[1], nothing},
			.lent = {listener, -1},
			.hold = -1,
			.uid = SERVICE_UID,
			.gid = SERVICE_GID,
			.directory = "/",
		};
		processes_spare(child_start(&plan, &error));
	}
	if (nothing >= 0)
		close(nothing);
	close(output[1]);
	return error;
}

/* Waits for a descriptor, or the end of a child. False once the time is over or the service has ended. */
static bool wait_for(int descriptor, uint64_t deadline_us)
{
	struct leader nobody = {0};
	for (;;) {
		processes_reap(&nobody);
		uint64_t now_us = clock_now_us();
		if (processes_spared() == 0 || now_us >= deadline_us)
			return false;
		uint64_t left_us = deadline_us - now_us;
		struct timespec timeout = {.tv_sec = (time_t)(left_us / 1000000), .tv_nsec = (long)(left_us % 1000000) * 1000};
		struct pollfd one = {.fd = descriptor, .events = POLLIN};
		if (ppoll(&one, 1, &timeout, processes_wait_mask()) > 0)
			return true;
	}
}

/* One thread does all its work: an answer shows that nothing else has hold of that thread. */
static bool is_answering(uint64_t limit_us)
{
	uint64_t deadline_us = clock_now_us() + limit_us;
	char text[sizeof answer - 1];
	size_t count = 0;
	int connection = connect_to_it();
	if (connection < 0)
		return false;
	bool is_asked = send(connection, question, sizeof question - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof question - 1);
	while (is_asked && count < sizeof text && wait_for(connection, deadline_us)) {
		ssize_t bytes = read(connection, text + count, sizeof text - count);
		if (bytes <= 0)
			break;
		count += (size_t)bytes;
	}
	close(connection);
	return count == sizeof text && memcmp(text, answer, sizeof text) == 0;
}

/* What a step left behind in the pipe belongs to nobody. False when more comes than the pipe holds: then somebody is still printing. */
static bool is_quiet(void)
{
	char left[4096];
	for (size_t count = 0; count <= LEFT_BYTES;) {
		ssize_t bytes = read(printed, left, sizeof left);
		if (bytes <= 0)
			return bytes < 0 && errno == EAGAIN;
		count += (size_t)bytes;
	}
	return false;
}

static bool is_started(void)
{
	int error = launch();
	if (error == 0 && is_answering(START_LIMIT_US) && is_quiet())
		return true;
	bool is_gone = service_stop();
	errno = !is_gone ? EBUSY : error != 0 ? error : ETIMEDOUT;
	return false;
}

const char *service_open(void)
{
	const char *failed = read_argv();
	if (failed != NULL || !service_is_wanted())
		return failed;
	failed = listen_without_a_name();
	if (failed != NULL)
		return failed;
	return is_started() ? NULL : "the service does not start";
}

int service_lend(int lent[SERVICE_LENT_COUNT])
{
	lent[0] = lent[1] = -1;
	if (!service_is_wanted())
		return 0;
	if (processes_spared() == 0 && !is_started())
		return errno;
	lent[0] = connect_to_it();
	if (lent[0] < 0)
		return errno;
	lent[1] = fcntl(printed, F_DUPFD_CLOEXEC, 0);
	if (lent[1] >= 0 && fcntl(lent[0], F_SETFL, 0) == 0)
		return 0;
	return errno;
}

bool service_stop(void)
{
	struct leader nobody = {0};
	uint64_t deadline_us = clock_now_us() + STOP_LIMIT_US;
	forget_output();
	while (processes_spared() != 0) {
		if (kill(processes_spared(), SIGKILL) != 0 || clock_now_us() > deadline_us)
			return false;
		struct timespec retry = {.tv_sec = 0, .tv_nsec = RETRY_MS * 1000000};
		ppoll(NULL, 0, &retry, processes_wait_mask());
		processes_reap(&nobody);
	}
	return true;
}

bool service_renew(void)
{
	if (!service_is_wanted())
		return true;
	if (processes_spared() != 0 && is_answering(ANSWER_LIMIT_US) && is_quiet())
		return true;
	return service_stop() && is_started();
}
