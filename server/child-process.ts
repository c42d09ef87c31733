import { z } from "zod";
import type { Config } from "./config.ts";
import { tolerateUnreadOutput } from "./unread-output.ts";

/**
 * The other end of supervisor.ts, inside the gateway's and the runner's process. Terminal signals are the supervisor's business:
 * a child ends when it is told to, or when its supervisor is gone.
 */

const Envelope = z.discriminatedUnion("type", [
	z.looseObject({ type: z.literal("start"), config: z.custom<Config>((value) => typeof value === "object" && value !== null) }),
	z.strictObject({ type: z.literal("stop") }),
	z.looseObject({ type: z.enum(["image", "apiKeys"]) }),
]);

export interface Running {
	readonly url?: string;
	/** Messages other than start and stop. */
	onMessage?(message: unknown): void;
	close(): Promise<void>;
}

/** Without a supervisor nobody else would end a child that cannot close. */
const longestEndMs = 20_000;

/**
 * Waits for `start`, starts, reports, and closes in order at the end. Never returns control of the process to anybody else.
 *
 * @param endMs how long closing may take
 */
export function runAsChild(
	start: (config: Config, message: Readonly<Record<string, unknown>>) => Promise<Running>,
	endMs: number = longestEndMs,
): void {
	let running: Promise<Running> | undefined;
	let isEnding = false;
	tolerateUnreadOutput();

	async function end(): Promise<void> {
		if (isEnding) return;
		isEnding = true;
		let status = 0;
		setTimeout(() => process.exit(1), endMs).unref();
		try {
			await (await running)?.close();
		} catch (error) {
			process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
			status = 1;
		}
		process.exit(status);
	}

	process.on("SIGINT", () => undefined);
	process.on("SIGHUP", () => undefined);
	process.on("SIGTERM", () => void end());
	process.on("disconnect", () => void end());
	process.on("message", (raw: unknown) => {
		const message = Envelope.parse(raw);
		if (message.type === "stop") return void end();
		if (message.type !== "start") return void running?.then((it) => it.onMessage?.(message));
		running = start(message.config, message);
		running.then(
			({ url }) => process.send?.({ type: "ready", ...(url === undefined ? {} : { url }) }),
			(error: unknown) => {
				process.send?.({ type: "failed", message: error instanceof Error ? error.message.slice(0, 2_000) : "unknown" });
				process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
				process.exitCode = 1;
				setImmediate(() => process.exit(1));
			},
		);
	});
}
