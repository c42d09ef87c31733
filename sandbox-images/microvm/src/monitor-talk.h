#ifndef SANDGLASS_MONITOR_TALK_H
#define SANDGLASS_MONITOR_TALK_H

/* The launcher's few words with the monitor (QMP). `commands` and `answers` are its ends of two pipes. */

/* Has it load the saved machine, and waits until that runs. NULL, or what the monitor said last. */
const char *monitor_wake(int commands, int answers);

#endif
