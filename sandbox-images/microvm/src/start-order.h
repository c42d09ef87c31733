#ifndef SANDGLASS_START_ORDER_H
#define SANDGLASS_START_ORDER_H

#include <stdint.h>

/*
 * What a clone is told when it wakes, over the port named "control": who it is to be, and what no two clones may share. The launcher
 * writes it, guest-init reads it; both are built together, so it is the bytes of this struct.
 */

enum { START_ORDER_SEED_BYTES = 64, START_ORDER_MAGIC = 0x53474c31 };

struct start_order {
	uint32_t magic;
	uint32_t open_files;
	uint8_t seed[START_ORDER_SEED_BYTES];
	/* Unix time of the writing. */
	int64_t time_s;
	int64_t time_ns;
	uint64_t memory_bytes;
	uint64_t processes;
	uint64_t workspace_bytes;
	uint64_t workspace_inodes;
	uint64_t temporary_bytes;
	uint64_t shared_memory_bytes;
};

/* The guest's RAM is this much more than the memory of its sandbox: for its kernel, and so that the sandbox's limit strikes first. */
#define GUEST_RESERVE_BYTES (64ULL << 20)

#endif
