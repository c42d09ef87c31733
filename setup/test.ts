import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../server/config.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { checkSteps } from "./check-steps.ts";
import { ensurePackages, SetupError } from "./debian-packages.ts";
import { ensureEngine } from "./engine.ts";
import { ensureImages } from "./images.ts";
import { ensurePageBuild } from "./page-build.ts";
import { ensurePostgres } from "./postgres-package.ts";
import { runSettledStep, runStep, type StepResult, summarise } from "./step.ts";
import { runLane, settleLane } from "./test-lane.ts";

/**
 * `npm test`: installs what the tests need, starts the engine, builds the images and the page, then runs everything:
 * checks, the agent under sanitizers and its fuzzer, unit and integration tests against the real engine beside the attacks, end-to-end in a real Chromium,
 * the bench's ratios against the committed ones, and three minutes of the soak.
 */

const projectDir = process.cwd();
const agentDir = "sandbox-images/agent";
/** Runs alone, after all others, and only where the engine is ours to kill. */
const engineKillTest = "e2e/attacks/13-engine-killed.test.ts";
const skippedFolders = new Set(["node_modules", ".next", ".git", "public", "test-results"]);

const testPackages = [
	"chromium",
	"gcc",
	"libc6-dev",
	"make",
	"musl-tools",
	"busybox-static",
	"clang-14",
	"libclang-rt-14-dev",
	"util-linux",
];

function testFiles(dir: string): string[] {
	return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : testFiles(path);
		return entry.name.endsWith(".test.ts") ? [path] : [];
	});
}

function say(line: string): void {
	process.stdout.write(`setup · ${line}\n`);
}

/** `npm run` of this project, without npm. */
const ours = (...words: string[]): [string, ...string[]] => [process.execPath, "setup/bootstrap.mjs", ...words];

async function runAll(): Promise<StepResult[]> {
	const config = readConfig(process.env, projectDir);
	await ensurePackages(testPackages, "the tests", say);
	await ensurePostgres(say);
	const engine = await ensureEngine(config, say);
	try {
		await ensureImages({ docker: connectEngine(engine.dockerHost), instance: config.instance, progress: say });
		await ensurePageBuild(projectDir, say);
		const env = { DOCKER_HOST: engine.dockerHost };
		const results = await Promise.all([
			...checkSteps.map(runStep),
			runStep({ name: "agent under sanitizers", command: ["make", "-s", "-C", agentDir, "test"], printed: "asItComes" }),
		]);
		// A minute of one core; the tests beside it wait more than they work, and are two lanes for that reason.
		const fuzzing = runStep({ name: "agent's frame parser, fuzzed", command: ["make", "-s", "-C", agentDir, "fuzz"] });
		const files = testFiles(".")
			.filter((file) => file !== engineKillTest)
			.sort();
		const isAttack = (file: string): boolean => file.startsWith("e2e/");
		const print = (text: string): void => void process.stdout.write(text);
		const [unit, attacks, fuzzed] = await Promise.all([
			runLane({ name: "unit and integration", files: files.filter((file) => !isAttack(file)), env, print }),
			runLane({ name: "attacks", files: files.filter(isAttack), env, print }),
			fuzzing,
		]);
		results.push(
			fuzzed,
			await settleLane(unit),
			await settleLane(attacks),
			await runStep({
				name: "end to end",
				command: [process.execPath, "node_modules/playwright/cli.js", "test"],
				env: engine.isPrivate ? {} : env,
				printed: "asItComes",
			}),
			await runSettledStep({
				name: "bench against the committed ratios",
				command: ours("bench", "--ci"),
				env: engine.isPrivate ? {} : env,
				printed: "asItComes",
			}),
			await runSettledStep({ name: "soak", command: ours("soak", "--minutes=3"), env: engine.isPrivate ? {} : env, printed: "asItComes" }),
			await runStep({
				name: "the engine, killed",
				command: [process.execPath, "--import", "tsx", "--test", "--test-reporter=spec", engineKillTest],
				env: engine.hasOtherUsers() ? env : { SANDGLASS_TEST_KILL_ENGINE_OF: config.runDir },
				printed: "asItComes",
			}),
		);
		return results;
	} finally {
		await engine.release();
	}
}

try {
	process.exitCode = summarise(await runAll());
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	process.stderr.write(`\n${error.message}\n`);
	process.exitCode = 1;
}
