#ifndef SANDGLASS_SANDBOX_H
#define SANDGLASS_SANDBOX_H

/* The control group that agent and program are in, as the guest's PID 1 sees it. */
#define SANDBOX_GROUP "/sys/fs/cgroup/sandbox"

/* The sandbox's ends of two pipes: it says that it is ready, and is told to go. */
struct sandbox_pipes {
	int ready;
	int go;
};

/* The first process in the sandbox's namespaces, for clone(2). It ends as the agent. */
int sandbox_main(void *pipes);

#endif
