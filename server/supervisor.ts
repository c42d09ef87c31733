import { type ChildProcess, fork } from "node:child_process";
import type { Logger } from "pino";
import { z } from "zod";

/**
 * Keeps one child process of ours alive. The child is told what it needs in one `start` message over the IPC channel, answers `ready`, and
 * ends when it is told `stop` or when the channel closes (so it never outlives us). When it dies by itself it is started again, after
 * a pause that grows with every death and shrinks back once it has stayed up.
 */

const ChildMessage = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("ready"), url: z.string().max(300).optional() }),
	z.strictObject({ type: z.literal("failed"), message: z.string().max(2_000) }),
]);

const firstPauseMs = 200;
const longestPauseMs = 10_000;
const steadyAfterMs = 30_000;
const stopTimeoutMs = 15_000;

export interface SupervisedProcess {
	/** Resolves at the first `ready`, with the address that it serves, if any; rejects when the first start fails. */
	readonly ready: Promise<string | undefined>;
	/** To the child as it is now; a child that is being started again gets it from `onStart` instead. */
	send(message: object): void;
	stop(): Promise<void>;
}

export interface ProcessPlan {
	readonly name: string;
	readonly module: string;
	readonly startMessage: () => object;
	/** Called after every `ready`, the first included. */
	readonly onStart?: () => void;
	readonly user?: { readonly uid: number; readonly gid: number };
	readonly env?: Readonly<Record<string, string>>;
	/** For Node.js itself. */
	readonly nodeOptions?: readonly string[];
	readonly log: Logger;
}

export function supervise(plan: ProcessPlan): SupervisedProcess {
	let child: ChildProcess | undefined;
	let isStopping = false;
	let pauseMs = firstPauseMs;
	let restart: NodeJS.Timeout | undefined;
	let settleReady: { resolve(url: string | undefined): void; reject(error: Error): void } | undefined;
	const ready = new Promise<string | undefined>((resolve, reject) => {
		settleReady = { resolve, reject };
	});

	function start(): void {
		const startedAt = Date.now();
		const current = fork(plan.module, [], {
			detached: true,
			execArgv: [...(plan.nodeOptions ?? []), "--import", "tsx"],
			env: { ...process.env, ...plan.env },
			stdio: ["ignore", "inherit", "inherit", "ipc"],
			...(plan.user === undefined ? {} : { uid: plan.user.uid, gid: plan.user.gid }),
		});
		child = current;
		current.on("message", (raw: unknown) => {
			const message = ChildMessage.safeParse(raw);
			if (!message.success) return plan.log.error({ process: plan.name }, "a child sent a message that is none of ours");
			if (message.data.type === "failed") return settleReady?.reject(new Error(message.data.message));
			settleReady?.resolve(message.data.url);
			plan.onStart?.();
		});
		current.on("error", (error) => plan.log.error({ process: plan.name, err: error }, "child process error"));
		current.on("exit", (code, signal) => {
			if (isStopping) return;
			settleReady?.reject(new Error(`The ${plan.name} process ended before it was ready (${signal ?? code}).`));
			if (Date.now() - startedAt > steadyAfterMs) pauseMs = firstPauseMs;
			plan.log.error({ process: plan.name, code, signal, restartInMs: pauseMs }, "child process ended; starting it again");
			restart = setTimeout(start, pauseMs);
			pauseMs = Math.min(pauseMs * 2, longestPauseMs);
		});
		current.send(plan.startMessage());
	}

	start();
	return {
		ready,
		send(message) {
			if (child?.connected === true) child.send(message);
		},
		async stop() {
			isStopping = true;
			clearTimeout(restart);
			const current = child;
			if (current === undefined || current.exitCode !== null || current.signalCode !== null) return;
			await new Promise<void>((resolve) => {
				const force = setTimeout(() => current.kill("SIGKILL"), stopTimeoutMs);
				current.once("exit", () => {
					clearTimeout(force);
					resolve();
				});
				if (current.connected) current.send({ type: "stop" });
				else current.kill("SIGTERM");
			});
		},
	};
}
