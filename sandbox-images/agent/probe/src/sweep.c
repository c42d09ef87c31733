/*
 * Tries every system call by number. One child walks through the numbers with arguments that name nothing (all bits set); when a call
 * kills or holds it, the next child goes on behind that number. So the whole sweep costs a few processes, not one a number.
 *
 * EPERM, ENOSYS and SIGSYS count as "not to be had"; any other answer, EFAULT say, comes from code that has begun to do the work.
 */
#include "sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt.h"
#include "report.h"

enum { LAST_NUMBER = 479, CALL_LIMIT_MS = 400 };

struct named_call {
	int number;
	const char *name;
};

static const struct named_call names[] = {
#include "syscall-names.h"
	/* Younger than the C library. The numbers from 424 on are the same on every machine. */
	{444, "landlock_create_ruleset"}, {445, "landlock_add_rule"}, {446, "landlock_restrict_self"}, {447, "memfd_secret"},
	{448, "process_mrelease"}, {449, "futex_waitv"}, {450, "set_mempolicy_home_node"}, {451, "cachestat"}, {452, "fchmodat2"},
	{453, "map_shadow_stack"}, {454, "futex_wake"}, {455, "futex_wait"}, {456, "futex_requeue"}, {457, "statmount"}, {458, "listmount"},
	{459, "lsm_get_self_attr"}, {460, "lsm_set_self_attr"}, {461, "lsm_list_modules"}, {462, "mseal"}, {463, "setxattrat"},
	{464, "getxattrat"}, {465, "listxattrat"}, {466, "removexattrat"}, {467, "open_tree_attr"}, {468, "file_getattr"},
	{469, "file_setattr"}, {470, "listns"},
#ifdef __x86_64__
	{335, "uretprobe"}, {336, "uprobe"},
#endif
};

static const char *name_of(int number)
{
	static char unnamed[16];
	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
		if (names[at].number == number)
			return names[at].name;
	snprintf(unnamed, sizeof unnamed, "#%d", number);
	return unnamed;
}

static bool is_any_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

/* They end the process, or flush every disk of the machine whatever their arguments. */
static const char *const untried[] = {"exit", "exit_group", "sync", "vhangup", NULL};
/* The filter answers them in the kernel's place, with an error that a file system could give; the kernel finds the bad pointer first. */
static const char *const attribute_setters[] = {"setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", NULL};

static uint32_t futex_word;

struct harmless_call {
	const char *name;
	long arguments[4];
};

/* Where all bits set would do something, or be an operation that does not exist and so look absent, or meet a condition of the filter. */
static const struct harmless_call harmless[] = {
	{"clone", {SIGCHLD, 0, 0, 0}},
	{"fork", {0, 0, 0, 0}},
	{"socket", {AF_UNIX, SOCK_STREAM, 0, 0}},
	{"socketpair", {AF_UNIX, SOCK_STREAM, 0, -1}},
	{"ioctl", {-1, 0x5413, 0, 0}},
	{"mknod", {-1, S_IFREG, 0, 0}},
	{"mknodat", {-1, -1, S_IFREG, 0}},
	{"kill", {1 << 22, 0, 0, 0}},
	{"tkill", {1 << 22, 0, 0, 0}},
	{"tgkill", {1 << 22, 1 << 22, 0, 0}},
	{"msgget", {0x5a5a5a5a, 0, 0, 0}},
	{"semget", {0x5a5a5a5a, 0, 0, 0}},
	{"shmget", {0x5a5a5a5a, 0, 0, 0}},
	{"futex", {(long)(intptr_t)&futex_word, 1, 1, 0}},
	{"modify_ldt", {0, 0, 0, 0}},
	{"fanotify_init", {0x200, 0, 0, 0}},
	{"setgroups", {0, 0, 0, 0}},
	{"personality", {0xffffffff, 0, 0, 0}},
};

static void wake(int number)
{
	(void)number;
}

/* 0: it did something; else the error. */
static int call(int number, const char *name)
{
	long result;
	if (strcmp(name, "vfork") == 0) {
		result = vfork();
		if (result == 0)
			_exit(0);
		return result < 0 ? errno : 0;
	}
	if (strcmp(name, "pause") == 0) {
		signal(SIGALRM, wake);
		setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 20000}}, NULL);
	}
	const int self = getpid();
	const long *given = NULL;
	for (size_t at = 0; at < sizeof harmless / sizeof harmless[0]; at++)
		if (strcmp(harmless[at].name, name) == 0)
			given = harmless[at].arguments;
	errno = 0;
	if (given != NULL)
		result = syscall(number, given[0], given[1], given[2], given[3], 0L, 0L);
	else
		result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
	if (getpid() != self)
		_exit(0);
	if (result >= 0)
		return 0;
	if (errno == EOPNOTSUPP && is_any_of(name, attribute_setters))
		return EPERM;
	return errno;
}

struct board {
	volatile int current;
	volatile bool is_done;
	/* -1: never tried, or it killed the one that tried. */
	volatile int16_t errors[LAST_NUMBER + 1];
};

enum { NOT_TRIED = -1, KILLED_BY_FILTER = -2, HELD_UP = -3, KILLED_OTHERWISE = -4 };

static void walk(struct board *board, int first)
{
	for (int number = first; number <= LAST_NUMBER; number++) {
		const char *name = name_of(number);
		board->current = number;
		if (!is_any_of(name, untried))
			board->errors[number] = (int16_t)call(number, name);
	}
	board->is_done = true;
	_exit(0);
}

static void sweep(struct board *board)
{
	for (int first = 0; first <= LAST_NUMBER && !board->is_done; first = board->current + 1) {
		board->current = first;
		int pid = fork();
		if (pid < 0)
			return;
		if (pid == 0) {
			setpgid(0, 0);
			walk(board, first);
		}
		int status = child_end(pid, CALL_LIMIT_MS + LAST_NUMBER - first);
		if (board->is_done)
			return;
		bool is_by_filter = status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
		board->errors[board->current] = status == -1 ? HELD_UP : is_by_filter ? KILLED_BY_FILTER : KILLED_OTHERWISE;
	}
}

static void *shared_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(71);
	return memory;
}

static bool is_reachable(int error)
{
	return error != NOT_TRIED && error != KILLED_BY_FILTER && error != EPERM && error != ENOSYS;
}

void sweep_system_calls(void)
{
	struct board *board = shared_memory(sizeof *board);
	for (int number = 0; number <= LAST_NUMBER; number++)
		board->errors[number] = NOT_TRIED;
	sweep(board);
	report_list_open("syscalls.reachable");
	for (int number = 0; number <= LAST_NUMBER; number++)
		if (is_reachable(board->errors[number]))
			report_list_text(name_of(number));
	report_list_close();
	report_list_open("syscalls.held");
	for (int number = 0; number <= LAST_NUMBER; number++)
		if (board->errors[number] == HELD_UP)
			report_list_text(name_of(number));
	report_list_close();
	report_bool("syscalls.isSweepComplete", board->is_done);
	munmap(board, sizeof *board);
}

#ifdef __x86_64__
static long by_interrupt(long number)
{
	long result;
	__asm__ volatile("push %%rbx\n\txor %%ebx, %%ebx\n\tint $0x80\n\tpop %%rbx"
			 : "=a"(result)
			 : "a"(number), "c"(0), "d"(0), "S"(0), "D"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static long by_x32(long number)
{
	long result = syscall(0x40000000 | number);
	return result < 0 ? -errno : result;
}

static void try_entry(const char *path, long (*enter)(long), long number, int *answer)
{
	*answer = 0;
	int pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		*answer = (int)enter(number);
		_exit(0);
	}
	int status = child_end(pid, CALL_LIMIT_MS);
	if (status == -1)
		report_text(path, "held up");
	else if (WIFSIGNALED(status))
		report_text(path, WTERMSIG(status) == SIGSYS ? "SIGSYS" : WTERMSIG(status) == SIGSEGV ? "SIGSEGV" : "another signal");
	else
		report_text(path, *answer < 0 ? report_errno(-*answer) : "open");
}
#endif

/* getpid(2) by the doors of the 32-bit machines. */
void sweep_entry_points(void)
{
#ifdef __x86_64__
	int *answer = shared_memory(sizeof *answer);
	try_entry("syscalls.entry.int80", by_interrupt, 20, answer);
	try_entry("syscalls.entry.x32", by_x32, SYS_getpid, answer);
	munmap(answer, sizeof *answer);
#else
	report_text("syscalls.entry.int80", "none");
	report_text("syscalls.entry.x32", "none");
#endif
}

void sweep_sockets(void)
{
	static const struct named_call types[] = {{SOCK_STREAM, "stream"}, {SOCK_DGRAM, "dgram"}, {SOCK_RAW, "raw"}, {SOCK_SEQPACKET, "seqpacket"}};
	static const struct named_call families[] = {
		{1, "AF_UNIX"}, {2, "AF_INET"}, {10, "AF_INET6"}, {16, "AF_NETLINK"}, {17, "AF_PACKET"}, {38, "AF_ALG"}, {40, "AF_VSOCK"}, {44, "AF_XDP"},
	};
	char item[40];
	report_list_open("sockets.open");
	for (int family = 0; family <= 46; family++) {
		snprintf(item, sizeof item, "AF_%d", family);
		for (size_t at = 0; at < sizeof families / sizeof families[0]; at++)
			if (families[at].number == family)
				snprintf(item, sizeof item, "%s", families[at].name);
		size_t stem = strlen(item);
		for (size_t at = 0; at < sizeof types / sizeof types[0]; at++) {
			int made = socket(family, types[at].number, 0);
			if (made < 0)
				continue;
			close(made);
			snprintf(item + stem, sizeof item - stem, "/%s", types[at].name);
			report_list_text(item);
		}
	}
	report_list_close();
}
