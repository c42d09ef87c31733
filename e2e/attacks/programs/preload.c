/* Builds a library, starts itself again under LD_PRELOAD, and shows that the library acts; then leaves the variable set for its children. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char library[] = "#include <unistd.h>\n"
	"__attribute__((constructor)) static void acts(void) { if (write(1, \"preloaded\\n\", 10) < 0) _exit(9); }\n";

int main(int argc, char **argv)
{
	(void)argc;
	if (getenv("LD_PRELOAD") != NULL) {
		puts("again");
		return 0;
	}
	FILE *source = fopen("/workspace/library.c", "w");
	if (source == NULL || fputs(library, source) < 0 || fclose(source) != 0)
		return 2;
	pid_t compiler = fork();
	if (compiler == 0) {
		execl("/usr/bin/gcc", "gcc", "-shared", "-fPIC", "-o", "/workspace/library.so", "/workspace/library.c", (char *)NULL);
		_exit(3);
	}
	int status;
	if (waitpid(compiler, &status, 0) < 0 || status != 0)
		return 4;
	FILE *global = fopen("/etc/ld.so.preload", "w");
	printf("global: %s\n", global == NULL ? "refused" : "written");
	fflush(stdout);
	if (setenv("LD_PRELOAD", "/workspace/library.so", 1) != 0)
		return 5;
	execv("/proc/self/exe", argv);
	return 6;
}
