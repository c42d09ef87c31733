#include "snapshot-fit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 8192 };

static const char made_with[] = "/snapshot/made-with";

/*
 * The guest saw this machine's processor (KVM) or counts its time by that one's clock (software emulation), so it wakes on one with the same
 * name and features only.
 */
static const char *hash_processor(unsigned long long *hash)
{
	static char line[LINE_BYTES];
	FILE *file = fopen("/proc/cpuinfo", "re");
	if (file == NULL)
		return "/proc/cpuinfo";
	*hash = 0xcbf29ce484222325;
	/* The first processor's lines end at an empty one. */
	while (fgets(line, sizeof line, file) != NULL && line[0] != '\n')
		if (strncmp(line, "model name", 10) == 0 || strncmp(line, "flags", 5) == 0)
			for (const char *at = line; *at != 0; at++)
				*hash = (*hash ^ (unsigned char)*at) * 0x100000001b3;
	fclose(file);
	return NULL;
}

const char *snapshot_describe(const struct monitor_plan *plan)
{
	unsigned long long processor;
	const char *failed = hash_processor(&processor);
	if (failed != NULL)
		return failed;
	FILE *file = fopen(made_with, "wxe");
	if (file == NULL)
		return made_with;
	int written = fprintf(file, "%s %llu %llx\n", plan->is_kvm ? "kvm" : "tcg", (unsigned long long)plan->ram_bytes, processor);
	return fclose(file) == 0 && written > 0 ? NULL : made_with;
}

const char *snapshot_read(struct monitor_plan *plan)
{
	char accelerator[4];
	unsigned long long ram_bytes;
	unsigned long long was;
	unsigned long long is;
	FILE *file = fopen(made_with, "re");
	if (file == NULL)
		return "there is no snapshot";
	int fields = fscanf(file, "%3s %llu %llx", accelerator, &ram_bytes, &was);
	fclose(file);
	*plan = (struct monitor_plan){.is_kvm = strcmp(accelerator, "kvm") == 0, .ram_bytes = ram_bytes};
	if (fields != 3 || (!plan->is_kvm && strcmp(accelerator, "tcg") != 0))
		return "the snapshot is not ours";
	const char *failed = hash_processor(&is);
	if (failed != NULL)
		return failed;
	errno = 0;
	if (was != is)
		return "the snapshot is of another processor";
	if (plan->is_kvm && access("/dev/kvm", R_OK | W_OK) != 0)
		return "the snapshot needs /dev/kvm";
	return NULL;
}
