#ifndef SANDGLASS_IDENTITY_H
#define SANDGLASS_IDENTITY_H

/* Reads /filter, the compiled seccomp.json, while the initial root is still in reach. */
void filter_read(void);

/* Sets no_new_privs and installs the filter, for this process and all that come of it. */
void filter_install(void);

/* Leaves the agent's four capabilities, in every set and in the bounding set. */
void capabilities_keep_agents(void);

/* uid and gid 1000, no group besides; that takes every capability. */
void become_program(void);

#endif
