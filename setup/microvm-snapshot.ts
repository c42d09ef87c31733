import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import { z } from "zod";

/**
 * Saves a booted guest: talks with the machine monitor (QMP, on the standard streams of its container, see the launcher) until the guest
 * waits for its order, has it write its state beside its RAM, and sees it end.
 */

const pollMs = 50;
const maxToldCharacters = 2_000;

const Message = z.union([
	z.object({ QMP: z.object({}) }).transform(() => ({ kind: "greeting" as const })),
	z.object({ error: z.object({ desc: z.string() }) }).transform((it) => ({ kind: "error" as const, text: it.error.desc })),
	z
		.object({ event: z.string(), data: z.object({ id: z.string().optional(), open: z.boolean().optional() }).optional() })
		.transform((it) => ({ kind: "event" as const, name: it.event, id: it.data?.id, isOpen: it.data?.open })),
	z.object({ return: z.record(z.string(), z.unknown()) }).transform((it) => ({ kind: "answer" as const, value: it.return })),
]);

const Migration = z.object({ status: z.string().optional(), "error-desc": z.string().optional() });

class Monitor {
	readonly #input: NodeJS.WritableStream;
	readonly #lines: AsyncIterator<string>;
	#isControlOpen = false;

	constructor(input: NodeJS.WritableStream, output: Readable) {
		this.#input = input;
		this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
	}

	async ask(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
		this.#input.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
		for (;;) {
			const message = await this.#next();
			if (message.kind === "error") throw new Error(`the monitor refuses ${command}: ${message.text}`);
			if (message.kind === "answer") return message.value;
		}
	}

	/** The guest opens its control port when everything before its order is done. */
	async guestWaits(): Promise<void> {
		while (!this.#isControlOpen) await this.#next();
	}

	async #next(): Promise<z.infer<typeof Message>> {
		const line = await this.#lines.next();
		if (line.done) throw new Error("the monitor ended");
		const message = Message.parse(JSON.parse(line.value));
		if (message.kind === "event" && message.name === "VSERPORT_CHANGE" && message.id === "agent")
			this.#isControlOpen = message.isOpen === true;
		return message;
	}
}

/**
 * @param container made by `snapshotContainer`, not yet started; ended afterwards, whatever comes of it
 * @throws Error when the guest is not ready within `limitMs`, with what monitor and guest said
 */
export async function saveMachine(container: Docker.Container, limitMs: number): Promise<void> {
	const connection = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
	const output = new PassThrough();
	const complaints = new PassThrough();
	let told = "";
	complaints.setEncoding("utf8").on("data", (text: string) => {
		told = `${told}${text}`.slice(-maxToldCharacters);
	});
	container.modem.demuxStream(connection, output, complaints);
	connection.once("close", () => output.end());
	const ending = new AbortController();
	try {
		await container.start();
		const limit = wait(limitMs, undefined, { signal: ending.signal }).then(() => {
			throw new Error(`the guest was not ready within ${limitMs / 1000} s`);
		});
		await Promise.race([save(new Monitor(connection, output)), limit]);
		await Promise.race([container.wait(), limit]);
	} catch (cause) {
		throw new Error(`a microVM could not be saved: ${cause instanceof Error ? cause.message : String(cause)}\n${told}`, { cause });
	} finally {
		ending.abort();
		connection.end();
	}
}

async function save(monitor: Monitor): Promise<void> {
	await monitor.ask("qmp_capabilities");
	// The RAM is a file already; only the rest is written.
	await monitor.ask("migrate-set-capabilities", { capabilities: [{ capability: "x-ignore-shared", state: true }] });
	await monitor.guestWaits();
	// Not stopped before: whether it ran is part of the state, and a clone is to run at once.
	await monitor.ask("migrate", { uri: "file:/snapshot/state" });
	for (;;) {
		const migration = Migration.parse(await monitor.ask("query-migrate"));
		if (migration.status === "completed") break;
		if (migration.status === "failed" || migration.status === "cancelled") throw new Error(migration["error-desc"] ?? migration.status);
		await wait(pollMs);
	}
	await monitor.ask("quit");
}
