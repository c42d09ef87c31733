/* What there is to be seen of files: mounts, devices, and one walk over the whole root for whatever lends rights or can be written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "facts.h"
#include "report.h"
#include "text-file.h"

/* Keeps `name=` options of a tmpfs: its caps are what is of interest, and nothing of where the host keeps its files. */
static void append_caps(char *item, size_t max, const char *options)
{
	static const char *const caps[] = {"size=", "nr_inodes=", NULL};
	for (const char *option = options; *option != '\0'; option += strcspn(option, ",") + (option[strcspn(option, ",")] == ','))
		for (const char *const *cap = caps; *cap != NULL; cap++)
			if (strncmp(option, *cap, strlen(*cap)) == 0)
				snprintf(item + strlen(item), max - strlen(item), ",%.*s", (int)strcspn(option, ","), option);
}

/* mountinfo: id parent device root place options [optional]… - type source super-options (proc_pid_mountinfo(5)). */
static void take_mount(char *line)
{
	char item[REPORT_ITEM_MAX + 1];
	char *words[6], *rest = strstr(line, " - "), *state = NULL;
	if (rest == NULL)
		return;
	*rest = '\0';
	int count = 0;
	for (char *word = strtok_r(line, " ", &state); word != NULL && count < 6; word = strtok_r(NULL, " ", &state))
		words[count++] = word;
	const char *type = strtok_r(rest + 3, " ", &state);
	if (count < 6 || type == NULL)
		return;
	strtok_r(NULL, " ", &state);
	const char *super = strtok_r(NULL, " ", &state);
	snprintf(item, sizeof item, "%s %s %s", words[4], type, words[5]);
	if (strcmp(type, "tmpfs") == 0 && super != NULL)
		append_caps(item, sizeof item, super);
	report_list_text(item);
}

void facts_mounts(void)
{
	struct statvfs root;
	const char *table = text_file("/proc/self/mountinfo");
	report_list_open("mounts.table");
	if (table != NULL)
		text_lines(table, take_mount);
	report_list_close();
	if (statvfs("/", &root) == 0)
		report_bool("mounts.isRootReadOnly", (root.f_flag & ST_RDONLY) != 0);
}

static const char *kind_of(mode_t mode)
{
	if (S_ISCHR(mode))
		return "character";
	if (S_ISBLK(mode))
		return "block";
	if (S_ISSOCK(mode))
		return "socket";
	if (S_ISFIFO(mode))
		return "pipe";
	return S_ISREG(mode) ? "file" : S_ISLNK(mode) ? "link" : "folder";
}

static void list_devices(const char *folder)
{
	char path[REPORT_ITEM_MAX], item[REPORT_ITEM_MAX + 64];
	struct stat status;
	DIR *entries = opendir(folder);
	if (entries == NULL)
		return;
	for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (lstat(path, &status) != 0 || S_ISLNK(status.st_mode))
			continue;
		if (S_ISDIR(status.st_mode)) {
			if (strcmp(folder, "/dev") == 0)
				list_devices(path);
			continue;
		}
		snprintf(item, sizeof item, "%s %s %u:%u %04o", path, kind_of(status.st_mode), major(status.st_rdev), minor(status.st_rdev),
			 (unsigned)(status.st_mode & 07777));
		report_list_text(item);
	}
	closedir(entries);
}

void facts_devices(void)
{
	report_list_open("devices.nodes");
	list_devices("/dev");
	report_list_close();
}

/* One walk finds all of these; each is a list of its own, so the paths wait here. */
enum { FOUND_BYTES = 8192, WALK_DEPTH = 24 };
enum found { LENDS_IDENTITY, HAS_CAPABILITIES, WRITABLE, DEVICE, SOCKET, FOUND_KINDS };

static char found[FOUND_KINDS][FOUND_BYTES];
static long files_seen;

static void remember(enum found kind, const char *path)
{
	size_t used = strlen(found[kind]);
	snprintf(found[kind] + used, FOUND_BYTES - used, "%s\n", path);
}

/* Returns whether to go into it. */
static bool look_at(const char *path, const struct stat *status)
{
	mode_t mode = status->st_mode;
	files_seen++;
	if (S_ISREG(mode) && (mode & (S_ISUID | S_ISGID)) != 0)
		remember(LENDS_IDENTITY, path);
	if (S_ISREG(mode) && (mode & 0111) != 0 && lgetxattr(path, "security.capability", NULL, 0) > 0)
		remember(HAS_CAPABILITIES, path);
	if (S_ISCHR(mode) || S_ISBLK(mode))
		remember(DEVICE, path);
	if (S_ISSOCK(mode))
		remember(SOCKET, path);
	/* What can be written below a writable folder follows from it. */
	if (!S_ISLNK(mode) && access(path, W_OK) == 0) {
		remember(WRITABLE, path);
		return false;
	}
	return S_ISDIR(mode);
}

static void walk(char *path, size_t length, int depth)
{
	struct stat status;
	DIR *entries = depth > WALK_DEPTH ? NULL : opendir(path[0] == '\0' ? "/" : path);
	if (entries == NULL)
		return;
	for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
		size_t added = strlen(entry->d_name) + 1;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || length + added >= REPORT_ITEM_MAX)
			continue;
		snprintf(path + length, REPORT_ITEM_MAX - length, "/%s", entry->d_name);
		bool is_kernels = strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0 || strcmp(path, "/dev") == 0;
		if (!is_kernels && lstat(path, &status) == 0 && look_at(path, &status))
			walk(path, length + added, depth + 1);
		path[length] = '\0';
	}
	closedir(entries);
}

static void take_path(char *path)
{
	report_list_text(path);
}

static void report_found(const char *path, enum found kind)
{
	report_list_open(path);
	text_lines(found[kind], take_path);
	report_list_close();
}

void facts_files(void)
{
	static const char *const places[] = {"/", "/dev", "/dev/shm", "/dev/mqueue", "/dev/pts", "/proc", "/sys"};
	char path[REPORT_ITEM_MAX + 1] = "";
	for (size_t at = 0; at < sizeof places / sizeof places[0]; at++)
		if (access(places[at], W_OK) == 0)
			remember(WRITABLE, places[at]);
	walk(path, 0, 0);
	report_found("files.setId", LENDS_IDENTITY);
	report_found("files.withCapabilities", HAS_CAPABILITIES);
	report_found("files.writable", WRITABLE);
	report_found("files.devices", DEVICE);
	report_found("files.sockets", SOCKET);
	report_number("files.seen", files_seen);
}
