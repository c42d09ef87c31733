#ifndef SANDGLASS_MONITOR_H
#define SANDGLASS_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

/* The machine, as its monitor is told of it. What is saved and what wakes must be described alike. */
struct monitor_plan {
	bool is_snapshot;
	bool is_kvm;
	uint64_t ram_bytes;
};

/* What the monitor is handed, besides the launcher's own standard input, output and error. */
struct monitor_ends {
	/* Read by the guest's control port. */
	int control;
	/* Takes what the guest writes to it. */
	int said;
	/* QMP; unused for a snapshot, whose QMP is on standard input and output. */
	int commands;
	int answers;
};

/* Comes back only when it fails, with errno. */
void monitor_become(const struct monitor_plan *plan, const struct monitor_ends *ends);

#endif
