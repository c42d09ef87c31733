import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ServerProcess } from "../e2e/server-process.ts";
import { straightProcesses, straightSandboxes } from "../e2e/straight-sandboxes.ts";
import { instanceLabel } from "../server/runner/drivers/docker-container.ts";
import { isAlive, readPid } from "../setup/process-file.ts";
import type { Dice } from "./seed.ts";

/** What can be killed, and how its process is found on this machine. */

export interface Victim {
	readonly name: string;
	/** A number, or the sentence that says why nothing is killed. */
	find(dice: Dice): Promise<number | string>;
	/** Another has taken its place, or, of a sandbox, it is gone. */
	isBack(killed: number): boolean;
}

const Inspected = z.object({ State: z.object({ Pid: z.number().int() }) });

export function victimsOf(server: ServerProcess, engine: { readonly runDir: string; readonly isPrivate: boolean }): readonly Victim[] {
	const processOf = (name: "runner" | "gateway"): Victim => ({
		name: `the ${name}`,
		find: async () => server.pids()[name] ?? `there is no ${name}`,
		isBack: (killed) => ![undefined, killed].includes(server.pids()[name]),
	});
	const isGone = (killed: number): boolean => !isAlive(killed);
	return [
		{ name: "a sandbox made without the engine", find: async (dice) => findStraight(server, dice), isBack: isGone },
		processOf("gateway"),
		{ name: "a sandbox of the engine", find: (dice) => findContainer(server, dice), isBack: isGone },
		{
			name: "the private engine",
			find: async () => findEngine(server, engine),
			isBack: (killed) => ![null, killed].includes(daemonIn(engine.runDir)),
		},
		// Last, for it takes the longest: all that it left is removed, and every wall tried, before it serves.
		processOf("runner"),
	];
}

/** One in use, if there is one: it has more than its first process. */
function findStraight(server: ServerProcess, dice: Dice): number | string {
	const sandboxes = straightSandboxes(server.straight)
		.map((id) => straightProcesses(server.straight, id))
		.filter((pids) => pids.length > 0);
	const inUse = sandboxes.filter((pids) => pids.length > 1);
	const from = inUse.length > 0 ? inUse : sandboxes;
	if (from.length === 0) return "none was there";
	return dice.pick(from)[0] ?? "none was there";
}

async function findContainer({ engine, instance }: ServerProcess, dice: Dice): Promise<number | string> {
	const running = await engine.listContainers({ filters: { label: [`${instanceLabel}=${instance}`], status: ["running"] } });
	if (running.length === 0) return "none was there";
	const inspection = await engine
		.getContainer(dice.pick(running).Id)
		.inspect()
		.catch((error: unknown) => {
			// Removed since it was listed, by whoever it belonged to.
			if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return null;
			throw error;
		});
	const pid = inspection === null ? 0 : Inspected.parse(inspection).State.Pid;
	return pid > 1 ? pid : "it had ended already";
}

/** Only an engine of ours, and only while nobody is entered as its user but this soak, what started it, and its server. */
function findEngine(
	server: ServerProcess,
	{ runDir, isPrivate }: { readonly runDir: string; readonly isPrivate: boolean },
): number | string {
	if (!isPrivate) return "left alive: the engine is not this start's own";
	const own = new Set([...ancestorsOf(process.pid), server.pids().main]);
	const users = join(runDir, "engine-users");
	const strangers = (existsSync(users) ? readdirSync(users) : []).map(Number).filter((pid) => isAlive(pid) && !own.has(pid));
	if (strangers.length > 0) return "left alive: another server uses it";
	return daemonIn(runDir) ?? "it was not there";
}

/** The private engine whose socket is in that folder; a process that merely has its number is not taken for it. */
function daemonIn(runDir: string): number | null {
	const pid = readPid(join(runDir, "engine.pid"));
	const commandLine = pid !== null && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
	return commandLine.split("\0").includes(`--host=unix://${join(runDir, "engine.sock")}`) ? pid : null;
}

/** The process itself and all above it. */
function ancestorsOf(pid: number): number[] {
	if (pid <= 1) return [];
	const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "";
	return [pid, ...ancestorsOf(Number(/^PPid:\t([0-9]+)$/m.exec(status)?.[1] ?? 0))];
}
