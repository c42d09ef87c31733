import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, readConfig } from "../server/config.ts";
import { SetupError } from "../setup/debian-packages.ts";
import { type Engine, ensureEngine } from "../setup/engine.ts";
import { hasGrown, trendsOf } from "./flatness.ts";
import { killInTurn } from "./killer.ts";
import { Ledger } from "./ledger.ts";
import { type Options, OptionsError, parseOptions } from "./options.ts";
import { kinds, letIn } from "./people/crowd.ts";
import { findRemains, type Traces } from "./remains.ts";
import { makeDice } from "./seed.ts";
import { silenceTeller } from "./silence.ts";
import { longestRunMs, type SoakServer, startSoakServer, waitForRest } from "./soak-server.ts";
import { type Check, formatChecks, formatReport } from "./summary.ts";
import { judge } from "./verdict.ts";
import { victimsOf } from "./victims.ts";
import { watchServer } from "./watch.ts";

/**
 * `npm run soak`: starts the product, lets people at it who type, leave, flood, bomb, stall and come back, and kills one of its parts after the
 * other. At the end every run must have come to something that its user was told, and nothing may be left of the server, or have grown.
 */

const projectDir = process.cwd();
/** One kill a minute, or more often where the time is too short for each to come once. */
const killIntervalMs = 60_000;
/** The killer's numbers; the people have 0, 1, 2 … */
const killerStream = 1_000_000;

type Places = Pick<Traces, "runDir" | "stateDir" | "temporaryDir">;

const now = (): number => performance.now();
const say = (line: string): void => void process.stdout.write(`soak · ${line}\n`);
const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function soak(options: Options, server: SoakServer, engine: Engine, places: Places): Promise<Check[]> {
	const { process: product, programs } = server;
	const victims = victimsOf(product, { runDir: places.runDir, isPrivate: engine.isPrivate });
	const beganMs = now();
	const untilMs = beganMs + options.minutes * 60_000;
	const intervalMs = Math.min(killIntervalMs, (options.minutes * 60_000) / (victims.length + 1));
	const ledger = new Ledger(now);
	const watch = watchServer(product, now);
	const dice = makeDice(options.seed, killerStream);
	const world = { url: product.url, programs, ledger, now, longestRunMs, onSilence: silenceTeller(say) };
	const [{ kills, outages }] = await Promise.all([
		killInTurn({ server: product, victims, dice, intervalMs, untilMs, tiers: programs.tiers, now, say }),
		letIn({ ...options, untilMs, world }),
	]);
	say("everybody has gone; waiting until nothing is held any more …");
	const unrest = await waitForRest(product.url);
	await watch.stop();
	const stopFaults = await product.stop().then(
		() => [],
		(error: unknown) => [problemOf(error)],
	);
	const remains = await findRemains({ ...places, server: product, sandboxes: watch.sandboxes });

	const { records } = ledger;
	const trends = watch.lives().flatMap((life) => trendsOf(life, outages));
	process.stdout.write(formatReport(records, kills, trends));
	const verdict = judge(records, outages, longestRunMs, beganMs);
	const metWell = new Set(
		records.flatMap(({ person, tier, end }) => (end?.fate.kind === "exit" || end?.fate.kind === "left" ? [person, tier] : [])),
	);
	const checks: Check[] = [
		{ name: "the walls of every tier that can be had were tried and held", faults: programs.failed },
		{ name: "every run was told its end", faults: verdict.silent },
		{ name: `no run took longer than its limits and the slack (${longestRunMs / 1_000} s)`, faults: verdict.overlong },
		{ name: "nothing was lost, refused or cut off but by what had been killed", faults: verdict.unexplained },
		{ name: "every program came to its own end, every key to its echo", faults: verdict.wrong },
		{
			name: "every kind of person, and every tier, had runs that ended",
			faults: [...kinds, ...programs.tiers].filter((it) => !metWell.has(it)),
		},
		{
			name: "what was killed came back, with all that is on offer",
			faults: kills.flatMap(({ what, fault }) => (fault === null ? [] : [`${what}: ${fault}`])),
		},
		{
			name: "memory and descriptors are flat",
			faults: trends.filter(hasGrown).map(({ life, quantity }) => `${quantity} of ${life.name} ${life.pid}`),
		},
		{ name: "when everybody had gone nothing was held for them", faults: unrest },
		{ name: "Ctrl-C ended the server in order", faults: stopFaults },
		...Object.entries(remains).map(([kind, faults]) => ({ name: `left over: no ${kind}`, faults })),
	];
	if (checks.some(({ faults }) => faults.length > 0))
		process.stdout.write(`The server printed last:\n${product.printed().slice(-8_000)}\n`);
	return checks;
}

async function main(): Promise<void> {
	const options = parseOptions(process.argv.slice(3), randomInt(0x1_0000_0000));
	say(`${options.minutes} min, ${options.people} people at once, --seed=${options.seed}`);
	const config = readConfig(process.env, projectDir);
	const engine = await ensureEngine(config, say);
	// A soak that is interrupted leaves no server: what it started ends with it.
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
	const temporaryDir = mkdtempSync(join(tmpdir(), "sandglass-soak-"));
	try {
		// The gateway, which is another user, makes its files there too.
		chmodSync(temporaryDir, 0o1777);
		say("starting the server, and waiting until every tier has been judged …");
		const server = await startSoakServer(options.tiers, temporaryDir);
		say(`${server.programs.asking.length} programs in ${server.programs.tiers.join(", ")}`);
		for (const reason of server.programs.missing) say(`without ${reason}`);
		const checks = await soak(options, server, engine, { ...config, temporaryDir });
		process.stdout.write(formatChecks(checks));
		process.exitCode = checks.some(({ faults }) => faults.length > 0) ? 1 : 0;
	} finally {
		await engine.release();
		rmSync(temporaryDir, { recursive: true, force: true });
	}
}

try {
	await main();
} catch (error) {
	if (!(error instanceof ConfigError || error instanceof SetupError || error instanceof OptionsError)) throw error;
	process.stderr.write(`\n${error.message}\n`);
	process.exitCode = 1;
}
