/**
 * What people use instead of a sandbox, measured beside the tiers so that a reader sees what the walls are for. Names of reports and
 * of nothing else: no request, setting or catalogue entry has a word for them.
 */

interface BaselineDescription {
	readonly name: string;
	/** What it is. */
	readonly sentence: string;
	/** What the outer sandbox, in which its holes harm nobody, changes in the picture. */
	readonly outerWall: string;
}

export const baselineTable = {
	"baseline-python-exec": {
		name: "Python exec()",
		sentence: "Code run by exec() in the server's own Python process, with the builtins taken away.",
		outerWall:
			"The “server” is a stand-in with made-up secrets, alone in a gVisor container: the kernel that is attacked here is gVisor's.",
	},
	"baseline-node-vm": {
		name: "Node vm",
		sentence: "Code run by node:vm in a fresh context of the server's own Node process.",
		outerWall:
			"The “server” is a stand-in with made-up secrets, alone in a gVisor container: the kernel that is attacked here is gVisor's.",
	},
	"baseline-deny-list": {
		name: "Deny list",
		sentence: "A child process behind a seccomp filter that refuses the system calls somebody thought of, and nothing else.",
		outerWall: "The machine around it is a gVisor container: calls that the filter forgot reach gVisor's kernel, which lacks many of them.",
	},
	"baseline-docker-run": {
		name: "docker run",
		sentence: "A container as the engine makes it when nothing is asked for: root, the engine's capabilities, a writable root, no limits.",
		outerWall:
			"gVisor stands in for the machine's kernel, and limits that the container cannot see keep it from using the machine up; the network is cut off.",
	},
} as const satisfies Record<`baseline-${string}`, BaselineDescription>;

export type BaselineId = keyof typeof baselineTable;
