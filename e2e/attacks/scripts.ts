import assert from "node:assert/strict";
import { waitUntil } from "../server-process.ts";
import { assertDeadWithClient } from "./07-streams.ts";
import { canary } from "./14-agent.ts";
import { assertRunsAgain, patientLimits, projectDir, readReport, scriptRun } from "./arena.ts";
import { diskOf, residentBytes } from "./engine-disk.ts";
import type { Ground } from "./ground.ts";
import { shortRun } from "./script-programs.ts";
import type { ScriptTier } from "./tiers.ts";

/** The rows in the terms of the tiers that have one language and nothing beneath it. */

const MiB = 1_048_576;

/**
 * What a script gets, and may: it says something of the script's own process, or is an empty hand. Everything else that portrait.js and
 * portrait.c reach for must be denied or not there.
 */
const harmless: Readonly<Record<ScriptTier, readonly (readonly [name: RegExp, result: RegExp])[]>> = {
	deno: [
		[/^33 (process|Deno)\.env$/, /^got: \{\}$/],
		[/^33 stack$/, /^got: Error: at (async )?.*file:\/\/\/workspace\//],
		// The type of something, by name; a context of node:vm is one more of the same process.
		[/^41 (Function|constructor\.constructor|repl)$/, /^got: [a-z]+$/],
		// What the runtime's own modules are made of, each behind the same permissions; and a Node binding that is an empty stub.
		[/^41 internal$/, /^got: \d+$/],
		[/^41 binding$/, /^got: 0$/],
		[/^27 cwd$/, /^got: \/workspace$/],
		[/^27 exec path$/, /^got: \/usr\/bin\/deno$/],
		[/^41 request$/, /^got: denied$/],
		[/^41 repl$/, /^got: object$/],
	],
	isolate: [
		[/^33 process\.env$/, /^got: \{\}$/],
		[/^33 stack$/, /^got: /],
		[/^41 (Function|constructor\.constructor)$/, /^got: [a-z]+$/],
	],
	// "/" is the one folder that the module was lent: its workspace.
	wasm: [
		[/^27 descriptors$/, /^\d$/],
		[/^27 descriptor \d$/, /^type \d lent/],
		[/^27 read \/$/, /^got: \d+$/],
	],
};

/** What would lend more, were a program's arguments or files read as its runtime's (row 34). */
const flags = ["--allow-all", "-A", "--dir=/", "--v8-flags=--expose-gc"];
const settings = [
	{
		name: "deno.json",
		content: '{"permissions":{"default":{"all":true}},"unstable":["ffi","kv","worker-options"],"nodeModulesDir":"auto"}',
	},
	{ name: ".npmrc", content: "registry=http://127.0.0.1:80/\n" },
	{ name: ".env", content: "DENO_PERMISSIONS=all\nLD_PRELOAD=/workspace/x.so\n" },
];

export function attackScripts(ground: Ground<ScriptTier>): void {
	const { arena, tier, test } = ground;
	let portrait: Promise<Map<string, string>> | undefined;
	const take = async (): Promise<Map<string, string>> => {
		const { files = [], ...rest } = scriptRun(tier, "portrait", flags);
		const { run, exit } = await arena.attack({ tier, run: { ...rest, files: [...files, ...settings] } });
		assert.deepEqual(exit.outcome, { kind: "exited", code: 0 }, run.text);
		const report = readReport(run.text);
		assert.equal(report.get("end"), "reached", run.text);
		return report;
	};
	const linesOf = async (...rows: readonly number[]): Promise<[string, string][]> => {
		portrait ??= take();
		return [...(await portrait)].filter(([name]) => rows.includes(Number(name.split(" ")[0])));
	};
	const assertNothingGot = (lines: readonly [string, string][]): void => {
		assert.ok(lines.length > 0, "the portrait has such lines");
		for (const [name, result] of lines) {
			const isHarmless = harmless[tier].some(([known, allowed]) => known.test(name) && allowed.test(result));
			assert.ok(isHarmless || /^(denied|absent)/.test(result), `${name} = ${result}`);
		}
	};

	test(`ATTACKS.md 2 in ${tier}: memory bombs are stopped, told as memory, and the same session runs again`, async () => {
		for (const name of ["heapBomb", "bufferBomb"] as const) {
			const { run, exit } = await arena.attack({ tier, run: shortRun(tier, name) });
			const { outcome } = exit;
			assert.ok(outcome.kind === "limited" && outcome.limit === "memory", `${name}: ${JSON.stringify(outcome)} ${run.text.slice(-2_000)}`);
		}
	});

	test(`ATTACKS.md 5, 6 in ${tier}: output floods are cut at the cap and stopped, while memory stays flat and no file of the host grows`, async () => {
		const { gateway, runner } = arena.server.pids();
		const before = residentBytes(gateway) + residentBytes(runner);
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				// A session of this tier, so that its container is among those that are looked at, before and after.
				await assertRunsAgain(attacker, tier);
				const containers = await arena.server.containers();
				const diskBefore = await diskOf(arena.server, containers);
				for (const mode of ["pipes", "pty"] as const) {
					const run = attacker.run({ ...shortRun(tier, "flood", mode), limits: { outputBytes: MiB } });
					assert.deepEqual((await run.exit).outcome, { kind: "limited", limit: "output", value: MiB });
					assert.ok(run.text.endsWith("\r\n[output cut after 1 MiB]\r\n"));
				}
				const after = await diskOf(arena.server, diskBefore.looked);
				assert.deepEqual([...new Set(after.logTypes)], ["none"]);
				assert.ok(after.bytes - diskBefore.bytes < MiB / 4, `${after.bytes - diskBefore.bytes} bytes`);
				await assertRunsAgain(attacker, tier);
			});
			assert.ok(residentBytes(gateway) + residentBytes(runner) - before < 96 * MiB);
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 7 in ${tier}: a client that stops reading gets every byte when it reads on, and bounded buffers meanwhile`, async () => {
		const { gateway, runner } = arena.server.pids();
		const before = residentBytes(gateway) + residentBytes(runner);
		const attacker = await arena.connect();
		try {
			const run = attacker.run({ ...shortRun(tier, "measuredFlood"), limits: patientLimits });
			await run.waitForOutput("\n");
			attacker.pause();
			let looks = 0;
			await waitUntil(() => ++looks > 20, "a second in which nobody reads");
			assert.ok(residentBytes(gateway) + residentBytes(runner) - before < 64 * MiB);
			attacker.resume();
			assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
			const lines = run.text.split("\n").slice(0, -1);
			assert.equal(lines.length, 196_608);
			assert.ok(lines.every((line, at) => Number(line) === at));
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 8 in ${tier}: characters of every length and NUL arrive intact`, async () => {
		const { run } = await arena.attack({ tier, run: shortRun(tier, "characters") });
		assert.equal(run.text, "a\0b é € 🏖 🏖 \u202e\n");
	});

	test(`ATTACKS.md 9, 12 in ${tier}: a program that never yields is ended by the time limit and by the processor limit`, async () => {
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const waiting = attacker.run({ ...shortRun(tier, "loop"), limits: { idleWallMs: 2_000 } });
				assert.deepEqual((await waiting.exit).outcome, { kind: "limited", limit: "idleWall", value: 2_000 });
				const working = attacker.run({ ...shortRun(tier, "loop"), limits: { ...patientLimits, cpuMs: 1_000 } });
				assert.deepEqual((await working.exit).outcome, { kind: "limited", limit: "cpu", value: 1_000 });
				await assertRunsAgain(attacker, tier);
			});
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 11 in ${tier}: when the page is closed in mid-run, everything of that run is dead within a second`, async () => {
		await assertDeadWithClient(arena, tier, `nobody-is-called-so-${tier}`, async (attacker) => {
			await attacker.run({ ...shortRun(tier, "wait"), limits: patientLimits }).waitForOutput("up");
		});
	});

	test(`ATTACKS.md 35 in ${tier}: terminal queries pass unchanged and are answered by nobody`, async () => {
		const { run } = await arena.attack({ tier, run: shortRun(tier, "terminal", "pty") });
		assert.equal(run.text.trimEnd(), "\x1b]52;c;b3duZWQ=\x07\x1b[c\x1b[6n\x1b[21t\x1b]0;title\x07 end");
	});

	test(`ATTACKS.md 32 in ${tier}: a later run finds nothing of an earlier one, and other random numbers`, async () => {
		const attacker = await arena.connect();
		try {
			const reports: Map<string, string>[] = [];
			for (let count = 0; count < 2; count++) {
				const run = attacker.run({ ...scriptRun(tier, "portrait"), limits: patientLimits });
				await run.exit;
				reports.push(readReport(run.text));
			}
			const [first, second] = reports;
			assert.match(second?.get("32 leftover") ?? "", /^(absent|denied)/);
			for (const name of ["31 storage", "31 cache"]) if (second?.has(name)) assert.match(second.get(name) ?? "", /^(absent|denied)/, name);
			assert.notEqual(first?.get("32 random"), second?.get("32 random"));
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 31 in ${tier}: another visitor's program finds nothing of this one's`, async () => {
		const clients = await Promise.all([arena.connect(), arena.connect()]);
		try {
			for (const client of clients) {
				const run = client.run({ ...scriptRun(tier, "portrait"), limits: patientLimits });
				await run.exit;
				const report = readReport(run.text);
				for (const name of ["31 storage", "31 cache", "32 leftover"])
					if (report.has(name)) assert.match(report.get(name) ?? "", /^(absent|denied)/, name);
			}
		} finally {
			await Promise.all(clients.map((client) => client.close()));
		}
	});

	test(`ATTACKS.md 14, 27 in ${tier}: no descriptor, folder or file outside of the program's own can be opened`, async () =>
		assertNothingGot(await linesOf(14, 27)));
	test(`ATTACKS.md 28, 29, 30 in ${tier}: no address, name, socket or module of elsewhere can be reached`, async () => {
		const lines = await linesOf(28, 29, 30);
		assertNothingGot(lines);
	});
	test(`ATTACKS.md 33 in ${tier}: environment, host and paths tell nothing of the server`, async () => {
		const lines = await linesOf(33);
		if (tier !== "wasm") assertNothingGot(lines);
		for (const [name, result] of lines) assert.ok(!result.includes(canary) && !result.includes(projectDir), `${name} = ${result}`);
	});

	test(`ATTACKS.md 34 in ${tier}: arguments that look like flags and files that look like settings lend nothing`, async () => {
		// The portrait is taken beside them; its own lines say what was to be had.
		assertNothingGot(await linesOf(27));
	});

	if (tier === "wasm") {
		test("ATTACKS.md 3, 4 in wasm: the workspace is full at its cap of bytes and of files", async () => {
			const { run } = await arena.attack({ tier, run: shortRun(tier, "fill") });
			const [, bytes, files] = /bytes (\d+)\nfiles (\d+)/.exec(run.text) ?? [];
			assert.ok(Number(bytes) > 32 * MiB && Number(bytes) <= 64 * MiB, run.text);
			assert.ok(Number(files) > 1_000 && Number(files) <= 4_096, run.text);
		});
		test("ATTACKS.md 18 in wasm: a link out of the workspace cannot be made, or not followed", async () => {
			for (const [name, result] of await linesOf(3, 18)) if (!name.endsWith("link")) assert.match(result, /^denied/, name);
		});
	} else {
		test(`ATTACKS.md 1, 3, 16, 18, 21 in ${tier}: no process, signal, library, file or link can be made`, async () =>
			assertNothingGot(await linesOf(1, 3, 16, 18, 21)));
		test(`ATTACKS.md 41 in ${tier}: the ways out of JavaScript lead nowhere: no module, binding, worker or permission lends more`, async () =>
			assertNothingGot(await linesOf(41)));
	}
}
