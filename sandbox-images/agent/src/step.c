/* Longer than most files: start, limits, output and end of a step are one state, and none of it makes sense apart. */
#include "step.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "identity.h"
#include "keyboard.h"
#include "memory-watch.h"
#include "outbox.h"
#include "processes.h"
#include "pty.h"
#include "service.h"
#include "stats-pace.h"
#include "stdio-set.h"
#include "usage.h"
#include "waiter.h"

enum { SHORTEST_CHECK_US = 5000, HOW_EXITED = 0, HOW_SIGNAL = 1, HOW_NOT_STARTED = 2 };

static enum step_phase phase = STEP_IDLE;
static struct leader leader;
static struct stdio_set stdio_set;
/* Whether more may come from stdout (a PTY is stdout) and stderr. */
static bool is_output_open[2];
static enum step_cause cause;
static uint64_t start_us;
static uint64_t end_us;
static uint64_t last_typed_us;
static uint64_t next_check_us;
static uint64_t idle_wall_us;
static uint64_t total_wall_us;
static uint64_t cpu_limit_us;
static uint64_t output_left_bytes;
static bool is_output_cut;
static long processor_count;

enum step_phase step_phase(void)
{
	return phase;
}

static void put_exit(uint8_t how, uint32_t value)
{
	uint64_t peak_memory_bytes = usage_peak_memory(&leader);
	uint32_t oom_kills = usage_oom_kills() + (memory_watch_was_over(peak_memory_bytes) ? 1 : 0);
	bool is_failure = how == HOW_EXITED ? value != 0 : how == HOW_SIGNAL && value == SIGKILL;
	if (cause == STEP_CAUSE_NONE && oom_kills > 0 && is_failure)
		cause = STEP_CAUSE_OUT_OF_MEMORY;
	uint8_t payload[FRAME_EXIT_BYTES];
	payload[0] = how;
	frame_put_u32(payload + 1, value);
	payload[5] = (uint8_t)cause;
	frame_put_u64(payload + 6, end_us - start_us);
	frame_put_u64(payload + 14, usage_cpu_us(&leader));
	frame_put_u64(payload + 22, peak_memory_bytes);
	frame_put_u32(payload + 30, oom_kills);
	outbox_put(FRAME_EXIT, payload, sizeof payload);
	phase = STEP_IDLE;
}

static void put_stats(uint64_t now_us, uint64_t cpu_us)
{
	uint8_t payload[FRAME_STATS_BYTES];
	frame_put_u64(payload, now_us - start_us);
	frame_put_u64(payload + 8, cpu_us);
	frame_put_u64(payload + 16, usage_sample_memory(&leader));
	/* Figures of this moment are worth nothing later: they do not queue up behind output that nobody reads. */
	if (outbox_is_empty())
		outbox_put(FRAME_STATS, payload, sizeof payload);
}

static void put_acknowledgement(void)
{
	if (!keyboard_has_acknowledged() || !outbox_has_room_for_answer())
		return;
	uint8_t payload[4];
	frame_put_u32(payload, keyboard_take_acknowledged());
	outbox_put(FRAME_STDIN_ACK, payload, sizeof payload);
}

/* How long this much CPU time takes at least, with every processor busy. */
static uint64_t soonest_cpu_us(uint64_t cpu_us)
{
	if (processor_count == 0)
		processor_count = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
	uint64_t soonest_us = cpu_us / (uint64_t)processor_count;
	return soonest_us > SHORTEST_CHECK_US ? soonest_us : SHORTEST_CHECK_US;
}

/* 0, or why the program cannot be started; then nothing is left of it. */
static int start_program(const struct step_request *request)
{
	int error = stdio_set_open(&stdio_set, request->has_pty, request->columns, request->rows);
	if (error != 0)
		return error;
	struct child_plan plan = {
		.argv = request->argv,
		.envp = request->envp,
		.hold = -1,
		.uid = PROGRAM_UID,
		.gid = PROGRAM_GID,
		.has_terminal = request->has_pty,
	};
	memcpy(plan.descriptors, stdio_set.program, sizeof plan.descriptors);
	error = service_lend(plan.lent);
	if (error == 0)
		leader.pid = child_start(&plan, &error);
	for (int index = 0; index < SERVICE_LENT_COUNT; index++)
		if (plan.lent[index] >= 0)
			close(plan.lent[index]);
	stdio_set_release_program(&stdio_set);
	if (error != 0) {
		if (!stdio_set.has_pty)
			close(stdio_set.agent[0]);
		stdio_set_close(&stdio_set);
	}
	return error;
}

static void start_clocks(const struct leader *used)
{
	usage_start(used);
	memory_watch_start();
	start_us = last_typed_us = end_us = clock_now_us();
}

bool step_start(const struct step_request *request)
{
	leader = (struct leader){0};
	cause = STEP_CAUSE_NONE;
	bool is_waiting = waiter_is_for(request);
	if (is_waiting) {
		start_clocks(waiter_leader());
		is_waiting = waiter_release(request, &leader, &stdio_set);
	}
	if (!is_waiting) {
		if (!waiter_end())
			return false;
		memory_watch_settle();
		start_clocks(&leader);
		int error = start_program(request);
		if (error != 0) {
			end_us = clock_now_us();
			put_exit(HOW_NOT_STARTED, (uint32_t)error);
			return true;
		}
	}
	keyboard_start(stdio_set.agent[0], request->has_pty);
	phase = STEP_RUNNING;
	is_output_open[0] = true;
	is_output_open[1] = !request->has_pty;
	idle_wall_us = (uint64_t)request->idle_wall_ms * 1000;
	total_wall_us = (uint64_t)request->total_wall_ms * 1000;
	cpu_limit_us = (uint64_t)request->cpu_ms * 1000;
	output_left_bytes = request->output_bytes;
	is_output_cut = false;
	stats_pace_start(start_us);
	next_check_us = start_us + soonest_cpu_us(cpu_limit_us);
	return true;
}

bool step_end(enum step_cause why)
{
	if (cause == STEP_CAUSE_NONE)
		cause = why;
	if (phase != STEP_RUNNING)
		return true;
	bool are_all_dead = processes_end_all(&leader);
	/* What was not ended by itself may have left the service at work for it. */
	if (why != STEP_CAUSE_NONE || WIFSIGNALED(leader.status))
		are_all_dead = service_stop() && are_all_dead;
	end_us = clock_now_us();
	phase = STEP_DRAINING;
	/* Who ended in another way than by our SIGKILL had ended before the limit struck. */
	bool is_by_limit = cause == STEP_CAUSE_IDLE_WALL || cause == STEP_CAUSE_TOTAL_WALL || cause == STEP_CAUSE_CPU ||
			   cause == STEP_CAUSE_OUT_OF_MEMORY;
	bool is_killed = WIFSIGNALED(leader.status) && WTERMSIG(leader.status) == SIGKILL;
	if (is_by_limit && !is_killed)
		cause = STEP_CAUSE_NONE;
	return are_all_dead && leader.has_ended;
}

/* Reads one chunk of output into the outbox. False when the stream is over, or empty for now. */
static bool move_output(int index)
{
	uint8_t *chunk = outbox_chunk();
	size_t wanted = FRAME_MAX_CHUNK_BYTES;
	/* One byte more than may be sent, to see whether there is more: a program that writes exactly its limit has not broken it. */
	if (output_left_bytes < wanted)
		wanted = output_left_bytes + 1;
	ssize_t bytes = read(stdio_set.agent[index + 1], chunk, wanted);
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (bytes <= 0) {
		is_output_open[index] = false;
		return false;
	}
	bool is_too_much = (size_t)bytes > output_left_bytes;
	size_t sent = is_too_much ? output_left_bytes : (size_t)bytes;
	output_left_bytes -= sent;
	if (sent > 0) {
		outbox_commit_chunk(index == 0 ? FRAME_STDOUT : FRAME_STDERR, sent);
		stats_pace_stir(clock_now_us());
	}
	is_output_cut = is_too_much;
	return !is_too_much;
}

static void drain(void)
{
	for (int index = 0; index < 2; index++)
		while (is_output_open[index] && !is_output_cut) {
			if (!outbox_has_room_for_chunk())
				return;
			/* Nobody is left to write: empty now is empty for good. */
			if (!move_output(index))
				is_output_open[index] = false;
		}
	keyboard_stop();
	stdio_set_close(&stdio_set);
	if (is_output_cut && cause == STEP_CAUSE_NONE)
		cause = STEP_CAUSE_OUTPUT;
	if (WIFSIGNALED(leader.status))
		put_exit(HOW_SIGNAL, (uint32_t)WTERMSIG(leader.status));
	else
		put_exit(HOW_EXITED, (uint32_t)WEXITSTATUS(leader.status));
}

static enum step_cause limit_reached(uint64_t now_us)
{
	if (now_us - start_us >= total_wall_us)
		return STEP_CAUSE_TOTAL_WALL;
	if (now_us - last_typed_us >= idle_wall_us)
		return STEP_CAUSE_IDLE_WALL;
	if (now_us >= memory_watch_deadline_us() && memory_watch_is_over(now_us, usage_sample_memory(&leader)))
		return STEP_CAUSE_OUT_OF_MEMORY;
	if (now_us < next_check_us && now_us < stats_pace_due_us())
		return STEP_CAUSE_NONE;
	uint64_t cpu_us = usage_cpu_us(&leader);
	if (cpu_us >= cpu_limit_us)
		return STEP_CAUSE_CPU;
	next_check_us = now_us + soonest_cpu_us(cpu_limit_us - cpu_us);
	if (now_us >= stats_pace_due_us()) {
		put_stats(now_us, cpu_us);
		stats_pace_told(now_us, cpu_us);
	}
	return STEP_CAUSE_NONE;
}

bool step_advance(void)
{
	if (processes_take_notice())
		processes_reap(phase == STEP_IDLE ? waiter_leader() : &leader);
	if (phase == STEP_RUNNING) {
		enum step_cause reached = leader.has_ended ? STEP_CAUSE_NONE : limit_reached(clock_now_us());
		for (int index = 0; index < 2 && reached == STEP_CAUSE_NONE; index++)
			if (is_output_open[index] && outbox_has_room_for_chunk())
				move_output(index);
		if (reached == STEP_CAUSE_NONE && is_output_cut)
			reached = STEP_CAUSE_OUTPUT;
		if ((leader.has_ended || reached != STEP_CAUSE_NONE) && !step_end(reached))
			return false;
	}
	if (phase == STEP_RUNNING) {
		for (int number; (number = keyboard_feed()) != 0;)
			step_signal(number);
		put_acknowledgement();
	}
	if (phase == STEP_DRAINING)
		drain();
	return true;
}

bool step_type(const uint8_t *bytes, size_t count)
{
	last_typed_us = clock_now_us();
	stats_pace_stir(last_typed_us);
	return keyboard_type(bytes, count);
}

void step_end_input(void)
{
	keyboard_end_input();
}

void step_resize(uint16_t columns, uint16_t rows)
{
	if (stdio_set.has_pty)
		pty_resize(stdio_set.agent[0], columns, rows);
}

void step_signal(int number)
{
	pid_t group = stdio_set.has_pty ? pty_foreground(stdio_set.agent[0], leader.pid) : leader.pid;
	/* A group that has just ended needs no signal. */
	if (group > 1 && kill(-group, number) != 0)
		return;
}

int step_descriptors(struct pollfd *descriptors)
{
	int count = 0;
	if (phase != STEP_RUNNING)
		return 0;
	int typed = keyboard_wants();
	for (int index = 0; index < 2; index++)
		if (is_output_open[index] && outbox_has_room_for_chunk())
			descriptors[count++] = (struct pollfd){.fd = stdio_set.agent[index + 1], .events = POLLIN};
	if (typed >= 0)
		descriptors[count++] = (struct pollfd){.fd = typed, .events = POLLOUT};
	return count;
}

uint64_t step_deadline_us(void)
{
	bool is_held_output = phase == STEP_DRAINING && outbox_has_room_for_chunk();
	bool is_held_acknowledgement = phase == STEP_RUNNING && keyboard_has_acknowledged() && outbox_has_room_for_answer();
	/* What waited for room in the outbox can go on: no descriptor will tell of that. */
	if (is_held_output || is_held_acknowledgement)
		return 0;
	if (phase != STEP_RUNNING)
		return UINT64_MAX;
	uint64_t deadline_us = start_us + total_wall_us;
	const uint64_t others[] = {last_typed_us + idle_wall_us, stats_pace_due_us(), next_check_us, memory_watch_deadline_us()};
	for (size_t index = 0; index < sizeof others / sizeof others[0]; index++)
		if (others[index] < deadline_us)
			deadline_us = others[index];
	return deadline_us;
}
