/*
 * The program that agent.test.ts runs inside the sandbox: each word is one thing that a hostile or clumsy program does. It says what
 * the kernel answered, one "name: answer" a line, and judges nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static void say(const char *name, long result)
{
	int error = errno;
	if (result >= 0)
		printf("%s: allowed\n", name);
	else
		printf("%s: %s\n", name, strerror(error));
	fflush(stdout);
}

static void sleep_ms(long ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000};
	while (nanosleep(&left, &left) != 0)
		continue;
}

static int touch_agent(void)
{
	char byte = 0;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)0x400000, 1};
	say("SIGKILL", kill(1, SIGKILL));
	say("SIGSTOP", kill(1, SIGSTOP));
	say("SIGXCPU", kill(1, SIGXCPU));
	say("ptrace", ptrace(PTRACE_SEIZE, 1, 0, 0));
	say("process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
	say("process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
	say("/proc/1/fd", opendir("/proc/1/fd") == NULL ? -1 : 0);
	say("/proc/1/fd/0", open("/proc/1/fd/0", O_RDONLY | O_NONBLOCK));
	say("/proc/1/fd/1", open("/proc/1/fd/1", O_WRONLY | O_NONBLOCK));
	say("/proc/1/mem", open("/proc/1/mem", O_RDWR));
	char environment[8];
	int file = open("/proc/1/environ", O_RDONLY);
	say("/proc/1/environ", file < 0 ? -1 : read(file, environment, sizeof environment));
	say("/proc/1/cwd", chdir("/proc/1/cwd"));
	say("setuid 0", setuid(0));
	say("setgid 0", setgid(0));
	say("setgroups", setgroups(0, NULL));
	return 0;
}

static int forge_exit(void)
{
	/* EXIT, exited with 0: as program output it is only bytes. */
	static const unsigned char frame[39] = {0x86, 0, 0, 0, 34};
	for (int descriptor = 0; descriptor < 256; descriptor++)
		if (write(descriptor, frame, sizeof frame) != (ssize_t)sizeof frame)
			continue;
	return 9;
}

static int list_descriptors(void)
{
	for (int descriptor = 0; descriptor < 65536; descriptor++)
		if (fcntl(descriptor, F_GETFD) >= 0)
			printf("%d ", descriptor);
	return 0;
}

static int leave_grandchild(int keeps_output)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		if (!keeps_output)
			for (int descriptor = 0; descriptor < 3; descriptor++)
				close(descriptor);
		for (;;)
			pause();
	}
	puts("leader");
	return 0;
}

static int write_exactly(long count)
{
	static char block[4096];
	memset(block, 'x', sizeof block);
	while (count > 0) {
		ssize_t written = write(1, block, count > (long)sizeof block ? sizeof block : (size_t)count);
		if (written < 0)
			return 1;
		count -= written;
	}
	return 5;
}

/* Leaves as much as a pipe can be made to hold behind, and ends before anybody has read it. */
static int write_and_leave(void)
{
	if (fcntl(1, F_SETPIPE_SZ, 1048576) < 1048576)
		return 1;
	return write_exactly(1000000);
}

static int write_split(void)
{
	/* é in two halves, NUL, and bytes that are never UTF-8, with a pause between. */
	if (write(1, "a\0\xff\xc3", 4) != 4)
		return 1;
	sleep_ms(50);
	return write(1, "\xa9\xfe", 2) == 2 ? 0 : 1;
}

static _Noreturn void spin(int children)
{
	for (int child = 0; child < children; child++)
		if (fork() == 0)
			for (;;)
				continue;
	for (;;)
		if (children > 0)
			pause();
}

static int take_memory(void)
{
	for (;;) {
		char *block = malloc(1048576);
		if (block == NULL)
			return 1;
		memset(block, 1, 1048576);
	}
}

static _Noreturn void bomb(void)
{
	for (;;)
		fork();
}

static void on_signal(int number)
{
	(void)number;
}

/* From now on the signal waits for sigsuspend(), so that none comes too early. */
static void expect(int number)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, number);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(number, &action, NULL);
}

static int await_interrupt(void)
{
	sigset_t none;
	sigemptyset(&none);
	expect(SIGINT);
	puts("ready");
	fflush(stdout);
	sigsuspend(&none);
	puts("caught");
	return 42;
}

static int await_resize(void)
{
	struct winsize size;
	sigset_t none;
	sigemptyset(&none);
	expect(SIGWINCH);
	ioctl(0, TIOCGWINSZ, &size);
	printf("size %d %d\n", size.ws_col, size.ws_row);
	fflush(stdout);
	sigsuspend(&none);
	ioctl(0, TIOCGWINSZ, &size);
	printf("now %d %d\n", size.ws_col, size.ws_row);
	return 0;
}

static void litter_mount(const char *mount)
{
	if (chdir(mount) != 0)
		return;
	mkdir("shut", 0755);
	mkdir("shut/in", 0755);
	close(open("shut/in/file", O_CREAT | O_WRONLY, 0));
	chmod("shut/in", 0);
	chmod("shut", 0);
	if (symlink("/etc", "link") != 0)
		return;
	for (int depth = 0; depth < 500; depth++) {
		mkdir("deep", 0755);
		if (chdir("deep") != 0)
			return;
	}
}

static int litter(void)
{
	litter_mount("/workspace");
	litter_mount("/tmp");
	litter_mount("/dev/shm");
	for (int index = 0; index < 4096; index++) {
		char name[40];
		snprintf(name, sizeof name, "/tmp/file-%d", index);
		close(open(name, O_CREAT | O_WRONLY, 0));
	}
	chmod("/workspace", 0);
	say("shmget", shmget(IPC_PRIVATE, 4096, IPC_CREAT));
	say("mq_open", mq_open("/litter", O_CREAT | O_RDWR, 0, NULL));
	return 0;
}

static int count_entries(const char *path)
{
	int count = -2;
	DIR *folder = opendir(path);
	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static int census(void)
{
	struct shm_info info;
	int processes = 0;
	DIR *folder = opendir("/proc");
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
		processes += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);
	printf("workspace %d tmp %d shm %d mqueue %d segments %d processes %d\n", count_entries("/workspace"), count_entries("/tmp"),
	       count_entries("/dev/shm"), count_entries("/dev/mqueue"), info.used_ids, processes);
	return 0;
}

static int quiet(void)
{
	close(1);
	close(2);
	sleep_ms(300);
	return 7;
}

static int await_end_of_input(void)
{
	char bytes[4096];
	long total = 0;
	ssize_t count;
	while ((count = read(0, bytes, sizeof bytes)) > 0)
		total += count;
	printf("read %ld\n", total);
	return 0;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	const struct {
		const char *word;
		int (*run)(void);
	} words[] = {
		{"touch-agent", touch_agent}, {"forge-exit", forge_exit}, {"list-descriptors", list_descriptors}, {"write-split", write_split}, {"write-and-leave", write_and_leave},
		{"take-memory", take_memory}, {"await-resize", await_resize}, {"await-interrupt", await_interrupt}, {"litter", litter}, {"census", census},
		{"quiet", quiet}, {"await-end-of-input", await_end_of_input},
	};
	for (size_t index = 0; index < sizeof words / sizeof *words; index++)
		if (strcmp(word, words[index].word) == 0)
			return words[index].run();
	if (strcmp(word, "leave-grandchild") == 0)
		return leave_grandchild(argc > 2);
	if (strcmp(word, "write") == 0 && argc > 2)
		return write_exactly(atol(argv[2]));
	if (strcmp(word, "spin") == 0)
		spin(argc > 2 ? atoi(argv[2]) : 0);
	if (strcmp(word, "bomb") == 0)
		bomb();
	return 64;
}
