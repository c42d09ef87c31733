/*
 * The agent of a sandbox: PID 1, between the runner's frames and the program (PROTOCOL.md).
 *
 * One thread, one loop, no allocation after start. It waits for: the runner's frames on 0, room for ours on 1, the program's output, room in the
 * program's input, the end of a child, the next limit. Nothing in the loop waits by itself except the ending of processes, which
 * is bounded.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "devices.h"
#include "frame.h"
#include "identity.h"
#include "memory-watch.h"
#include "mounts.h"
#include "outbox.h"
#include "processes.h"
#include "service.h"
#include "step.h"
#include "waiter.h"
#include "workspace.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { RUNNER_IN = 0, RUNNER_OUT = 1, STATUS_ENDED = 0, STATUS_PROTOCOL = 70, STATUS_INTERNAL = 71 };
enum { FAULT_FILE = 1, FAULT_RESET = 2, FAULT_INTERNAL = 3 };

static uint8_t inbox[FRAME_MAX_BYTES];
static size_t inbox_bytes;
/* A frame in the inbox has been left there because its answer had no room in the outbox. */
static bool is_inbox_held;
static struct frame frame;

/* The kernel kills every other process of a PID namespace whose PID 1 ends; this ends them in order first. */
static _Noreturn void leave(int status)
{
	struct leader nobody = {0};
	processes_end_all(&nobody);
	_exit(status);
}

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "sandglass-agent: %s: %s\n", what, strerror(error));
	outbox_put_fault(FAULT_INTERNAL, error, what);
	outbox_flush(RUNNER_OUT);
	if (getpid() != 1)
		_exit(STATUS_INTERNAL);
	leave(STATUS_INTERNAL);
}

static _Noreturn void refuse(const char *what)
{
	fprintf(stderr, "sandglass-agent: protocol: %s\n", what);
	leave(STATUS_PROTOCOL);
}

static void prepare(void)
{
	/* kill(-1) is how programs are ended here: anywhere but in a PID namespace of our own it would end the machine. */
	if (getpid() != 1)
		fail("not PID 1", EINVAL);
	const char *failed = identity_harden();
	if (failed != NULL)
		fail(failed, errno);
	const struct rlimit no_core = {0, 0};
	if (syscall(SYS_close_range, 3, UINT_MAX, 0) != 0)
		for (int descriptor = 3; descriptor < 1024; descriptor++)
			close(descriptor);
	if (fcntl(RUNNER_IN, F_SETFL, fcntl(RUNNER_IN, F_GETFL) | O_NONBLOCK) != 0 ||
	    fcntl(RUNNER_OUT, F_SETFL, fcntl(RUNNER_OUT, F_GETFL) | O_NONBLOCK) != 0)
		fail("standard input or output", errno);
	if (setrlimit(RLIMIT_CORE, &no_core) != 0 || !processes_init())
		fail("limits or signals", errno);
	umask(022);
	failed = mounts_open();
	if (failed != NULL)
		fail(failed, errno);
	cgroup_open();
	failed = service_open();
	if (failed != NULL)
		fail(failed, errno);
	failed = memory_watch_open();
	if (failed != NULL)
		fail(failed, errno);
	devices_reduce();
}

static void reset(void)
{
	struct leader nobody = {0};
	const char *where;
	if (!waiter_end() || !processes_end_all(&nobody)) {
		outbox_put_fault(FAULT_RESET, EBUSY, "processes are left");
		return;
	}
	int error = mounts_empty(&where);
	if (error != 0)
		outbox_put_fault(FAULT_RESET, error, where);
	else if (!memory_watch_is_free())
		outbox_put_fault(FAULT_RESET, ENOMEM, "memory is left");
	else if (!service_renew())
		outbox_put_fault(FAULT_RESET, errno, "the service is lost");
	else
		outbox_put_ready();
}

static void write_file(void)
{
	identity_act_as_program();
	int error = workspace_write(mounts_workspace(), &frame.file);
	identity_act_as_agent();
	if (error != 0)
		outbox_put_fault(FAULT_FILE, error, "file could not be written");
}

static void handle_frame_outside_step(void)
{
	switch (frame.type) {
	case FRAME_FILE:
		write_file();
		return;
	case FRAME_STEP:
		if (!step_start(&frame.step))
			fail("processes cannot be ended", EBUSY);
		return;
	case FRAME_PRESPAWN:
		if (!waiter_start(&frame.step))
			fail("processes cannot be ended", EBUSY);
		return;
	case FRAME_RESET:
		reset();
		return;
	default:
		/* A4: the other five have crossed an EXIT. */
		return;
	}
}

static void handle_frame_in_step(void)
{
	bool is_running = step_phase() == STEP_RUNNING;
	if (frame.type == FRAME_FILE || frame.type == FRAME_STEP || frame.type == FRAME_RESET || frame.type == FRAME_PRESPAWN)
		refuse("a frame that a step does not allow");
	if (!is_running)
		return;
	if (frame.type == FRAME_STDIN && !step_type(frame.payload, frame.payload_bytes))
		refuse("more input than credit");
	if (frame.type == FRAME_EOF)
		step_end_input();
	if (frame.type == FRAME_RESIZE)
		step_resize(frame.columns, frame.rows);
	if (frame.type == FRAME_SIGNAL)
		step_signal(frame.signal_number);
	if (frame.type == FRAME_KILL && !step_end(STEP_CAUSE_KILLED))
		fail("processes cannot be ended", EBUSY);
}

/* In a step frames are always taken, so that KILL gets through; outside only when their answer has room. */
static bool may_take_frame(void)
{
	return step_phase() != STEP_IDLE || outbox_has_room_for_answer();
}

static void handle_frames(void)
{
	size_t at = 0;
	is_inbox_held = true;
	while (may_take_frame()) {
		size_t consumed_bytes;
		enum frame_result result = frame_parse(inbox + at, inbox_bytes - at, &frame, &consumed_bytes);
		if (result == FRAME_BAD)
			refuse("a frame that is none");
		if (result == FRAME_PARTIAL) {
			is_inbox_held = false;
			break;
		}
		at += consumed_bytes;
		if (step_phase() == STEP_IDLE)
			handle_frame_outside_step();
		else
			handle_frame_in_step();
	}
	inbox_bytes -= at;
	memmove(inbox, inbox + at, inbox_bytes);
}

static void read_frames(void)
{
	ssize_t bytes = read(RUNNER_IN, inbox + inbox_bytes, sizeof inbox - inbox_bytes);
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (bytes <= 0)
		leave(STATUS_ENDED);
	inbox_bytes += (size_t)bytes;
}

static void wait_for_something(struct pollfd *runner_in)
{
	struct pollfd descriptors[2 + STEP_MAX_DESCRIPTORS];
	bool has_room = inbox_bytes < sizeof inbox && may_take_frame();
	descriptors[0] = (struct pollfd){.fd = RUNNER_IN, .events = has_room ? POLLIN : 0};
	descriptors[1] = (struct pollfd){.fd = RUNNER_OUT, .events = outbox_is_empty() ? 0 : POLLOUT};
	int count = 2 + step_descriptors(descriptors + 2);
	/* The flush before may have made room for what was held: then there is nothing to wait for. */
	uint64_t deadline_us = is_inbox_held && may_take_frame() ? 0 : step_deadline_us();
	uint64_t now_us = deadline_us == UINT64_MAX ? 0 : clock_now_us();
	uint64_t left_us = deadline_us > now_us ? deadline_us - now_us : 0;
	struct timespec timeout = {.tv_sec = (time_t)(left_us / 1000000), .tv_nsec = (long)(left_us % 1000000) * 1000};
	int ready = ppoll(descriptors, (nfds_t)count, deadline_us == UINT64_MAX ? NULL : &timeout, processes_wait_mask());
	if (ready < 0 && errno != EINTR)
		fail("poll", errno);
	/* A9: either end of the line is gone. */
	if (ready > 0 && (descriptors[1].revents & (POLLERR | POLLNVAL) || (!has_room && descriptors[0].revents & (POLLHUP | POLLERR))))
		leave(STATUS_ENDED);
	*runner_in = descriptors[0];
	if (ready <= 0)
		runner_in->revents = 0;
}

int main(void)
{
	struct pollfd runner_in;
	prepare();
	outbox_put_ready();
	for (;;) {
		if (!outbox_flush(RUNNER_OUT))
			leave(STATUS_ENDED);
		wait_for_something(&runner_in);
		if (runner_in.revents != 0)
			read_frames();
		handle_frames();
		if (!step_advance())
			fail("processes cannot be ended", EBUSY);
	}
}
