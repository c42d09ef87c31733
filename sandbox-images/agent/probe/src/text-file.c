#include "text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 131072, LINE_BYTES = 4096 };

const char *text_file(const char *path)
{
	static char content[FILE_BYTES];
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return NULL;
	size_t used = 0;
	ssize_t bytes = 0;
	while (used < FILE_BYTES - 1 && (bytes = read(file, content + used, FILE_BYTES - 1 - used)) > 0)
		used += (size_t)bytes;
	int error = errno;
	close(file);
	errno = error;
	content[used] = '\0';
	return bytes < 0 && used == 0 ? NULL : content;
}

const char *text_field(const char *content, const char *name)
{
	static char value[200];
	size_t length = strlen(name);
	value[0] = '\0';
	for (const char *line = content; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) != 0 || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " \t");
		snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\n"), line);
		for (size_t end = strlen(value); end > 0 && (value[end - 1] == ' ' || value[end - 1] == '\t'); end--)
			value[end - 1] = '\0';
		return value;
	}
	return value;
}

void text_lines(const char *content, void (*take)(char *line))
{
	char line[LINE_BYTES];
	while (*content != '\0') {
		size_t length = strcspn(content, "\n");
		snprintf(line, sizeof line, "%.*s", (int)(length < LINE_BYTES ? length : LINE_BYTES - 1), content);
		take(line);
		content += length + (content[length] == '\n');
	}
}
