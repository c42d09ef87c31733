import { allPids, chargedBytes, commandOf, memoryGroupOf, memoryOf, parentOf } from "./processes.ts";

/** Sandboxes as the host sees them: control groups, and processes that stand over them. Works for whatever made them. */

export interface SandboxMemory {
	/** Charged to its control group, less what its waiting program (an interpreter that was started ahead) holds. */
	readonly ownBytes: number;
	/** Of that program, which would be there without any sandbox. */
	readonly programBytes: number;
	/** Of the process that minds this one sandbox, proportional: the engine's shim, or a runtime in the foreground. */
	readonly monitorBytes: number;
}

/** @param marks one of them stands in the path of a sandbox's group: an instance's name, or containers' ids */
export function surveySandboxes(marks: readonly string[], minders: readonly number[]): SandboxMemory[] {
	const groups = new Map<string, number[]>();
	for (const pid of allPids()) {
		const group = memoryGroupOf(pid);
		if (!marks.some((mark) => group.includes(mark))) continue;
		groups.set(group, [...(groups.get(group) ?? []), pid]);
	}
	return [...groups].flatMap(([group, pids]) => {
		const first = pids.find((pid) => !pids.includes(parentOf(pid)));
		if (first === undefined) return [];
		const programBytes = pids.filter((pid) => pid !== first).reduce((sum, pid) => sum + memoryOf(pid).privateBytes, 0);
		const monitor = parentOf(first);
		// The runner minds all of them and is counted by what it grows; PID 1 minds nothing.
		const isOnesOwn = monitor > 1 && !minders.includes(monitor);
		return [
			{
				ownBytes: Math.max(0, chargedBytes(group) - programBytes),
				programBytes,
				monitorBytes: isOnesOwn ? memoryOf(monitor).proportionalBytes : 0,
			},
		];
	});
}

/** The engine's own processes, which mind every container. */
export function enginePids(): number[] {
	return allPids().filter((pid) => ["dockerd", "containerd"].includes(commandOf(pid)));
}
