import { spawn } from "node:child_process";

/** One command of `npm test` or `npm run check`: what it prints is shown when it fails, or always, and how long it took. */

export interface Step {
	readonly name: string;
	readonly command: readonly [string, ...string[]];
	readonly env?: Readonly<Record<string, string>>;
	/** When what it prints is shown. Default: only when it fails. */
	readonly printed?: "asItComes";
}

export interface StepResult {
	readonly name: string;
	readonly hasPassed: boolean;
	readonly seconds: number;
}

export function runStep(step: Step): Promise<StepResult> {
	const startedAt = Date.now();
	const [program, ...args] = step.command;
	return new Promise((resolve) => {
		const child = spawn(program, args, {
			stdio: step.printed === "asItComes" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
			env: { ...process.env, ...step.env },
		});
		const output: Buffer[] = [];
		child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
		child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
		const finish = (hasPassed: boolean): void => {
			const seconds = (Date.now() - startedAt) / 1_000;
			if (!hasPassed) process.stdout.write(Buffer.concat(output));
			process.stdout.write(`${hasPassed ? "ok  " : "FAIL"} ${step.name} (${seconds.toFixed(1)} s)\n`);
			resolve({ name: step.name, hasPassed, seconds });
		};
		child.on("error", (error) => {
			output.push(Buffer.from(`${error.message}\n`));
			finish(false);
		});
		child.on("close", (code) => finish(code === 0));
	});
}

/** For what holds a real machine to real seconds: what fails is run once more, and only what fails then too has failed. */
export async function runSettledStep(step: Step): Promise<StepResult> {
	const first = await runStep(step);
	if (first.hasPassed) return first;
	process.stdout.write(`again: ${step.name}\n`);
	const second = await runStep(step);
	process.stdout.write(second.hasPassed ? `unsteady: ${step.name}\n` : `failed twice: ${step.name}\n`);
	return { ...second, seconds: first.seconds + second.seconds };
}

/** The plain closing line, and the exit status. */
export function summarise(results: readonly StepResult[]): number {
	const failed = results.filter((result) => !result.hasPassed);
	for (const { name } of failed) process.stdout.write(`failed: ${name}\n`);
	process.stdout.write(`steps: ${results.length - failed.length} passed, ${failed.length} failed\n`);
	return failed.length === 0 ? 0 : 1;
}
