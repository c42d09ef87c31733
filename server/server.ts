import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Progress } from "../setup/debian-packages.ts";
import { type Engine, ensureEngine, isEngineUp } from "../setup/engine.ts";
import { KeyFile } from "./api-keys/key-file.ts";
import type { ApiKey } from "./api-keys/schema.ts";
import type { Config } from "./config.ts";
import { findGatewayUser } from "./gateway-user.ts";
import { setUpLanguages } from "./language-setup.ts";
import { readCatalogue } from "./languages/catalogue.ts";
import { prepareStateDir } from "./state-dir.ts";
import { prepareStoreFolder, storePlaceOf } from "./store/store-folder.ts";
import { supervise } from "./supervisor.ts";

/**
 * The two processes and the engine, started side by side and stopped in order: first the public side (pages are told), then the
 * runner (sandboxes die), then the engine, when it is a private one that nobody else uses.
 */

export interface ServerOptions {
	readonly config: Config;
	readonly projectDir: string;
	readonly build: string;
	readonly isDevelopment: boolean;
	readonly progress: Progress;
	readonly log: Logger;
}

export interface SandglassServer {
	readonly url: string;
	/** Resolves once every language is set up, or the server stops. */
	readonly languagesReady: Promise<void>;
	close(): Promise<void>;
}

const engineCheckMs = 1_000;
/**
 * Buffers that were read and passed on are garbage of the young generation, and V8 lets as much of it wait as this generation may be large:
 * 16 MiB and as much again unless told otherwise. These let a flood pass through memory that stays in the processor's caches (docs/performance.md).
 * One thread collects so little sooner than it wakes others, whose waking is a tenth of what an echo costs.
 */
const youngGeneration = {
	gateway: ["--max-semi-space-size=2", "--no-parallel-scavenge"],
	runner: ["--max-semi-space-size=1", "--no-parallel-scavenge"],
};
/** The password in it is for the gateway's store alone, which gets it in its start message. */
const noDatabase = { DATABASE_URL: "" };

/** Made at the first start, kept for the next, so that visitors stay who they are over a restart. */
function readSecret(stateDir: string): string {
	const path = join(stateDir, "visitor-secret");
	prepareStateDir(stateDir);
	if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
	return readFileSync(path, "utf8").trim();
}

/** A private engine that dies is started again; another's engine is the operator's. */
function watchEngine(engine: Engine, log: Logger): () => void {
	let isBusy = false;
	const timer = setInterval(async () => {
		if (isBusy || !engine.isPrivate) return;
		isBusy = true;
		try {
			if (!(await isEngineUp(engine.dockerHost))) {
				log.error("the private engine does not answer; starting it again");
				await engine.revive();
			}
		} catch (error) {
			log.error({ err: error }, "the private engine could not be started again");
		} finally {
			isBusy = false;
		}
	}, engineCheckMs);
	return () => clearInterval(timer);
}

export async function startServer(options: ServerOptions): Promise<SandglassServer> {
	const { config, projectDir, progress, log } = options;
	const doorDir = join(config.runDir, config.instance);
	mkdirSync(doorDir, { recursive: true, mode: 0o711 });
	const socketPath = join(doorDir, "door.sock");
	const catalogueDir = join(projectDir, "sandbox-images");
	const images = new Map<string, object>();
	const user = options.isDevelopment ? null : findGatewayUser(projectDir, log);

	const keyFile = new KeyFile(config.stateDir);
	let apiKeys: readonly ApiKey[] = keyFile.read();
	prepareStoreFolder(config.stateDir, user);

	/** With port 0 the first gateway takes a free one; one that is started again comes back to the same address. */
	let port = config.port;
	const gateway = supervise({
		name: "gateway",
		module: join(projectDir, "server/gateway/process.ts"),
		startMessage: () => ({
			type: "start",
			config: { ...config, port, databaseUrl: undefined },
			socketPath,
			catalogueDir,
			secret: readSecret(config.stateDir),
			apiKeys,
			build: options.build,
			isDevelopment: options.isDevelopment,
			projectDir,
			store: storePlaceOf(config),
		}),
		...(user === null ? {} : { user }),
		env: {
			NODE_ENV: options.isDevelopment ? "development" : "production",
			NEXT_TELEMETRY_DISABLED: "1",
			SANDGLASS_BUILD: options.build,
			...noDatabase,
		},
		nodeOptions: youngGeneration.gateway,
		log,
	});
	const unwatchKeys = keyFile.watch(() => {
		try {
			apiKeys = keyFile.read();
			gateway.send({ type: "apiKeys", apiKeys });
			log.info({ count: apiKeys.length }, "the API keys were changed");
		} catch (error) {
			log.error({ err: error }, "the API keys cannot be read; those from before stay");
		}
	});
	/** What has to be ended, in the order of starting; ended in the order of `close`. */
	const stops: (() => Promise<void>)[] = [
		() => {
			unwatchKeys();
			return gateway.stop();
		},
	];
	const close = async (): Promise<void> => {
		for (const stop of stops) await stop();
		rmSync(doorDir, { recursive: true, force: true });
	};
	try {
		const engine = await ensureEngine(config, progress);
		stops.push(() => engine.release());
		const unwatchEngine = watchEngine(engine, log);
		const runner = supervise({
			name: "runner",
			module: join(projectDir, "server/runner/process.ts"),
			startMessage: () => ({
				type: "start",
				config: { ...config, databaseUrl: undefined },
				socketPath,
				catalogueDir,
				dockerHost: engine.dockerHost,
				doorOwner: user,
			}),
			env: noDatabase,
			nodeOptions: youngGeneration.runner,
			onStart: () => {
				for (const message of images.values()) runner.send(message);
			},
			log,
		});
		// The engine outlives the sandboxes, and nobody revives an engine that is being stopped.
		stops.splice(
			1,
			0,
			async () => unwatchEngine(),
			() => runner.stop(),
		);
		const languages = setUpLanguages({
			dockerHost: engine.dockerHost,
			config,
			catalogue: await readCatalogue(catalogueDir),
			onImage: (image) => {
				const message = { type: "image", ...image };
				images.set(JSON.stringify([image.language, image.version, image.tiers]), message);
				runner.send(message);
			},
			progress,
			log,
		});
		stops.splice(1, 0, async () => languages.stop());
		const [url] = await Promise.all([gateway.ready, runner.ready]);
		if (url === undefined) throw new Error("The gateway did not say where it is.");
		port = Number(new URL(url).port || 80);
		return { url, languagesReady: languages.done, close };
	} catch (error) {
		await close();
		throw error;
	}
}
