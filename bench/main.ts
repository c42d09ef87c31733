import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, readConfig } from "../server/config.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { ensurePackages, SetupError } from "../setup/debian-packages.ts";
import { type Engine, ensureEngine } from "../setup/engine.ts";
import { ensureImages } from "../setup/images.ts";
import type { Bench, Findings } from "./bench.ts";
import { type BenchServer, startBenchServer } from "./bench-server.ts";
import { measureCheck } from "./figures/check.ts";
import { measureColdStart } from "./figures/cold-start.ts";
import { measureEmbedScript } from "./figures/embed-script.ts";
import { measureLanguages } from "./figures/languages.ts";
import { measureOneShot } from "./figures/one-shot.ts";
import { measurePage } from "./figures/page.ts";
import { measurePythonStart } from "./figures/python-start.ts";
import { measureSandboxCost } from "./figures/sandbox-cost.ts";
import { measureTierWorkloads } from "./figures/tier-workloads.ts";
import { measureTiers } from "./figures/tiers.ts";
import { measureTyping } from "./figures/typing.ts";
import { measureTypingCost } from "./figures/typing-cost.ts";
import { describeMachine } from "./machine.ts";
import { type Options, OptionsError, type Part, parseOptions, parts } from "./options.ts";
import { formatSection, formatTargets, type Results, toMarkdown } from "./results.ts";

/**
 * `npm run bench`: starts the product twice, once with warm sandboxes and once without, measures everything beside its rival in the same run,
 * prints it, and writes it to bench/results/. docs/performance.md says what the figures mean.
 */

const projectDir = process.cwd();
const resultsDir = join(projectDir, "bench/results");
const warmPerLanguage = 2;

function say(line: string): void {
	process.stdout.write(`bench · ${line}\n`);
}

async function withServers<T>(
	bench: Omit<Bench, "warm" | "cold" | "offeredTiers">,
	use: (warm: BenchServer, cold: BenchServer) => Promise<T>,
): Promise<T> {
	const { config, catalogue } = bench;
	const languages = catalogue.languages.map(({ id }) => id);
	const start = (poolSize: number) =>
		startBenchServer({
			config,
			languages,
			poolSize,
			env: { SANDGLASS_POOL_CEILING: String(catalogue.toolchains.length * warmPerLanguage) },
		});
	say("starting a server with warm sandboxes, and one without …");
	const warm = await start(warmPerLanguage);
	try {
		const cold = await start(0);
		try {
			await warm.untilQuiet();
			return await use(warm, cold);
		} finally {
			await cold.close();
		}
	} finally {
		await warm.close();
	}
}

async function measure(options: Options, engine: Engine): Promise<Results> {
	const config = readConfig(process.env, projectDir);
	const docker = connectEngine(engine.dockerHost);
	const base = {
		isQuick: options.isQuick,
		config,
		docker,
		catalogue: await readCatalogue(join(projectDir, "sandbox-images")),
		images: await ensureImages({ docker, instance: config.instance, progress: say }),
		seccompProfile: readFileSync(join(projectDir, "sandbox-images/seccomp.json"), "utf8"),
		warmPerLanguage,
		say,
	};
	const machine = await describeMachine(docker);
	const measurements: Readonly<Record<Part, (bench: Bench) => Promise<Findings>>> = {
		python: measurePythonStart,
		cold: (bench) => measureColdStart(bench, engine.dockerHost),
		languages: measureLanguages,
		typing: measureTyping,
		keys: measureTypingCost,
		sandboxes: measureSandboxCost,
		tiers: measureTiers,
		workloads: measureTierWorkloads,
		page: measurePage,
		embed: measureEmbedScript,
		http: measureOneShot,
		check: measureCheck,
	};
	const findings = await withServers(base, async (warm, cold) => {
		const found: Findings[] = [];
		for (const part of options.parts) {
			say(`measuring: ${part} …`);
			const finding = await measurements[part]({ ...base, warm, cold, offeredTiers: warm.offeredTiers() });
			for (const section of finding.sections) process.stdout.write(formatSection(section));
			found.push(finding);
		}
		return found;
	});
	return {
		measuredAt: new Date().toISOString(),
		isQuick: options.isQuick,
		machine,
		sections: findings.flatMap(({ sections }) => sections),
		targets: findings.flatMap(({ targets }) => targets),
	};
}

/** A whole run is the one that is kept; a quick or partial one is written beside it, where version control does not look. */
function write(results: Results, options: Options): void {
	const isWhole = !options.isQuick && options.parts.length === parts.length;
	const name = isWhole ? "latest" : "quick";
	mkdirSync(resultsDir, { recursive: true });
	writeFileSync(join(resultsDir, `${name}.json`), `${JSON.stringify(results, null, "\t")}\n`);
	writeFileSync(join(resultsDir, `${name}.md`), toMarkdown(results));
	say(`written to bench/results/${name}.json and ${name}.md`);
}

async function main(): Promise<void> {
	const options = parseOptions(process.argv.slice(3));
	await ensurePackages(["chromium", "perl-base", "util-linux"], "the bench", say);
	const engine = await ensureEngine(readConfig(process.env, projectDir), say);
	try {
		const results = await measure(options, engine);
		if (results.targets.length > 0) process.stdout.write(formatTargets(results.targets));
		write(results, options);
	} finally {
		await engine.release();
	}
}

try {
	await main();
} catch (error) {
	if (!(error instanceof ConfigError || error instanceof SetupError || error instanceof OptionsError)) throw error;
	process.stderr.write(`\n${error.message}\n`);
	process.exitCode = 1;
}
