#ifndef SANDGLASS_PROBE_FACTS_H
#define SANDGLASS_PROBE_FACTS_H

/* Each reports what it sees, as facts; none changes anything. */
void facts_identity(void);
void facts_agent(void);
void facts_neighbours(void);
void facts_namespaces(void);
void facts_kernel(void);
void facts_environment(void);
void facts_descriptors(void);
void facts_limits(void);
void facts_mounts(void);
void facts_devices(void);
void facts_files(void);
void facts_proc(void);
void facts_network(void);

#endif
