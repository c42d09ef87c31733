import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pino } from "pino";
import type { PostureReport } from "../protocol/posture.ts";
import { ServerTierId } from "../protocol/tiers.ts";
import { type Config, readConfig } from "../server/config.ts";
import { type LanguageCatalogue, readCatalogue, type Toolchain } from "../server/languages/catalogue.ts";
import { chooseDriver } from "../server/runner/drivers/choose-driver.ts";
import { connectEngine, type EngineConnection } from "../server/runner/drivers/engine-connection.ts";
import { findRuntimes } from "../server/runner/drivers/runtimes.ts";
import { tierShapes } from "../server/runner/drivers/shapes.ts";
import { assessTier } from "../server/runner/posture/assess.ts";
import { goldenName } from "../server/runner/posture/golden.ts";
import { regenerate } from "../server/runner/posture/regenerate.ts";
import { defaultSeccompPath } from "../server/runner/runner.ts";
import { ensureEngine } from "./engine.ts";
import { ensureImages } from "./images.ts";

/**
 * `npm run posture [-- --tier=x] [--language=y] [--write]`: takes the posture of each tier that this machine has, and prints what differs
 * from its golden file. With --write it writes down what is new or different, for review: `git diff sandbox-images/posture`.
 */

const projectDir = process.cwd();
const goldenDir = join(projectDir, "sandbox-images/posture");
const instance = `sandglass-posture-${process.pid}`;

const say = (line: string): void => void process.stdout.write(`posture · ${line}\n`);

const smallest = ["bash", "javascript", "c", "python"];

/** Without a wish the smallest image that runs in the tier. */
function choose(catalogue: LanguageCatalogue, tier: ServerTierId, language: string | undefined): Toolchain | undefined {
	for (const id of language === undefined ? smallest : [language]) {
		const found = catalogue.find(id, undefined, tier);
		if (found !== undefined) return found;
	}
	return undefined;
}

function tell(report: PostureReport): void {
	const { subject, verdict, tookMs, figures, attacks, differences, problem } = report;
	say(
		`${subject}: ${verdict} in ${(tookMs / 1_000).toFixed(1)} s; ${attacks.length} attacks; ready after ${figures.startMs?.toFixed(0) ?? "?"} ms`,
	);
	if (problem !== null) say(`  ${problem}`);
	for (const { path, expected, found } of differences) say(`  ${path}\n      expected ${expected}\n      found    ${found}`);
}

async function take(
	docker: EngineConnection,
	config: Config,
	tiers: readonly ServerTierId[],
	language: string | undefined,
	isWriting: boolean,
) {
	const catalogue = await readCatalogue(join(projectDir, "sandbox-images"));
	const profile = await readFile(defaultSeccompPath, "utf8");
	const { runtimes } = await findRuntimes({ docker, instance, seccompProfile: profile, kataRuntime: config.kataRuntime, tiers });
	const shapes = tierShapes(profile, runtimes);
	const log = pino({ level: "warn" });
	// By the way that readers get.
	const driver = await chooseDriver({ docker, config: { ...config, instance }, shapes, log });
	let hasPassed = true;
	for (const tier of tiers) {
		const toolchain = choose(catalogue, tier, language);
		if (shapes[tier] === undefined || toolchain === undefined) {
			say(`${tier}: not on this machine`);
			continue;
		}
		const images = await ensureImages({ docker, instance: config.instance, progress: say, languages: [toolchain.language.id] });
		const image = images[toolchain.key];
		if (image === undefined) throw new Error(`no image of ${toolchain.key}`);
		const onFailure = (error: unknown): void => say(`  ${error instanceof Error ? error.message : String(error)}`);
		const report = await assessTier(driver, { tier, toolchain, image }, { settings: config, goldenDir, onFailure });
		tell(report);
		hasPassed &&= report.verdict === "passed";
		if (!isWriting || report.verdict === "passed") continue;
		const name = goldenName(goldenDir, tier, toolchain.language.id);
		const path = join(goldenDir, `${name}.json`);
		await writeFile(path, await regenerate(goldenDir, name, report));
		say(`  wrote ${path}: review every line of the difference`);
	}
	await driver.close();
	return hasPassed;
}

// After "node setup/bootstrap.mjs posture".
const { values } = parseArgs({
	args: process.argv.slice(3),
	options: { tier: { type: "string" }, language: { type: "string" }, write: { type: "boolean" } },
});
const config = readConfig(process.env, projectDir);
const engine = await ensureEngine(config, say);
try {
	const tiers = values.tier === undefined ? ServerTierId.options : [ServerTierId.parse(values.tier)];
	const hasPassed = await take(connectEngine(engine.dockerHost), config, tiers, values.language, values.write === true);
	process.exitCode = hasPassed ? 0 : 1;
} finally {
	await engine.release();
}
