import { pino } from "pino";
import { buildBrowserRuntime } from "../setup/browser-runtime.ts";
import { SetupError } from "../setup/debian-packages.ts";
import { buildEmbedScript } from "../setup/embed-script.ts";
import { copyMonaco } from "../setup/monaco.ts";
import { ensurePageBuild } from "../setup/page-build.ts";
import { KeyFileError } from "./api-keys/key-file.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { startServer } from "./server.ts";
import { tolerateUnreadOutput } from "./unread-output.ts";

/** `npm start` and `npm run dev`: set up what is missing, start, say where, and stop in order. */

const projectDir = process.cwd();
const isDevelopment = process.argv[2] === "dev";

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

async function main(config: Config): Promise<void> {
	const startedAt = Date.now();
	const progress = (line: string): void => say(`setup · ${line}`);
	const log = pino({ level: config.logLevel, base: { process: "main" } });
	if (isDevelopment) {
		copyMonaco(projectDir);
		await buildBrowserRuntime(projectDir);
		await buildEmbedScript(projectDir);
	}
	const build = isDevelopment ? "development" : await ensurePageBuild(projectDir, progress);
	const server = await startServer({ config, projectDir, build, isDevelopment, progress, log });

	let isStopping = false;
	const stop = async (): Promise<void> => {
		if (isStopping) {
			say("Stopping at once.");
			process.exit(130);
		}
		isStopping = true;
		say("\nStopping: pages are told, programs ended, sandboxes removed …");
		await server.close();
		say("Stopped.");
		process.exit(0);
	};
	process.on("SIGINT", () => void stop());
	process.on("SIGTERM", () => void stop());
	// The terminal is gone, and with it who would read how it ends.
	tolerateUnreadOutput();
	process.on("SIGHUP", () => void stop());

	say(`\n  Sandglass is at ${server.url}   (${((Date.now() - startedAt) / 1_000).toFixed(1)} s; Ctrl-C stops it)\n`);
	await server.languagesReady;
}

try {
	await main(readConfig(process.env, projectDir));
} catch (error) {
	if (!(error instanceof ConfigError || error instanceof SetupError || error instanceof KeyFileError)) throw error;
	process.stderr.write(`\n${error.message}\n`);
	process.exit(1);
}
