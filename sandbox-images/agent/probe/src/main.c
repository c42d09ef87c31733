/*
 * The probe: a program that looks around in a sandbox, tries the attacks of the table, and says what it saw and what came of them
 * (report.h). It judges by itself only whether an attack worked; what is expected, the posture's golden file knows.
 *
 *     sandglass-probe [facts] [attacks] [resources] [processes] [memory]
 *         [--processes=N] [--bytes=N] [--files=N] [--memory=N]
 *     sandglass-probe leave-survivor | survivors | plant-links | links | leave-sign SIGN | look SIGN | stop | random
 *
 * It may be run anywhere: what it takes it gives back, in bounds, and what it changes it changes back.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attacks.h"
#include "facts.h"
#include "report.h"
#include "sweep.h"
#include "text-file.h"

static struct bounds bounds = {.processes = 2000, .bytes = 268435456, .files = 20000, .memory_bytes = 2147483648LL};

static void tell_facts(void)
{
	facts_identity();
	facts_agent();
	facts_neighbours();
	facts_namespaces();
	facts_kernel();
	facts_environment();
	facts_descriptors();
	facts_limits();
	facts_mounts();
	facts_devices();
	facts_files();
	facts_proc();
	facts_network();
	sweep_system_calls();
	sweep_entry_points();
	sweep_sockets();
}

static void try_attacks(void)
{
	attacks_on_agent();
	attacks_on_kernel();
	attacks_on_system();
	attacks_by_privilege();
	attacks_on_files();
	attacks_on_network();
}

static void try_resources(void)
{
	attacks_on_resources(&bounds);
}

static void try_processes(void)
{
	attack_processes(&bounds);
}

static void try_memory(void)
{
	attack_memory(&bounds);
}

static const struct {
	const char *word;
	void (*act)(void);
} parts[] = {{"facts", tell_facts}, {"attacks", try_attacks}, {"resources", try_resources}, 
	     {"processes", try_processes}, {"memory", try_memory}};

static const struct {
	const char *word;
	int (*act)(void);
} halves[] = {{"leave-survivor", half_leave_survivor}, {"survivors", half_look_for_survivors}, {"plant-links", half_plant_links},
	      {"links", half_look_at_links}, {"stop", half_stop_everything}, {"random", half_random_numbers}};

static bool read_bound(const char *word)
{
	static const char *const names[] = {"--processes=", "--bytes=", "--files=", "--memory="};
	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
		if (strncmp(word, names[at], strlen(names[at])) != 0)
			continue;
		long long value = strtoll(word + strlen(names[at]), NULL, 10);
		if (value <= 0)
			return false;
		if (at == 0)
			bounds.processes = (int)value;
		else if (at == 1)
			bounds.bytes = value;
		else if (at == 2)
			bounds.files = (int)value;
		else
			bounds.memory_bytes = value;
		return true;
	}
	return false;
}

static bool act_on(const char *word)
{
	for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
		if (strcmp(word, parts[at].word) != 0)
			continue;
		parts[at].act();
		return true;
	}
	return false;
}

/* For 34-environment: 0 when this process has the rights that its starter had, "uid capabilities". */
static int tell_whether_same(const char *expected)
{
	char identity[80];
	const char *status = text_file("/proc/self/status");
	snprintf(identity, sizeof identity, "%d %s", (int)geteuid(), status == NULL ? "" : text_field(status, "CapEff"));
	return strcmp(identity, expected) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	sigset_t child_signal;
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &child_signal, NULL) != 0)
		return 71;
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && strcmp(argv[1], "whoami") == 0)
		return tell_whether_same(argv[2]);
	if (argc == 3 && strcmp(argv[1], "leave-sign") == 0)
		return half_leave_sign(argv[2]);
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return half_look_for_sign(argv[2]);
	for (size_t at = 0; argc == 2 && at < sizeof halves / sizeof halves[0]; at++)
		if (strcmp(argv[1], halves[at].word) == 0)
			return halves[at].act();
	bool has_acted = false;
	for (int at = 1; at < argc; at++)
		if (argv[at][0] == '-' && !read_bound(argv[at]))
			argc = 0;
	for (int at = 1; at < argc; at++)
		has_acted |= act_on(argv[at]);
	if (has_acted)
		return 0;
	fprintf(stderr, "usage: sandglass-probe [facts] [attacks] [resources] [processes] [memory]\n"
			"       [--processes=N] [--bytes=N] [--files=N] [--memory=N]\n");
	return 64;
}
