#include "stdio-set.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "identity.h"
#include "pty.h"

static void close_at(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static bool open_pipe(struct stdio_set *set, int index)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	bool program_reads = index == 0;
	set->program[index] = ends[program_reads ? 0 : 1];
	set->agent[index] = ends[program_reads ? 1 : 0];
	return fcntl(set->agent[index], F_SETFL, O_NONBLOCK) == 0;
}

int stdio_set_open(struct stdio_set *set, bool has_pty, uint16_t columns, uint16_t rows)
{
	*set = (struct stdio_set){.has_pty = has_pty, .program = {-1, -1, -1}, .agent = {-1, -1, -1}};
	if (has_pty) {
		int error = pty_open(columns, rows, &set->agent[0], &set->program[0]);
		set->agent[1] = set->agent[0];
		set->program[1] = set->program[2] = set->program[0];
		return error;
	}
	/* As the program: a pipe belongs to who makes it, and only its owner may open /dev/stdout. */
	identity_act_as_program();
	bool is_open = open_pipe(set, 0) && open_pipe(set, 1) && open_pipe(set, 2);
	int error = errno;
	identity_act_as_agent();
	if (is_open)
		return 0;
	close_at(&set->agent[0]);
	stdio_set_close(set);
	return error;
}

void stdio_set_release_program(struct stdio_set *set)
{
	if (set->has_pty)
		return;
	for (int index = 0; index < 3; index++)
		close_at(&set->program[index]);
}

void stdio_set_close(struct stdio_set *set)
{
	if (set->has_pty) {
		close_at(&set->program[0]);
		close_at(&set->agent[0]);
		return;
	}
	stdio_set_release_program(set);
	close_at(&set->agent[1]);
	close_at(&set->agent[2]);
}
