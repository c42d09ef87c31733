import { readdirSync, readFileSync } from "node:fs";
import type { Program } from "./programs.ts";

/** What the processes of a program are at that should have spoken long ago, for whoever has to find out why. */

/** Far above what a start takes on a machine that bombs keep busy, and below every limit. */
export const silenceMs = 12_000;
/** What sandboxes run as lies above every account of the machine. */
const firstSandboxUid = 100_000;
const mostLooks = 12;

function read(path: string): string {
	try {
		return readFileSync(path, "utf8").trim();
	} catch {
		// It has ended meanwhile.
		return "";
	}
}

interface Look {
	readonly text: string;
	/** It has work, and a processor or none. */
	readonly isRunnable: boolean;
}

function lookAtThread(path: string): Look {
	// The name in brackets may hold anything; what follows is numbers (proc(5)).
	const fields = read(`${path}/stat`).split(") ").at(-1)?.split(" ") ?? [];
	const [cpuMs, delayMs] = read(`${path}/schedstat`)
		.split(" ")
		.map((ns) => (Number(ns) / 1e6).toFixed(0));
	const text = `${read(`${path}/comm`)}: ${fields[0]}, had a processor for ${cpuMs} ms and waited for one for ${delayMs} ms, ${fields[9]} pages from disk, in ${read(`${path}/wchan`) || "?"}, system call ${read(`${path}/syscall`).split(" ", 2).join(" ")}`;
	return { text, isRunnable: fields[0] === "R" };
}

function isOf(path: string, fileName: string): boolean {
	const uid = Number(/^Uid:\s+(\d+)/m.exec(read(`${path}/status`))?.[1] ?? 0);
	return (
		uid >= firstSandboxUid &&
		read(`${path}/cmdline`)
			.split("\0")
			.some((word) => word.endsWith(fileName))
	);
}

/** Each thread of each process on this kernel that has the program's file in its command; of others of the same program too. */
function lookAt({ files }: Program): Look[] {
	const fileName = files[0]?.name ?? "";
	const paths = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) && isOf(`/proc/${name}`, fileName) ? [`/proc/${name}`] : []));
	return paths.flatMap((path) => {
		try {
			return readdirSync(`${path}/task`).map((thread) => {
				const look = lookAtThread(`${path}/task/${thread}`);
				return { ...look, text: `  ${path.slice(6)} ${look.text}` };
			});
		} catch {
			return [];
		}
	});
}

/** Tells `say` of the first few programs that are silent and sleep; who has work and no processor yet is told in a few lines, each time. */
export function silenceTeller(say: (line: string) => void): (program: Program) => void {
	let looks = 0;
	return (program) => {
		// The others' processes are on a kernel of their own.
		if (program.tier !== "container" || looks >= mostLooks) return;
		const threads = lookAt(program);
		const starved = threads.filter(({ isRunnable }) => isRunnable);
		const reason = starved.length > 0 ? ", for it waits for a processor" : "";
		if (starved.length === 0) looks++;
		say(`${program.language} in a container says nothing for ${silenceMs / 1_000} s or longer${reason}:`);
		for (const { text } of starved.length > 0 ? starved.slice(0, 2) : threads) say(text);
	};
}
