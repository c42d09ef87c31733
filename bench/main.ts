import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, readConfig } from "../server/config.ts";
import { ensurePackages, SetupError } from "../setup/debian-packages.ts";
import { ensureEngine } from "../setup/engine.ts";
import type { Bench, Findings } from "./bench.ts";
import type { Chart } from "./charts/chart.ts";
import { draw } from "./charts/draw.ts";
import { CiError, formatComparisons, guardRatios, hasHeld, readCommittedResults } from "./ci.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { measurements } from "./measurements.ts";
import { type Options, OptionsError, type Part, parseOptions, parts } from "./options.ts";
import type { CommittedResults } from "./ratios.ts";
import { formatGoals, formatSection, formatTargets, type Results, toMarkdown } from "./results.ts";
import { withBench } from "./servers.ts";

/**
 * `npm run bench`: measures everything beside its rival in the same run, prints it, and writes it to bench/results/ as a table, as data and as
 * charts. docs/performance.md says what the figures mean. With `--ci` it measures little, writes nothing and compares (ci.ts).
 */

const projectDir = process.cwd();
const resultsDir = join(projectDir, "bench/results");

function say(line: string): void {
	process.stdout.write(`bench · ${line}\n`);
}

async function measurePart(bench: Bench, part: Part): Promise<Findings> {
	const startedAt = performance.now();
	say(`measuring: ${part} …`);
	const found = await measurements[part](bench);
	for (const section of found.sections) process.stdout.write(formatSection(section));
	say(`${part} took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
	return found;
}

interface Run {
	readonly results: Results;
	/** Parts that could not be measured, not even at the second try. */
	readonly failed: readonly Part[];
}

/** One part's failure does not cost the others' figures: it is told, the part is measured once more after all others, and then left out. */
async function measureAll(bench: Bench, options: Options): Promise<Run> {
	const machine = await describeMachine(bench.docker);
	const found = new Map<Part, Findings>();
	const tryPart = async (part: Part): Promise<void> => {
		try {
			found.set(part, await measurePart(bench, part));
		} catch (error) {
			say(`${part} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
		}
	};
	const missing = (): Part[] => options.parts.filter((part) => !found.has(part));
	for (const part of options.parts) await tryPart(part);
	for (const part of missing()) await tryPart(part);
	const findings = options.parts.flatMap((part) => found.get(part) ?? []);
	return { failed: missing(), results: summariseRun(bench, options, machine, findings) };
}

function summariseRun(bench: Bench, options: Options, machine: Machine, findings: readonly Findings[]): Results {
	return {
		measuredAt: new Date().toISOString(),
		isQuick: options.isQuick,
		machine,
		driver: bench.driver,
		goals: findings.flatMap(({ goals = [] }) => goals),
		sections: findings.flatMap(({ sections }) => sections),
		targets: findings.flatMap(({ targets }) => targets),
		ratios: Object.assign({}, ...findings.map(({ ratios }) => ratios)),
		charts: findings.flatMap(({ charts = [] }) => charts),
	};
}

/** A whole run is the one that is kept; a quick or partial one is written beside it, where version control does not look. */
function write({ results, failed }: Run, options: Options): void {
	const isWhole = !options.isQuick && options.parts.length === parts.length && failed.length === 0;
	const name = isWhole ? "latest" : "quick";
	const chartFile = (chart: Chart): string => `${name}.${chart.name}.svg`;
	mkdirSync(resultsDir, { recursive: true });
	for (const file of readdirSync(resultsDir)) if (file.startsWith(`${name}.`)) rmSync(join(resultsDir, file));
	writeFileSync(join(resultsDir, `${name}.json`), `${JSON.stringify(results, null, "\t")}\n`);
	writeFileSync(join(resultsDir, `${name}.md`), toMarkdown(results, chartFile));
	for (const chart of results.charts) writeFileSync(join(resultsDir, chartFile(chart)), draw(chart));
	say(`written to bench/results/${name}.json, ${name}.md and ${results.charts.length} charts, ${name}.*.svg`);
}

/** Resolves to whether every guarded ratio held. */
async function compare(bench: Bench, options: Options, committed: CommittedResults): Promise<boolean> {
	const comparisons = await guardRatios({
		parts: options.parts,
		driver: bench.driver,
		committed,
		measure: (part) => measurePart(bench, part),
		say,
	});
	process.stdout.write(formatComparisons(comparisons));
	return hasHeld(comparisons);
}

async function main(): Promise<void> {
	const options = parseOptions(process.argv.slice(3));
	await ensurePackages(["chromium", "perl-base", "util-linux"], "the bench", say);
	const engine = await ensureEngine(readConfig(process.env, projectDir), say);
	try {
		if (options.isCi) {
			const committed = readCommittedResults(join(resultsDir, "latest.json"));
			const isHeld = await withBench(options, engine, projectDir, say, (bench) => compare(bench, options, committed));
			if (!isHeld) process.exitCode = 1;
			return;
		}
		const run = await withBench(options, engine, projectDir, say, (bench) => measureAll(bench, options));
		process.stdout.write(formatGoals(run.results.goals));
		if (run.results.targets.length > 0) process.stdout.write(formatTargets(run.results.targets));
		write(run, options);
		if (run.failed.length > 0) {
			say(`not measured: ${run.failed.join(", ")}`);
			process.exitCode = 1;
		}
	} finally {
		await engine.release();
	}
}

// A bench that is broken off takes its servers along: that is done where a process exits, and a signal alone would not.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
	await main();
} catch (error) {
	if (!(error instanceof ConfigError || error instanceof SetupError || error instanceof OptionsError || error instanceof CiError))
		throw error;
	process.stderr.write(`\n${error.message}\n`);
	process.exitCode = 1;
}
