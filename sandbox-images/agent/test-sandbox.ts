import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	type AgentFrame,
	decodeExit,
	decodeFrames,
	type Exit,
	encodeFrame,
	encodeStep,
	FrameType,
	type StepOptions,
} from "./test-frames.ts";

/**
 * A real agent in a real container with the product's posture, spoken with over the attached standard streams. The image is
 * the agent, a static busybox and the hostile probe (test/probe.c), and nothing else.
 */

const FOLDER = dirname(fileURLToPath(import.meta.url));
const WAIT_LIMIT_MS = 30_000;

const MOUNT = "size=16m,nr_inodes=4096,uid=1000,gid=1000,mode=0755,nosuid,nodev";

const HARDENING = [
	...["--user", "0:0", "--read-only", "--network", "none", "--cap-drop", "ALL"],
	...["--cap-add", "SETUID", "--cap-add", "SETGID", "--cap-add", "KILL"],
	...["--security-opt", "no-new-privileges", "--log-driver", "none"],
];

/** What an engine's runtime is called, and what of the hardening is said to it in its own way (server/runner/drivers). */
export interface ContainerRuntime {
	readonly name: string;
	readonly options: readonly string[];
}

const tmpfs = (place: string, more = ""): string[] => ["--tmpfs", `${place}:rw,${MOUNT}${more}`];
const volume = (place: string): string[] => [
	"--mount",
	`type=volume,dst=${place},volume-nocopy,volume-opt=type=tmpfs,volume-opt=device=tmpfs,"volume-opt=o=${MOUNT}"`,
];

export const runc: ContainerRuntime = {
	name: "runc",
	options: [
		...["--pids-limit", "64", "--memory", "67108864", "--memory-swap", "67108864"],
		...[...tmpfs("/workspace", ",exec"), ...tmpfs("/tmp"), ...tmpfs("/dev/shm")],
	],
};

export const runsc: ContainerRuntime = {
	name: "runsc",
	options: [
		...["--pids-limit", "512", "--ulimit", "nproc=62", "--memory", "268435456", "--memory-swap", "268435456"],
		...["--env", "SANDGLASS_MEMORY_BYTES=67108864"],
		...[...volume("/workspace"), ...volume("/tmp"), ...volume("/dev/shm")],
	],
};

export function hasRuntime({ name }: ContainerRuntime): boolean {
	return execFileSync("docker", ["info", "--format", "{{range $name, $_ := .Runtimes}}{{println $name}}{{end}}"])
		.toString()
		.split("\n")
		.includes(name);
}

/** An image of this process's own, and sandboxes from it under one runtime. */
export class TestImage {
	readonly runtime: ContainerRuntime;
	readonly #image = `sandglass-agent-test:${randomUUID()}`;

	constructor(runtime: ContainerRuntime) {
		this.runtime = runtime;
	}

	build(): void {
		execFileSync("make", ["-C", FOLDER, "-s", "agent", "probe"], { stdio: "inherit" });
		const root = mkdtempSync(join(tmpdir(), "sandglass-agent-"));
		try {
			for (const folder of ["bin", "etc", "proc", "sys", "dev", "tmp", "workspace"]) mkdirSync(join(root, folder));
			cpSync(join(FOLDER, "build/sandglass-agent"), join(root, "sandglass-agent"));
			cpSync(join(FOLDER, "build/probe"), join(root, "bin/probe"));
			cpSync("/bin/busybox", join(root, "bin/busybox"));
			const archive = execFileSync("tar", ["-C", root, "-c", "."], { maxBuffer: 64 * 1024 * 1024 });
			execFileSync("docker", ["import", "--change", 'ENTRYPOINT ["/sandglass-agent"]', "-", this.#image], { input: archive });
		} finally {
			rmSync(root, { recursive: true });
		}
	}

	remove(): void {
		execFileSync("docker", ["rmi", this.#image]);
	}

	/** What the image's program says when it runs as PID 1 itself or beside another of its uid: for the controls of the security tests. */
	runWithoutAgent(options: readonly string[], argv: readonly string[]): string {
		const plain = ["run", "--rm", "--runtime", this.runtime.name, "--network", "none", "--entrypoint", "/bin/busybox"];
		return execFileSync("docker", [...plain, ...options, this.#image, ...argv]).toString();
	}

	/** A started container; `capabilities` leaves one of the hardening out, `extra` adds options. */
	start(extra: readonly string[] = [], capabilities: readonly string[] = ["--cap-add", "SETPCAP"]): TestSandbox {
		const name = `sandglass-agent-test-${randomUUID()}`;
		const { options, name: runtime } = this.runtime;
		const hardening = ["--runtime", runtime, ...HARDENING, ...options, ...capabilities];
		return new TestSandbox(spawn("docker", ["run", "--rm", "-i", "--name", name, ...hardening, ...extra, this.#image]), name, runtime);
	}

	/** The same, and READY has come. */
	async ready(extra: readonly string[] = []): Promise<TestSandbox> {
		const sandbox = this.start(extra);
		const frame = await sandbox.next();
		if (frame.type !== FrameType.Ready || frame.payload[0] !== 1) throw new Error(`no READY but ${frame.type}: ${frame.payload}`);
		return sandbox;
	}
}

/** What one step gave. */
export interface StepResult {
	readonly stdout: Buffer;
	readonly stderr: Buffer;
	readonly acknowledgedBytes: number;
	readonly statsFrames: number;
	readonly exit: Exit;
}

type Wake = () => void;

export class TestSandbox {
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #frames: AgentFrame[] = [];
	#rest: Buffer = Buffer.alloc(0);
	#wakes: Wake[] = [];
	#status: number | undefined;
	stderrText = "";

	constructor(
		child: ChildProcessWithoutNullStreams,
		private readonly name: string,
		private readonly runtime: string,
	) {
		this.#process = child;
		child.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
		child.stderr.on("data", (chunk: Buffer) => {
			this.stderrText += chunk.toString();
		});
		/* An agent that has ended leaves nobody to read: the tests that end it look at its status. */
		child.stdin.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
		});
		child.on("close", (status) => {
			this.#status = status ?? -1;
			this.#wake();
		});
	}

	#wake(): void {
		const wakes = this.#wakes;
		this.#wakes = [];
		for (const wake of wakes) wake();
	}

	#receive(chunk: Buffer): void {
		const { frames, rest } = decodeFrames(Buffer.concat([this.#rest, chunk]));
		this.#frames.push(...frames);
		this.#rest = rest;
		this.#wake();
	}

	async #wait(what: string): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		await new Promise<void>((resolve, reject) => {
			this.#wakes.push(resolve);
			timer = setTimeout(() => reject(new Error(`nothing came in ${WAIT_LIMIT_MS} ms while waiting for ${what}`)), WAIT_LIMIT_MS);
		}).finally(() => clearTimeout(timer));
	}

	send(...frames: readonly Uint8Array[]): void {
		this.#process.stdin.write(Buffer.concat(frames));
	}

	async next(): Promise<AgentFrame> {
		for (;;) {
			const frame = this.#frames.shift();
			if (frame) return frame;
			if (this.#status !== undefined) throw new Error(`the agent has ended with ${this.#status}: ${this.stderrText}`);
			await this.#wait("a frame");
		}
	}

	/** Frames up to and with the first of `type`. */
	async until(type: number): Promise<AgentFrame[]> {
		const seen: AgentFrame[] = [];
		for (;;) {
			const frame = await this.next();
			seen.push(frame);
			if (frame.type === type) return seen;
		}
	}

	/** Reads output until `text` has come by; throws when the step ends before. */
	async untilOutput(text: string): Promise<string> {
		let output = "";
		while (!output.includes(text)) {
			const frame = await this.next();
			if (frame.type === FrameType.Stdout || frame.type === FrameType.Stderr) output += frame.payload.toString();
			if (frame.type === FrameType.Exit) throw new Error(`EXIT before ${JSON.stringify(text)}: ${JSON.stringify(output)}`);
		}
		return output;
	}

	/** The rest of a step that runs. */
	async finish(): Promise<StepResult> {
		const frames = await this.until(FrameType.Exit);
		const join = (type: number): Buffer => Buffer.concat(frames.filter((frame) => frame.type === type).map((frame) => frame.payload));
		const acknowledgements = frames.filter((frame) => frame.type === FrameType.StdinAck);
		return {
			stdout: join(FrameType.Stdout),
			stderr: join(FrameType.Stderr),
			acknowledgedBytes: acknowledgements.reduce((sum, frame) => sum + frame.payload.readUInt32BE(0), 0),
			statsFrames: frames.filter((frame) => frame.type === FrameType.Stats).length,
			exit: decodeExit(frames[frames.length - 1]?.payload ?? Buffer.alloc(0)),
		};
	}

	run(options: StepOptions, ...more: readonly Uint8Array[]): Promise<StepResult> {
		this.send(encodeStep(options), ...more);
		return this.finish();
	}

	/** Runs a line of busybox's shell with pipes. */
	shell(script: string, options: Partial<StepOptions> = {}): Promise<StepResult> {
		return this.run({ argv: ["/bin/busybox", "sh", "-c", script], ...options });
	}

	probe(...words: readonly string[]): Promise<StepResult> {
		return this.run({ argv: ["/bin/probe", ...words] });
	}

	async reset(): Promise<AgentFrame> {
		this.send(encodeFrame(FrameType.Reset));
		return this.next();
	}

	/** Stops, or goes on, taking what the agent writes: what is in the pipes then backs up into it. */
	pauseReading(): void {
		this.#process.stdout.pause();
	}

	resumeReading(): void {
		this.#process.stdout.resume();
	}

	/** The host's pids of the program's processes, seen from outside. */
	#programPids(): string[] {
		const [, ...lines] = execFileSync("docker", ["top", this.name, "-o", "pid,args"]).toString().trim().split("\n");
		return lines.filter((line) => !line.includes("sandglass-agent")).map((line) => line.trim().split(/\s+/)[0] ?? "");
	}

	/** Whether anything but the agent is alive. gVisor's processes are none of the host's: there the sandbox itself is asked. */
	#hasProgram(): boolean {
		if (this.runtime !== "runsc") return this.#programPids().length > 0;
		const { stdout, status } = spawnSync("docker", ["exec", this.name, "/bin/busybox", "ps", "-o", "args"]);
		const wasSweptWithTheProgram = status === 128 + constants.signals.SIGKILL;
		if (status !== 0 && !wasSweptWithTheProgram) throw new Error(`docker exec ended with ${status}`);
		return wasSweptWithTheProgram || stdout.toString().includes("/bin/probe");
	}

	/** How many descriptors PID 1 holds: seen from outside, or by the program where only that can. */
	async agentDescriptorCount(): Promise<number> {
		if (this.runtime === "runsc") return (await this.shell("ls /proc/1/fd")).stdout.toString().trim().split("\n").length;
		const pid = execFileSync("docker", ["inspect", "-f", "{{.State.Pid}}", this.name]).toString().trim();
		return readdirSync(`/proc/${pid}/fd`).length;
	}

	/** Returns once nothing but the agent is alive, which it must be in 10 s, without reading a frame. */
	untilAlone(): void {
		const deadline = Date.now() + 10_000;
		while (this.#hasProgram()) if (Date.now() > deadline) throw new Error("the program outlived its limit");
	}

	/** What the program has used of a processor so far, and whether it sleeps. */
	#activity(): { readonly used: string; readonly isAsleep: boolean } {
		if (this.runtime === "runsc") {
			const list = execFileSync("docker", ["exec", this.name, "/bin/busybox", "sh", "-c", "busybox cat /proc/[0-9]*/stat"]).toString();
			const fields = list
				.split("\n")
				.find((line) => line.includes("(probe)"))
				?.split(") ")[1]
				?.split(" ");
			if (fields === undefined) throw new Error("no program runs");
			return { used: `${fields[11]} ${fields[12]}`, isAsleep: fields[0] === "S" };
		}
		const [pid] = this.#programPids();
		if (pid === undefined) throw new Error("no program runs");
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
		return { used: `${fields[11]} ${fields[12]}`, isAsleep: fields[0] === "S" };
	}

	/** Returns once the program sleeps and gets no further: its CPU time has stood still over several looks. */
	untilStalled(): void {
		const deadline = Date.now() + 10_000;
		let last = "";
		for (let same = 0; same < 5; ) {
			if (Date.now() > deadline) throw new Error("the program is not held back");
			const { used, isAsleep } = this.#activity();
			same = used === last && isAsleep ? same + 1 : 0;
			last = used;
		}
	}

	endInput(): void {
		this.#process.stdin.end();
	}

	/** The agent's exit status, once it has ended. */
	async status(): Promise<number> {
		while (this.#status === undefined) await this.#wait("the end of the agent");
		return this.#status;
	}

	/** Ends the sandbox by the end of its input. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.resumeReading();
		this.endInput();
		await this.status();
	}
}
