import { allPids, chargedBytes, commandOf, memoryGroupOf, memoryOf, parentOf } from "./processes.ts";

/** Sandboxes as the host sees them: control groups, and processes that stand over them. Works for whatever made them. */

export interface SandboxMemory {
	/** Charged to its control group, less what its waiting program (an interpreter that was started ahead) holds. */
	readonly ownBytes: number;
	/** Of that program, which would be there without any sandbox. */
	readonly programBytes: number;
	/** Of the processes that mind this one sandbox, proportional: the engine's shim, or a runtime in the foreground. */
	readonly monitorBytes: number;
}

/** From its parent upwards. */
function ancestorsOf(pid: number): number[] {
	const parent = parentOf(pid);
	return parent <= 1 ? [] : [parent, ...ancestorsOf(parent)];
}

/** @param marks one of them stands in the path of a sandbox's group: an instance's name, or containers' ids. For two sandboxes or more. */
export function surveySandboxes(marks: readonly string[]): SandboxMemory[] {
	const groups = new Map<string, number[]>();
	for (const pid of allPids()) {
		const group = memoryGroupOf(pid);
		if (!marks.some((mark) => group.includes(mark))) continue;
		groups.set(group, [...(groups.get(group) ?? []), pid]);
	}
	const sandboxes = [...groups].flatMap(([group, pids]) => {
		const first = pids.find((pid) => !pids.includes(parentOf(pid)));
		return first === undefined ? [] : [{ group, others: pids.filter((pid) => pid !== first), ancestors: ancestorsOf(first) }];
	});
	const isShared = (pid: number): boolean => sandboxes.filter(({ ancestors }) => ancestors.includes(pid)).length > 1;
	return sandboxes.map(({ group, others, ancestors }) => {
		const programBytes = others.reduce((sum, pid) => sum + memoryOf(pid).privateBytes, 0);
		// Who stands over several (the runner, an init) is counted by what it grows.
		const monitors = ancestors.filter((pid) => !isShared(pid));
		return {
			ownBytes: Math.max(0, chargedBytes(group) - programBytes),
			programBytes,
			monitorBytes: monitors.reduce((sum, pid) => sum + memoryOf(pid).proportionalBytes, 0),
		};
	});
}

/** The engine's own processes, which mind every container. */
export function enginePids(): number[] {
	return allPids().filter((pid) => ["dockerd", "containerd"].includes(commandOf(pid)));
}
