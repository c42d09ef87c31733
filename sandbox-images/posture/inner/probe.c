/*
 * The inner wall of a WebAssembly runtime, tried from inside: what a WASI module can reach. One line of JSON a fact or an attack, as the
 * native probe prints them. It is run twice, so that the second run can look for what the first one left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static char worked[300], denied[500];

static void note(const char *what, int has_worked)
{
	char *into = has_worked ? worked : denied;
	size_t max = has_worked ? sizeof worked : sizeof denied, used = strlen(into);
	if (used + strlen(what) + 40 < max)
		snprintf(into + used, max - used, "%s%s: %s", used == 0 ? "" : "; ", what, has_worked ? "it worked" : strerror(errno));
}

static void tell(int row, const char *id, const char *title, const char *tried, const char *why)
{
	printf("{\"attack\":{\"row\":%d,\"id\":\"%s\",\"title\":\"%s\",\"outcome\":\"%s\",\"tried\":\"%s\",\"happened\":\"%s\",\"why\":\"%s\"}}\n", row, id,
	       title, worked[0] != '\0' ? "broke" : "held", tried, worked[0] != '\0' ? worked : denied, why);
	worked[0] = denied[0] = '\0';
}

static void try_open(const char *path, int flags)
{
	errno = 0;
	int file = open(path, flags, 0600);
	note(path, file >= 0);
	if (file >= 0)
		close(file);
}

static void list_descriptors(void)
{
	struct stat status;
	int count = 0;
	printf("{\"fact\":\"inner.descriptors\",\"value\":[");
	for (int descriptor = 0; descriptor < 64; descriptor++)
		if (fstat(descriptor, &status) == 0)
			printf("%s%d", count++ > 0 ? "," : "", descriptor);
	printf("]}\n");
}

static void reach_files(void)
{
	static const char *const paths[] = {"/etc/passwd", "/proc/self/environ", "/proc/1/environ", "/sandglass-agent", "/dev/null", "../etc/passwd",
					    "../../../../etc/passwd", "./../../proc/self/maps", "/workspace/../etc/passwd", "/tmp/sandglass"};
	for (size_t at = 0; at < sizeof paths / sizeof paths[0]; at++)
		try_open(paths[at], O_RDONLY);
	try_open("/etc/sandglass", O_WRONLY | O_CREAT);
	try_open("../sandglass", O_WRONLY | O_CREAT);
	tell(27, "27-inner-files", "Open files outside of the workspace", "Absolute paths, and paths that climb out of the workspace, to read and to write.",
	     "A module has only the folders that it was lent, and a path is followed beneath them.");
}

static void follow_links(void)
{
	static const char *const targets[] = {"/etc/passwd", "../../etc/passwd", "/proc/self/maps"};
	for (size_t at = 0; at < sizeof targets / sizeof targets[0]; at++) {
		char content[8];
		unlink("sandglass-link");
		errno = 0;
		int is_made = symlink(targets[at], "sandglass-link") == 0;
		int file = is_made ? open("sandglass-link", O_RDONLY) : -1;
		note(targets[at], file >= 0 && read(file, content, sizeof content) > 0);
		if (file >= 0)
			close(file);
		unlink("sandglass-link");
	}
	tell(18, "18-inner-links", "Follow a link out of the workspace", "Makes links to /etc/passwd and /proc in the workspace, and reads through them.",
	     "The runtime resolves links itself, and refuses one that leads out.");
}

static void read_environment(void)
{
	static const char *const known[] = {"PATH=", "HOME=", "LANG=", "TERM=", "PWD="};
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		int is_known = 0;
		for (size_t at = 0; at < sizeof known / sizeof known[0]; at++)
			is_known |= strncmp(*entry, known[at], strlen(known[at])) == 0;
		if (!is_known)
			note("a variable of another name", 1);
	}
	errno = ENOENT;
	note("any other variable", 0);
	tell(33, "33-inner-environment", "Read the environment of the process", "Every variable that the module is given.",
	     "The runtime hands over what it is told to, and is told nothing of the server's.");
}

/* Addressed, not touched: what is touched counts as the sandbox's. */
static void measure_memory(void)
{
	const size_t step = 16u << 20;
	size_t taken = 0;
	while (taken < (3840u << 20) && malloc(step) != NULL)
		taken += step;
	printf("{\"fact\":\"inner.memoryBytes\",\"value\":%lu}\n", (unsigned long)taken);
}

static void look_for_leftovers(void)
{
	static const char *const paths[] = {"sandglass-left", "/tmp/sandglass-left"};
	for (size_t at = 0; at < sizeof paths / sizeof paths[0]; at++)
		try_open(paths[at], O_RDONLY);
	tell(32, "32-inner-leftovers", "Find what an earlier run left in the runtime", "Files that a run before this one left.",
	     "The workspace is emptied between two runs, and a module's memory ends with it.");
	int file = open("sandglass-left", O_WRONLY | O_CREAT, 0600);
	if (file >= 0)
		close(file);
}

int main(void)
{
	list_descriptors();
	reach_files();
	follow_links();
	read_environment();
	look_for_leftovers();
	measure_memory();
	return 0;
}
