#include <stdio.h>
#include <string.h>

/* Ask for a name, then greet. A prompt without a newline stays in stdout's buffer until it is flushed. */
int main(void)
{
	char name[80];

	printf("What is your name? ");
	fflush(stdout);
	if (!fgets(name, sizeof name, stdin)) {
		puts("\nNobody there.");
		return 1;
	}
	name[strcspn(name, "\n")] = '\0';
	printf("Hello, %s!\n", *name ? name : "stranger");
	return 0;
}
