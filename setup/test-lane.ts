import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { StepResult } from "./step.ts";

/**
 * Test files in processes of their own, some at a time. Our tests hold real sandboxes to real seconds, beside everything else that a machine does; so a file that
 * fails is run once more when nothing else runs, and only what fails then too is a failure. What needed that is named at the end: it is to be mended.
 */

export interface Lane {
	readonly name: string;
	readonly files: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Takes what is printed. */
	readonly print: (text: string) => void;
}

export interface LaneReport {
	readonly lane: Lane;
	readonly seconds: number;
	readonly counts: ReadonlyMap<string, number>;
	readonly failed: readonly string[];
}

interface FileReport {
	readonly hasPassed: boolean;
	readonly printed: string;
}

/** Far beyond the longest; then it hangs, and is ended. */
const maxFileMs = 1_200_000;

const counted = ["tests", "pass", "fail", "cancelled", "skipped", "todo"] as const;

function runFile(file: string, env: Lane["env"]): Promise<FileReport> {
	const args = ["--import", "tsx", "--test", "--test-reporter=spec", file];
	return new Promise((resolve) => {
		const child = spawn(process.execPath, args, {
			stdio: ["ignore", "pipe", "pipe"],
			// Else a test that runs a lane would have its lane report to its own runner.
			env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
			timeout: maxFileMs,
			killSignal: "SIGKILL",
		});
		const output: Buffer[] = [];
		child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
		child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
		child.on("error", (error) => resolve({ hasPassed: false, printed: `${error.message}\n` }));
		child.on("close", (code) => resolve({ hasPassed: code === 0, printed: Buffer.concat(output).toString() }));
	});
}

/** The figures of the runner's closing lines. */
function countsIn(printed: string): [string, number][] {
	return counted.map((name) => [name, Number(new RegExp(`^\\W*${name} (\\d+)\\b`, "m").exec(printed)?.[1] ?? 0)]);
}

/** Runs every file; what each printed comes in one piece. */
export async function runLane(lane: Lane): Promise<LaneReport> {
	const startedAt = Date.now();
	const waiting = [...lane.files];
	const failed: string[] = [];
	const counts = new Map<string, number>();
	const work = async (): Promise<void> => {
		for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
			const { hasPassed, printed } = await runFile(file, lane.env);
			lane.print(`${file}\n${printed}`);
			for (const [name, count] of countsIn(printed)) counts.set(name, (counts.get(name) ?? 0) + count);
			if (!hasPassed) failed.push(file);
		}
	};
	await Promise.all(Array.from({ length: Math.max(1, availableParallelism() - 1) }, work));
	return { lane, seconds: (Date.now() - startedAt) / 1_000, counts, failed };
}

/** To be called when nothing else runs. */
export async function settleLane({ lane, seconds, counts, failed }: LaneReport): Promise<StepResult> {
	const stillFailing: string[] = [];
	for (const file of failed) {
		lane.print(`again, alone: ${file}\n`);
		const { hasPassed, printed } = await runFile(file, lane.env);
		lane.print(printed);
		lane.print(hasPassed ? `unsteady: ${file} passed when nothing else ran\n` : `failed twice: ${file}\n`);
		if (!hasPassed) stillFailing.push(file);
	}
	const hasPassed = stillFailing.length === 0;
	const figures = [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
	lane.print(`${lane.name}: ${lane.files.length} files: ${figures}; run again: ${failed.length}\n`);
	lane.print(`${hasPassed ? "ok  " : "FAIL"} ${lane.name} (${seconds.toFixed(1)} s)\n`);
	return { name: lane.name, hasPassed, seconds };
}
