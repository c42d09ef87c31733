import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { type Logger, pino } from "pino";
import type { PostureReport } from "../../../protocol/posture.ts";
import { ensureImages } from "../../../setup/images.ts";
import { type Config, readConfig } from "../../config.ts";
import { readCatalogue, type Toolchain } from "../../languages/catalogue.ts";
import { connectEngine } from "../drivers/engine-connection.ts";
import type { Shapes } from "../drivers/shapes.ts";
import { defaultSeccompPath, type Runner, startRunner } from "../runner.ts";
import type { Assessment } from "../tier-board.ts";
import { firstProcessOf, ociDriver, straightSandboxesOf } from "./straight.ts";

/** A real runner on the real engine, under an instance name of its own, for the tests beside this folder. */

const imagesDir = fileURLToPath(new URL("../../../sandbox-images", import.meta.url));

export const engineAddress = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
export const engine = connectEngine(engineAddress);
export const silentLog: Logger = pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" });

export const seccompProfile = (): string => readFileSync(defaultSeccompPath, "utf8");

export interface Offered {
	readonly toolchain: Toolchain;
	readonly image: string;
}

/** The default version of each, its image built when it is missing. */
export async function offer(...languages: string[]): Promise<Offered[]> {
	const progress = (line: string): void => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-runner-test", progress, languages });
	const catalogue = await readCatalogue(imagesDir);
	return languages.map((language) => {
		const toolchain = catalogue.find(language);
		const image = toolchain === undefined ? undefined : images[toolchain.key];
		if (toolchain === undefined || image === undefined) throw new Error(`no image of ${language}`);
		return { toolchain, image };
	});
}

/** `straight`: this machine's OCI runtime. */
export type Way = "engine" | "straight";

export interface Rig {
	readonly runner: Runner;
	readonly socketPath: string;
	readonly config: Config;
	/** Names of the containers of this rig's instance, running or not. */
	containers(): Promise<string[]>;
	/** The machine's number of a container's first process. */
	firstProcessOf(container: string): Promise<number>;
	close(): Promise<void>;
}

export interface RigOptions {
	/** Without an image: known, and not yet ready. */
	readonly offered: readonly { readonly toolchain: Toolchain; readonly image: string | null }[];
	readonly settings?: Partial<Config>;
	readonly docker?: Docker;
	readonly instance?: string;
	readonly seccompPath?: string;
	/** Default: one of its own. */
	readonly socketPath?: string;
	/** By what plain containers are made. Default: the engine. */
	readonly way?: Way;
	/** Default: silent. */
	readonly log?: Logger;
	/** Default: every tier passes at once; these tests are about what comes after. */
	readonly assess?: Parameters<typeof startRunner>[0]["assess"];
}

export async function passAtOnce(_: unknown, { tier, toolchain }: Assessment): Promise<PostureReport> {
	return {
		subject: tier,
		startedAtMs: Date.now(),
		tookMs: 0,
		verdict: "passed",
		problem: null,
		image: toolchain.key,
		facts: {},
		attacks: [],
		differences: [],
		figures: { startMs: null, warmMs: null, idleMemoryBytes: null },
	};
}

let rigNumber = 0;

/** `settings` differ from the defaults; no warm sandbox unless they say so. */
export async function startRig({
	offered,
	settings = {},
	docker = engine,
	instance,
	seccompPath,
	assess,
	way = "engine",
	log = silentLog,
	...place
}: RigOptions): Promise<Rig> {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-runner-"));
	const socketPath = place.socketPath ?? join(folder, "door", "runner.sock");
	const config = {
		...readConfig({}, folder),
		poolSize: 0,
		// What else this machine is busy with is not what these tests are about.
		busyPerCore: 0,
		tiers: ["container" as const],
		instance: instance ?? `runner-test-${process.pid}-${rigNumber++}`,
		...settings,
	};
	const catalogue = { toolchains: offered.map(({ toolchain }) => toolchain) };
	const makeDriver = way === "straight" ? async (shapes: Shapes) => ociDriver(config.instance, shapes) : undefined;
	const runner = await startRunner({
		config,
		docker,
		catalogue,
		socketPath,
		log,
		seccompPath,
		assess: assess ?? passAtOnce,
		makeDriver,
	});
	for (const { toolchain, image } of offered) if (image !== null) runner.setImage(toolchain.language.id, toolchain.version.version, image);
	const isPrepared = ({ toolchain, image }: RigOptions["offered"][number]): boolean =>
		image === null || runner.status().languages.some((it) => it.language === toolchain.language.id && it.isReady);
	// Without an engine an image is unpacked first.
	if (way === "straight") await until(() => offered.every(isPrepared), 120_000, "the images are unpacked");
	return {
		runner,
		socketPath,
		config,
		containers: async () => (way === "straight" ? straightSandboxesOf(config.instance) : containersOf(config.instance)),
		async firstProcessOf(container) {
			if (way === "straight") return firstProcessOf(config.instance, container);
			return (await engine.getContainer(container.slice(1)).inspect()).State.Pid;
		},
		async close() {
			await runner.close();
			rmSync(folder, { recursive: true });
		},
	};
}

export async function containersOf(instance: string): Promise<string[]> {
	const found = await engine.listContainers({ all: true, filters: { label: [`sandglass.instance=${instance}`] } });
	return found.map((container) => container.Names[0] ?? container.Id);
}

/** Whether the engine has a runtime of that name. */
export async function lists(runtime: string): Promise<boolean> {
	const { Runtimes = {} } = await engine.info();
	return runtime in Runtimes;
}

/** Waits for a state that nothing announces. Rejects after `limitMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs: number, what: string): Promise<void> {
	const giveUpAtMs = performance.now() + limitMs;
	while (!(await isSo())) {
		if (performance.now() > giveUpAtMs) throw new Error(`not within ${limitMs} ms: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
