#ifndef SANDGLASS_WARM_UP_H
#define SANDGLASS_WARM_UP_H

/*
 * One program of the language, run before the machine is saved, so that its interpreter or compiler is in the page cache that all clones
 * share. What it says and how it ends is of no interest; nothing of it but that cache is left.
 */

/* Reads the folder /warm-up while the initial root is still in reach. Absent: there is nothing to warm. */
void warm_up_read(void);

/* Runs it as a program is run, in the sandbox. The writable places must be mounted; they are left as it left them. */
void warm_up_run(void);

#endif
