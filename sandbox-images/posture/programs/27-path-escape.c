/* Row 27. Opens files outside the workspace by every spelling of their names, and writes where it should not. Compiled to WebAssembly,
   it has no words for them: a WASI module knows only the folder that it was lent. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void attempt(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);
	if (file == NULL) {
		printf("HELD:  %s (%s): %s\n", path, mode, strerror(errno));
		return;
	}
	char line[61] = "";
	if (mode[0] == 'r' && fgets(line, sizeof line, file) == NULL)
		strcpy(line, "nothing");
	line[strcspn(line, "\n")] = '\0';
	printf("look:  %s (%s) opened: %s\n", path, mode, line);
	fclose(file);
}

int main(void)
{
	attempt("/etc/passwd", "r");
	attempt("../etc/passwd", "r");
	attempt("/workspace/../etc/passwd", "r");
	attempt("/proc/self/environ", "r");
	attempt("/proc/1/environ", "r");
	attempt("/proc/1/mem", "r");
	attempt("/etc/owned", "w");
	attempt("/sandglass-agent", "w");
	return 0;
}
