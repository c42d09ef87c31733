#ifndef SANDGLASS_PROBE_ATTACKS_H
#define SANDGLASS_PROBE_ATTACKS_H

/* The rows of the table of attacks that a program can try by itself. Each function reports one result an attack. */
void attacks_on_agent(void);
void attacks_on_kernel(void);
void attacks_by_privilege(void);
void attacks_on_system(void);
void attacks_on_files(void);
void attacks_on_network(void);

/* How far an attempt to exhaust something goes; beyond it there is no limit worth the name. */
struct bounds {
	int processes;
	long long bytes;
	int files;
	long long memory_bytes;
};
void attacks_on_resources(const struct bounds *bounds);
/* Row 1, and row 2 on the heap: some sandboxes end as a whole there. */
void attack_processes(const struct bounds *bounds);
void attack_memory(const struct bounds *bounds);

/* Halves of attacks that take two runs or two sandboxes; whoever starts them puts the halves together. */
int half_leave_survivor(void);
int half_look_for_survivors(void);
int half_plant_links(void);
int half_look_at_links(void);
int half_leave_sign(const char *sign);
int half_look_for_sign(const char *sign);
int half_stop_everything(void);
int half_random_numbers(void);

#endif
