#include "report.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 65536, TAIL_BYTES = 64 };

static char line[LINE_BYTES];
static size_t used;
static int items;

static void put_byte(char byte)
{
	if (used < LINE_BYTES - 1)
		line[used++] = byte;
}

static void put(const char *text)
{
	while (*text != '\0')
		put_byte(*text++);
}

static void put_string(const char *text, size_t max)
{
	put_byte('"');
	for (size_t at = 0; at < max && text[at] != '\0'; at++) {
		char byte = text[at];
		if (byte < ' ' || byte > '~')
			byte = '?';
		if (byte == '"' || byte == '\\')
			put_byte('\\');
		put_byte(byte);
	}
	put_byte('"');
}

static void put_number(long long value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", value);
	put(digits);
}

static void end_line(void)
{
	put_byte('\n');
	for (size_t at = 0; at < used;) {
		ssize_t bytes = write(STDOUT_FILENO, line + at, used - at);
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes <= 0)
			_exit(74);
		at += (size_t)bytes;
	}
	used = 0;
}

static void begin_fact(const char *path)
{
	used = 0;
	put("{\"fact\":");
	put_string(path, 120);
	put(",\"value\":");
}

void report_number(const char *path, long long value)
{
	begin_fact(path);
	put_number(value);
	put("}");
	end_line();
}

void report_null(const char *path)
{
	begin_fact(path);
	put("null}");
	end_line();
}

void report_bool(const char *path, bool value)
{
	begin_fact(path);
	put(value ? "true}" : "false}");
	end_line();
}

void report_text(const char *path, const char *value)
{
	begin_fact(path);
	put_string(value, REPORT_TEXT_MAX);
	put("}");
	end_line();
}

void report_list_open(const char *path)
{
	begin_fact(path);
	put("[");
	items = 0;
}

static bool has_room_for_item(void)
{
	bool has_room = items < REPORT_ITEMS_MAX - 1 && used < LINE_BYTES - 2 * REPORT_ITEM_MAX - TAIL_BYTES;
	if (items == REPORT_ITEMS_MAX || (!has_room && items < 0))
		return false;
	if (items > 0)
		put(",");
	if (!has_room) {
		put("\"...\"");
		items = REPORT_ITEMS_MAX;
		return false;
	}
	items++;
	return true;
}

void report_list_text(const char *item)
{
	if (has_room_for_item())
		put_string(item, REPORT_ITEM_MAX);
}

void report_list_number(long long item)
{
	if (has_room_for_item())
		put_number(item);
}

void report_list_close(void)
{
	put("]}");
	end_line();
}

void report_attack(const struct report_attack *attack)
{
	used = 0;
	put("{\"attack\":{\"row\":");
	put_number(attack->row);
	put(",\"id\":");
	put_string(attack->id, 43);
	put(",\"title\":");
	put_string(attack->title, 120);
	put(",\"outcome\":");
	put_string(attack->outcome, 20);
	put(",\"tried\":");
	put_string(attack->tried, REPORT_SENTENCE_MAX);
	put(",\"happened\":");
	put_string(attack->happened, REPORT_SENTENCE_MAX);
	put(",\"why\":");
	put_string(attack->why, REPORT_SENTENCE_MAX);
	put("}}");
	end_line();
}

struct errno_name {
	int number;
	const char *name;
};

#define NAME(error) {error, #error}
static const struct errno_name names[] = {
	NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR), NAME(EIO), NAME(ENXIO), NAME(E2BIG), NAME(ENOEXEC), NAME(EBADF), NAME(ECHILD),
	NAME(EAGAIN), NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(ENOTBLK), NAME(EBUSY), NAME(EEXIST), NAME(EXDEV), NAME(ENODEV),
	NAME(ENOTDIR), NAME(EISDIR), NAME(EINVAL), NAME(ENFILE), NAME(EMFILE), NAME(ENOTTY), NAME(ETXTBSY), NAME(EFBIG), NAME(ENOSPC),
	NAME(ESPIPE), NAME(EROFS), NAME(EMLINK), NAME(EPIPE), NAME(ERANGE), NAME(EDEADLK), NAME(ENAMETOOLONG), NAME(ENOSYS), NAME(ELOOP),
	NAME(ENODATA), NAME(EOVERFLOW), NAME(ENOTSOCK), NAME(EPROTOTYPE), NAME(ENOPROTOOPT), NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT),
	NAME(EOPNOTSUPP), NAME(EAFNOSUPPORT), NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(ENETDOWN), NAME(ENETUNREACH), NAME(ECONNREFUSED),
	NAME(ECONNRESET), NAME(ENOTCONN), NAME(ETIMEDOUT), NAME(EHOSTUNREACH), NAME(EINPROGRESS), NAME(EDQUOT), NAME(ENOKEY),
};

const char *report_errno(int error)
{
	static char unknown[24];
	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
		if (names[at].number == error)
			return names[at].name;
	snprintf(unknown, sizeof unknown, "errno %d", error);
	return unknown;
}
