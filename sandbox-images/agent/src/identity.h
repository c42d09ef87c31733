/*
 * Who the agent is, and who it acts as. It is uid 0 with exactly CAP_SETUID, CAP_SETGID and CAP_KILL; the program is uid 1000 with
 * nothing. What touches the program's files is done with effective uid and gid 1000, so that the kernel refuses what the
 * program could not do itself; real and saved ids stay 0, so that the program can neither signal nor trace the agent meanwhile.
 */
#ifndef SANDGLASS_IDENTITY_H
#define SANDGLASS_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { PROGRAM_UID = 1000, PROGRAM_GID = 1000, SERVICE_UID = 1001, SERVICE_GID = 1001 };

/*
 * Before a byte is read: not dumpable, no new privileges, no supplementary group, an empty bounding set, no ambient and no inheritable
 * capability, and of the permitted ones only the three. NULL when all of it holds, else what does not (errno says why).
 */
const char *identity_harden(void);

/* Aborts the process when the switch fails: going on with the wrong identity is the one thing that must not happen. */
void identity_act_as_program(void);
void identity_act_as_agent(void);

/* In the new process: for good. False when an id or a capability is left. */
bool identity_become(uid_t uid, gid_t gid);

/*
 * A regular file of the image's that neither the program nor the service could have written. It is root's; or, where the sandbox has user ids of its own and the
 * image's files have none of them, nobody's.
 */
bool identity_is_images_file(const struct stat *file);

#endif
