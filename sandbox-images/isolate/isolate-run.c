/*
 * The leader of a run in the isolate tier: takes the program from /workspace to the supervisor, its input with it, and its output from there.
 *   isolate-run ENTRY [ARGUMENT...]
 *
 * Descriptor 3 is a connection to workerd, 4 the pipe that workerd prints into (agent/PROTOCOL.md). One HTTP request carries the files
 * (src/read-program.js) and then the input, chunked; its answer's end says that the isolate is no more. What comes out of the pipe is lines of
 * src/program-runner.js. A hostile program can write any line it likes: it can say no more than if this process were its own.
 * Longer than most files: it is linked from one file, and its parts are one conversation.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECTION = 3, PRINTED = 4, STATUS_LOST = 70, STATUS_TOO_MUCH = 66 };
enum { PROGRAM_BYTES = 8 << 20, LINE_BYTES = 1 << 17, INPUT_BYTES = 16384, PATH_BYTES = 1024, MAX_DEPTH = 16, MARK_BYTES = 24 };

static unsigned char program[PROGRAM_BYTES];
static size_t program_bytes;
static char line[LINE_BYTES];
static size_t line_bytes;
static char text[LINE_BYTES];
/* Between `<` and `>`: where lines go as they are, and the mark that ends that. */
static int shown_to = -1;
static char shown_until[MARK_BYTES];
static int exit_code = -1;
static char waiting[INPUT_BYTES + 32];
static size_t waiting_at;
static size_t waiting_bytes;

static _Noreturn void give_up(int status, const char *why)
{
	dprintf(STDERR_FILENO, "isolate-run: %s\n", why);
	_exit(status);
}

static void write_all(int descriptor, const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t written = write(descriptor, bytes, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			_exit(STATUS_LOST);
		bytes += written;
		count -= (size_t)written;
	}
}

static void put_u32(unsigned char *at, size_t value)
{
	for (int index = 0; index < 4; index++)
		at[index] = (unsigned char)(value >> (24 - 8 * index));
}

/* Where the content of a record of that kind goes; its length is put afterwards. */
static unsigned char *begin_record(char kind, const char *name)
{
	size_t name_bytes = strlen(name);
	if (program_bytes + 9 + name_bytes > sizeof program)
		give_up(STATUS_TOO_MUCH, "the program is too large");
	unsigned char *record = program + program_bytes;
	record[0] = (unsigned char)kind;
	put_u32(record + 1, name_bytes);
	put_u32(record + 5, 0);
	memcpy(record + 9, name, name_bytes);
	program_bytes += 9 + name_bytes;
	return record;
}

static void add_file(int folder, const char *name, const char *path)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return;
	unsigned char *record = begin_record('f', path);
	size_t content_bytes = 0;
	for (;;) {
		size_t room = sizeof program - program_bytes;
		if (room == 0)
			give_up(STATUS_TOO_MUCH, "the program is too large");
		ssize_t bytes = read(file, program + program_bytes, room);
		if (bytes < 0)
			give_up(STATUS_LOST, strerror(errno));
		if (bytes == 0)
			break;
		content_bytes += (size_t)bytes;
		program_bytes += (size_t)bytes;
	}
	put_u32(record + 5, content_bytes);
	close(file);
}

static void add_folder(int folder, const char *prefix, int depth)
{
	DIR *entries = folder < 0 || depth > MAX_DEPTH ? NULL : fdopendir(folder);
	if (entries == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		char path[PATH_BYTES];
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof path, "%s%s", prefix, entry->d_name) >= (int)sizeof path - 1)
			continue;
		struct stat there;
		if (fstatat(folder, entry->d_name, &there, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(there.st_mode))
			add_file(folder, entry->d_name, path);
		if (S_ISDIR(there.st_mode)) {
			strcat(path, "/");
			add_folder(openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path, depth + 1);
		}
	}
	closedir(entries);
}

/* Waits for room in the connection, and goes on printing meanwhile: whoever waits for us may be waiting to print. */
static bool take_printed(void);
static void send_all(const void *bytes, size_t count)
{
	const char *at = bytes;
	while (count > 0) {
		ssize_t sent = send(CONNECTION, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0) {
			at += sent;
			count -= (size_t)sent;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return;
		struct pollfd both[2] = {{.fd = CONNECTION, .events = POLLOUT}, {.fd = PRINTED, .events = POLLIN}};
		if (poll(both, 2, -1) > 0 && both[1].revents != 0)
			take_printed();
	}
}

static void send_program(void)
{
	char head[192];
	int count = snprintf(head, sizeof head,
			     "POST /run HTTP/1.1\r\nHost: run\r\nConnection: close\r\nProgram-Bytes: %zu\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n",
			     program_bytes, program_bytes);
	send_all(head, (size_t)count);
	send_all(program, program_bytes);
	send_all("\r\n", 2);
}

static unsigned hexadecimal(const char *digits)
{
	unsigned value = 0;
	for (int index = 0; index < 4; index++) {
		char digit = digits[index];
		value = value * 16 + (unsigned)(digit >= '0' && digit <= '9' ? digit - '0' : (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10 : 0);
	}
	return value;
}

/* The text of a JSON string as JSON.stringify writes it, or -1. What it escapes by number is a control character or half a pair. */
static ssize_t unescape(const char *from, size_t count)
{
	static const char plain[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	size_t length = 0;
	if (count < 2 || from[0] != '"' || from[count - 1] != '"')
		return -1;
	for (size_t at = 1; at < count - 1; at++) {
		if (from[at] != '\\') {
			text[length++] = from[at];
			continue;
		}
		if (++at >= count - 1)
			return -1;
		const char *found = strchr(plain, from[at]);
		if (found != NULL && *found != 0) {
			text[length++] = meant[found - plain];
			continue;
		}
		if (from[at] != 'u' || at + 5 > count - 1)
			return -1;
		unsigned value = hexadecimal(from + at + 1);
		at += 4;
		if (value < 0x80) {
			text[length++] = (char)value;
		} else {
			memcpy(text + length, "\xef\xbf\xbd", 3);
			length += 3;
		}
	}
	return (ssize_t)length;
}

static int stream_of(char letter)
{
	return letter == 'e' ? STDERR_FILENO : STDOUT_FILENO;
}

static void take_line(size_t count)
{
	if (shown_to >= 0) {
		if (count > 1 && line[0] == '>' && count - 1 == strlen(shown_until) && memcmp(line + 1, shown_until, count - 1) == 0) {
			shown_to = -1;
			return;
		}
		line[count] = '\n';
		write_all(shown_to, line, count + 1);
		return;
	}
	if (count > 2 && line[0] == '<' && count - 2 < sizeof shown_until) {
		shown_to = stream_of(line[1]);
		memcpy(shown_until, line + 2, count - 2);
		shown_until[count - 2] = 0;
		return;
	}
	if (count > 1 && line[0] == 'x' && exit_code < 0) {
		line[count] = 0;
		exit_code = (int)(strtoul(line + 1, NULL, 10) & 255);
		return;
	}
	ssize_t length = count > 2 && (line[0] == 'o' || line[0] == 'e') ? unescape(line + 1, count - 1) : -1;
	if (length >= 0)
		write_all(stream_of(line[0]), text, (size_t)length);
}

/* False once nothing more can come. */
static bool take_printed(void)
{
	/* A line that never ends is nobody's: what has come of it is dropped. */
	if (line_bytes == sizeof line - 1)
		line_bytes = 0;
	ssize_t bytes = read(PRINTED, line + line_bytes, sizeof line - 1 - line_bytes);
	if (bytes < 0)
		return errno == EAGAIN || errno == EINTR;
	if (bytes == 0)
		return false;
	size_t have = line_bytes + (size_t)bytes;
	size_t begin = 0;
	static char whole[LINE_BYTES];
	memcpy(whole, line, have);
	for (;;) {
		char *newline = memchr(whole + begin, '\n', have - begin);
		if (newline == NULL)
			break;
		size_t count = (size_t)(newline - (whole + begin));
		memcpy(line, whole + begin, count);
		take_line(count);
		begin += count + 1;
	}
	line_bytes = have - begin;
	memcpy(line, whole + begin, line_bytes);
	return true;
}

/* A chunk of input, or its end, to be sent as there is room. False when there is no more. */
static bool take_input(void)
{
	static char input[INPUT_BYTES];
	ssize_t bytes = read(STDIN_FILENO, input, sizeof input);
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	int count = bytes > 0 ? snprintf(waiting, sizeof waiting, "%zx\r\n", (size_t)bytes) : snprintf(waiting, sizeof waiting, "0\r\n\r\n");
	waiting_at = 0;
	waiting_bytes = (size_t)count;
	if (bytes <= 0)
		return false;
	memcpy(waiting + waiting_bytes, input, (size_t)bytes);
	memcpy(waiting + waiting_bytes + (size_t)bytes, "\r\n", 2);
	waiting_bytes += (size_t)bytes + 2;
	return true;
}

static void send_waiting(void)
{
	ssize_t sent = send(CONNECTION, waiting + waiting_at, waiting_bytes - waiting_at, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent > 0)
		waiting_at += (size_t)sent;
	else if (errno != EAGAIN && errno != EINTR)
		waiting_at = waiting_bytes;
}

/* Until the answer has ended. It says nothing: all there is to tell is printed. */
static void carry(void)
{
	bool has_input = true;
	bool is_printing = true;
	for (;;) {
		bool is_waiting = waiting_at < waiting_bytes;
		struct pollfd all[3] = {
			{.fd = CONNECTION, .events = (short)(POLLIN | (is_waiting ? POLLOUT : 0))},
			{.fd = is_printing ? PRINTED : -1, .events = POLLIN},
			{.fd = has_input && !is_waiting && exit_code < 0 ? STDIN_FILENO : -1, .events = POLLIN},
		};
		if (poll(all, 3, -1) < 0)
			continue;
		/* Everything that was printed before the answer is in the pipe by the time the answer is here. */
		if (all[1].revents != 0)
			is_printing = take_printed();
		if (all[0].revents & (POLLIN | POLLHUP | POLLERR)) {
			static char answer[4096];
			ssize_t bytes = recv(CONNECTION, answer, sizeof answer, MSG_DONTWAIT);
			if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR))
				return;
		}
		if (all[0].revents & POLLOUT)
			send_waiting();
		if (all[2].revents != 0)
			has_input = take_input();
	}
}

int main(int argc, char **argv)
{
	if (argc < 2)
		give_up(STATUS_LOST, "no entry is named");
	if (strcmp(argv[1], "--version") == 0) {
		char *const asked[] = {"workerd", "--version", NULL};
		execv("/usr/lib/isolate/workerd", asked);
		give_up(STATUS_LOST, strerror(errno));
	}
	/* How a file that begins with a dash is named. */
	begin_record('m', strncmp(argv[1], "./", 2) == 0 ? argv[1] + 2 : argv[1]);
	for (int index = 2; index < argc; index++)
		begin_record('a', argv[index]);
	add_folder(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "", 0);
	send_program();
	carry();
	for (struct pollfd printed = {.fd = PRINTED, .events = POLLIN}; poll(&printed, 1, 0) > 0 && take_printed();)
		continue;
	if (exit_code < 0)
		give_up(STATUS_LOST, "the isolate has ended without a word");
	return exit_code;
}
