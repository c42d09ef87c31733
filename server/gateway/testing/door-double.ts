import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostureReport } from "../../../protocol/posture.ts";
import type { LanguageCatalogue } from "../../languages/catalogue.ts";
import { encodeDoorData, encodeReply, parseRequest, requestCap } from "../../runner/door-frames.ts";
import { type DoorReply, type DoorRequest, doorFrame, type RunnerStatus } from "../../runner/door-protocol.ts";
import { FrameReader } from "../../runner/frame-reader.ts";

/**
 * A stand-in for the runner, for tests of the gateway alone: it speaks the door's protocol on a real socket, but has no sandbox. What
 * a "program" does is the first word of its entry file: `print TEXT`, `flood BYTES`, `echo`, `deaf` (takes no input), `wait`, `exit CODE`.
 * `echo` and `wait` end with a stop. Flooded bytes are `floodByte` of their offset, so that a gap shows.
 */

const limits = {
	idleWallMs: 10_000,
	totalWallMs: 300_000,
	cpuMs: 60_000,
	memoryBytes: 268_435_456,
	processes: 64,
	workspaceBytes: 67_108_864,
	outputBytes: 1_048_576,
};

/** Of every run here. */
export const timing = { claimMs: 2, compileMs: null, startMs: 30, runMs: 4 };

const figures = {
	eventLoopDelayMs: { p50: 0, p99: 1, max: 2 },
	cpuSeconds: 1,
	residentBytes: 100_000_000,
	heapBytes: 20_000_000,
	externalBytes: 5_000_000,
};

export function floodByte(offset: number): number {
	return (offset * 31 + (offset >>> 8) * 17 + (offset >>> 16)) & 0xff;
}

type RunRequest = Extract<DoorRequest, { type: "run" }>;

class LeaseDouble {
	readonly socket: Socket;
	readonly door: DoorDouble;
	#program: string | null = null;

	constructor(socket: Socket, door: DoorDouble) {
		this.socket = socket;
		this.door = door;
	}

	reply(message: DoorReply): void {
		this.socket.write(encodeReply(message));
	}

	take(message: DoorRequest): void {
		this.door.requests.push(message);
		if (message.type === "claim") {
			if (this.door.busyClaims > 0) {
				this.door.busyClaims--;
				this.reply({ type: "refused", code: "queueFull" });
				this.socket.end();
			} else if (this.door.refuseWith === null) this.reply({ type: "claimed", tier: "container", limits, isWarm: true });
			else {
				this.reply({ type: "refused", code: this.door.refuseWith });
				this.socket.end();
			}
		} else if (message.type === "run") void this.#run(message);
		else if (message.type === "stop") this.#exit({ kind: "stopped" });
		else if (message.type === "eof" && this.#program === "echo") this.#exit({ kind: "exited", code: 0 });
	}

	takeStdin(bytes: Buffer): void {
		if (this.#program !== "echo") return;
		this.reply({ type: "stdinAck", bytes: bytes.length });
		for (const frame of encodeDoorData("stdout", bytes)) this.socket.write(frame);
	}

	async #run(run: RunRequest): Promise<void> {
		const text = run.files.find((file) => file.name === run.entry)?.content ?? "";
		const [program = "", argument = ""] = text.split(" ", 2);
		this.#program = program;
		this.reply({ type: "started", step: "run", limits });
		if (program === "flood") await this.#flood(Number(argument));
		if (program === "print") for (const frame of encodeDoorData("stdout", Buffer.from(text.slice(6)))) this.socket.write(frame);
		if (program === "flood" || program === "print") this.#exit({ kind: "exited", code: 0 });
		if (program === "exit") this.#exit({ kind: "exited", code: Number(argument) });
	}

	async #flood(totalBytes: number): Promise<void> {
		for (let offset = 0; offset < totalBytes && !this.socket.destroyed; offset += 32_768) {
			const chunk = new Uint8Array(Math.min(32_768, totalBytes - offset)).map((_, index) => floodByte(offset + index));
			let isRoom = true;
			for (const frame of encodeDoorData("stdout", chunk)) isRoom = this.socket.write(frame);
			this.door.floodedBytes += chunk.length;
			if (!isRoom) await this.#untilRoom();
		}
	}

	#untilRoom(): Promise<void> {
		return new Promise((resolve) => {
			const done = (): void => {
				this.socket.off("drain", done).off("close", done);
				resolve();
			};
			this.socket.on("drain", done).on("close", done);
		});
	}

	#exit(outcome: Extract<DoorReply, { type: "exit" }>["outcome"]): void {
		if (this.#program === null) return;
		this.#program = null;
		this.reply({ type: "exit", outcome, compile: null, program: null, timing });
	}
}

export class DoorDouble {
	readonly socketPath: string;
	readonly requests: DoorRequest[] = [];
	readonly leases = new Set<LeaseDouble>();
	/** How often a lease was opened, and the most at one time. */
	opened = 0;
	mostOpen = 0;
	floodedBytes = 0;
	refuseWith: Extract<DoorReply, { type: "refused" }>["code"] | null = null;
	/** Told to whoever watches, before the status. */
	postures: readonly PostureReport[] = [];
	/** So many claims are told that the runner is still clearing up. */
	busyClaims = 0;
	readonly #folder: string;
	readonly #catalogue: LanguageCatalogue;
	readonly #maxLeases: number;
	readonly #sockets = new Set<Socket>();
	#server: Server | null = null;
	#changed: () => void = () => {};

	private constructor(folder: string, catalogue: LanguageCatalogue, maxLeases: number) {
		this.#folder = folder;
		this.socketPath = join(folder, "door.sock");
		this.#catalogue = catalogue;
		this.#maxLeases = maxLeases;
	}

	static async open(catalogue: LanguageCatalogue, maxLeases = 8): Promise<DoorDouble> {
		const door = new DoorDouble(await mkdtemp(join(tmpdir(), "door-double-")), catalogue, maxLeases);
		await door.start();
		return door;
	}

	async start(): Promise<void> {
		const server = createServer((socket) => this.#accept(socket));
		this.#server = server;
		await new Promise<void>((resolve) => server.listen(this.socketPath, resolve));
	}

	/** As if the runner's process had been killed. */
	async kill(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		for (const socket of this.#sockets) socket.destroy();
		if (server !== null) await new Promise((resolve) => server.close(resolve));
	}

	async close(): Promise<void> {
		await this.kill();
		await rm(this.#folder, { recursive: true, force: true });
	}

	/** Resolves once so many leases are open. */
	async untilLeases(count: number): Promise<void> {
		while (this.leases.size !== count)
			await new Promise<void>((resolve) => {
				this.#changed = resolve;
			});
	}

	#accept(socket: Socket): void {
		this.#sockets.add(socket);
		const reader = new FrameReader(requestCap);
		const lease = new LeaseDouble(socket, this);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => {
			this.#sockets.delete(socket);
			if (this.leases.delete(lease)) this.#changed();
		});
		socket.on("data", (chunk: Buffer) => {
			for (const frame of reader.read(chunk)) {
				if (frame.type === doorFrame.stdin) lease.takeStdin(frame.payload);
				else this.#takeRequest(lease, parseRequest(frame));
			}
		});
	}

	#takeRequest(lease: LeaseDouble, message: DoorRequest): void {
		if (message.type === "watch") {
			for (const report of this.postures) lease.reply({ type: "posture", report });
			lease.reply({ type: "status", status: this.#status() });
			lease.reply({ type: "figures", figures });
			return;
		}
		if (message.type === "claim") {
			this.leases.add(lease);
			this.opened++;
			this.mostOpen = Math.max(this.mostOpen, this.leases.size);
			this.#changed();
		}
		lease.take(message);
	}

	#status(): RunnerStatus {
		const tiers = [{ tier: "container" as const, state: "offered" as const, reason: null, checkedAtMs: 0 }];
		const languages = this.#catalogue.toolchains.map(({ language, version }) => ({
			language: language.id,
			version: version.version,
			tier: "container" as const,
			isReady: true,
			idle: 1,
			starting: 0,
		}));
		return {
			engine: "up",
			leases: this.leases.size,
			maxLeases: this.#maxLeases,
			capacity: this.#maxLeases,
			bottleneck: "ceiling",
			tiers,
			languages,
		};
	}
}
