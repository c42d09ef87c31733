/* What takes two runs, or two sandboxes: each half prints one fact, and whoever started both compares. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "attacks.h"
#include "report.h"
#include "text-file.h"

static const char *const writable[] = {"/workspace", "/tmp", "/dev/shm"};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* Row 10 and 32: a daemon of its own session, that has let go of its output, and files in every place. */
int half_leave_survivor(void)
{
	char path[64];
	for (size_t at = 0; at < COUNT(writable); at++) {
		snprintf(path, sizeof path, "%s/sandglass-left", writable[at]);
		int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (file >= 0)
			close(file);
	}
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		for (int descriptor = 0; descriptor < 3; descriptor++)
			close(descriptor);
		for (;;)
			pause();
	}
	report_bool("half.isLeft", true);
	return 0;
}

int half_look_for_survivors(void)
{
	char item[REPORT_ITEM_MAX], self[16];
	struct stat status;
	snprintf(self, sizeof self, "%d", getpid());
	DIR *entries = opendir("/proc");
	report_list_open("half.survivors");
	for (struct dirent *entry = entries == NULL ? NULL : readdir(entries); entry != NULL; entry = readdir(entries)) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || strcmp(entry->d_name, "1") == 0 || strcmp(entry->d_name, self) == 0)
			continue;
		/* Another user's is a service of the image (PROTOCOL.md), told as a fact of its own; a program cannot become another user. */
		snprintf(item, sizeof item, "/proc/%.16s", entry->d_name);
		if (stat(item, &status) == 0 && status.st_uid == getuid())
			report_list_text(entry->d_name);
	}
	report_list_close();
	if (entries != NULL)
		closedir(entries);
	report_list_open("half.remains");
	for (size_t at = 0; at < COUNT(writable); at++) {
		DIR *left = opendir(writable[at]);
		for (struct dirent *entry = left == NULL ? NULL : readdir(left); entry != NULL; entry = readdir(left)) {
			if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
				continue;
			snprintf(item, sizeof item, "%s/%.200s", writable[at], entry->d_name);
			report_list_text(item);
		}
		if (left != NULL)
			closedir(left);
	}
	report_list_close();
	return 0;
}

/* Row 18: the next run's files would be written through these. */
int half_plant_links(void)
{
	bool is_planted = mkdir("/tmp/sandglass-loot", 0700) == 0 && symlink("/tmp/sandglass-loot", "/workspace/folder") == 0 &&
			  symlink("/tmp/sandglass-loot/file", "/workspace/notes.txt") == 0;
	report_bool("half.isPlanted", is_planted);
	return 0;
}

int half_look_at_links(void)
{
	struct stat status;
	report_bool("half.isWrittenThrough", stat("/tmp/sandglass-loot/file", &status) == 0 || stat("/tmp/sandglass-loot/inner.txt", &status) == 0);
	return 0;
}

/* Row 31: every place where two sandboxes might meet. */
static key_t key_of(const char *sign)
{
	return (key_t)(strtoul(sign, NULL, 16) & 0x7fffffff);
}

static socklen_t abstract_name(const char *sign, struct sockaddr_un *address)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "%s", sign);
	return (socklen_t)(sizeof(sa_family_t) + 1 + strlen(sign));
}

/* Stays until its input ends, so that the other looks while it is there. */
int half_leave_sign(const char *sign)
{
	struct sockaddr_un address;
	char path[80], byte;
	for (size_t at = 0; at < COUNT(writable); at++) {
		snprintf(path, sizeof path, "%s/%s", writable[at], sign);
		int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (file >= 0)
			close(file);
	}
	shmget(key_of(sign), 4096, IPC_CREAT | 0666);
	msgget(key_of(sign), IPC_CREAT | 0666);
	socklen_t length = abstract_name(sign, &address);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener >= 0 && bind(listener, (struct sockaddr *)&address, length) == 0)
		listen(listener, 1);
	int lock = open("/sandglass-agent", O_RDONLY | O_CLOEXEC);
	if (lock >= 0)
		flock(lock, LOCK_EX | LOCK_NB);
	report_bool("half.isSignLeft", true);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	shmctl(shmget(key_of(sign), 4096, 0), IPC_RMID, NULL);
	msgctl(msgget(key_of(sign), 0), IPC_RMID, NULL);
	return 0;
}

static bool is_seen_in_processes(const char *sign)
{
	char path[300], self[16];
	bool is_seen = false;
	snprintf(self, sizeof self, "%d", getpid());
	DIR *entries = opendir("/proc");
	for (struct dirent *entry = entries == NULL ? NULL : readdir(entries); entry != NULL; entry = readdir(entries)) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || strcmp(entry->d_name, self) == 0)
			continue;
		snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
		int file = open(path, O_RDONLY | O_CLOEXEC);
		char words[400] = "";
		ssize_t bytes = file < 0 ? 0 : read(file, words, sizeof words - 1);
		if (file >= 0)
			close(file);
		for (ssize_t at = 0; at < bytes; at++)
			is_seen |= strncmp(words + at, sign, strlen(sign)) == 0;
	}
	if (entries != NULL)
		closedir(entries);
	return is_seen;
}

int half_look_for_sign(const char *sign)
{
	struct sockaddr_un address;
	struct stat status;
	char path[80];
	report_list_open("half.signs");
	for (size_t at = 0; at < COUNT(writable); at++) {
		snprintf(path, sizeof path, "%s/%s", writable[at], sign);
		if (stat(path, &status) == 0)
			report_list_text(path);
	}
	if (shmget(key_of(sign), 4096, 0) >= 0)
		report_list_text("System V shared memory");
	if (msgget(key_of(sign), 0) >= 0)
		report_list_text("System V queue");
	socklen_t length = abstract_name(sign, &address);
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client >= 0 && connect(client, (struct sockaddr *)&address, length) == 0)
		report_list_text("abstract socket");
	int lock = open("/sandglass-agent", O_RDONLY | O_CLOEXEC);
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		report_list_text("lock on a file of the image");
	if (is_seen_in_processes(sign))
		report_list_text("process");
	report_list_close();
	return 0;
}

/* Row 9: everything that it may stop, itself last. */
int half_stop_everything(void)
{
	if (fork() == 0)
		for (;;)
			pause();
	kill(0, SIGSTOP);
	kill(-1, SIGSTOP);
	kill(getpid(), SIGSTOP);
	report_bool("half.wentOn", true);
	return 0;
}

/* Row 32: what two clones of one snapshot would have in common. */
int half_random_numbers(void)
{
	unsigned char bytes[16];
	char text[40];
	const unsigned char *auxiliary = (const unsigned char *)getauxval(AT_RANDOM);
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return 1;
	for (size_t at = 0; at < sizeof bytes; at++)
		snprintf(text + 2 * at, 3, "%02x", bytes[at]);
	report_text("half.random.kernel", text);
	for (size_t at = 0; auxiliary != NULL && at < 16; at++)
		snprintf(text + 2 * at, 3, "%02x", auxiliary[at]);
	report_text("half.random.start", auxiliary == NULL ? "none" : text);
	snprintf(text, sizeof text, "%p %p", (void *)&text, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	report_text("half.random.addresses", text);
	return 0;
}
