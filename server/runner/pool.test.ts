import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readConfig } from "../config.ts";
import type { AgentLink } from "./agent-link.ts";
import { DockerDriver } from "./drivers/docker.ts";
import { tierShapes } from "./drivers/shapes.ts";
import { Pool, type PoolSettings } from "./pool.ts";
import { containersOf, engine, offer, seccompProfile, silentLog, until } from "./testing/rig.ts";

/** The pool on the real engine, with a clock that the test sets forward. */

const minuteMs = 60_000;

interface OpenPool {
	readonly pool: Pool;
	readonly clock: { ms: number };
	/** Warm ones of a language. */
	idle(language: string): number;
	/** So many at once; resolves when all have theirs. */
	claim(language: string, count: number): Promise<AgentLink[]>;
}

async function openPool(context: TestContext, settings: Partial<PoolSettings>, ...languages: string[]): Promise<OpenPool> {
	const offered = await offer(...languages);
	const instance = `pool-test-${process.pid}-${context.name.length}`;
	const clock = { ms: 0 };
	const pool = new Pool({
		driver: new DockerDriver(engine, instance, tierShapes(seccompProfile())),
		toolchains: offered.map(({ toolchain }) => toolchain),
		tiers: ["container"],
		settings: { ...readConfig({}, "/"), ...settings },
		log: silentLog,
		onChange: () => undefined,
		// What passes by itself counts too, so that making one has its time.
		now: () => performance.now() + clock.ms,
	});
	context.after(async () => {
		await pool.close();
		assert.deepEqual(await containersOf(instance), []);
	});
	await pool.start();
	pool.openTier("container");
	for (const { toolchain, image } of offered) pool.setImage(toolchain, "container", image);
	const toolchainOf = (language: string) => {
		const found = offered.find(({ toolchain }) => toolchain.language.id === language);
		if (found === undefined) throw new Error(`no ${language}`);
		return found.toolchain;
	};
	const claimOne = (language: string): Promise<AgentLink> =>
		new Promise((resolve, reject) => {
			const claim = pool.claim(toolchainOf(language), "container", { granted: resolve, refused: reject });
			if (claim.kind === "granted") resolve(claim.link);
			else if (claim.kind === "refused") reject(new Error(claim.code));
		});
	return {
		pool,
		clock,
		idle: (language) => pool.status().languages.find((it) => it.language === language)?.idle ?? -1,
		claim: (language, count) => Promise.all(Array.from({ length: count }, () => claimOne(language))),
	};
}

test("a pool grows to a burst, serves the next one warm, and shrinks to the operator's number afterwards", async (context) => {
	const { pool, clock, idle, claim } = await openPool(context, { poolSize: 1, poolCeiling: 6 }, "python");
	await until(() => idle("python") === 1, 20_000, "the operator's number");
	const first = await claim("python", 4);
	await until(() => idle("python") === 4, 20_000, "as many as came at once");
	const startedMs = performance.now();
	const second = await claim("python", 4);
	assert.ok(performance.now() - startedMs < 20, "each had one that was warm");
	await until(() => idle("python") === 4, 20_000, "and there are as many again");
	clock.ms += 5 * minuteMs;
	await until(() => idle("python") === 1, 20_000, "what nobody asks for any more is given up");
	await Promise.all([...first, ...second].map((link) => pool.retire(link)));
});

test("under the ceiling one language's burst leaves another its first", async (context) => {
	const { pool, idle, claim } = await openPool(context, { poolSize: 1, poolCeiling: 4 }, "python", "bash");
	await until(() => idle("python") + idle("bash") === 2, 20_000, "one of each");
	const burst = await claim("python", 6);
	await until(() => idle("python") + idle("bash") === 4, 20_000, "the ceiling");
	assert.deepEqual([idle("python"), idle("bash")], [3, 1]);
	const other = await claim("bash", 1);
	await until(() => idle("bash") === 1, 20_000, "another's first comes again");
	await Promise.all([...burst, ...other].map((link) => pool.retire(link)));
});

test("with cores short the operator's number is kept, with memory short nothing is made but for who waits", async (context) => {
	const { pool, idle, claim } = await openPool(context, { poolSize: 1, poolCeiling: 6 }, "python");
	const burst = await claim("python", 3);
	await until(() => idle("python") === 3, 20_000, "as many as came at once");
	pool.setThrift("floorOnly");
	await until(() => idle("python") === 1, 5_000, "the operator's number");
	pool.setThrift("refillNothing");
	const further = await claim("python", 2);
	assert.equal(further.length, 2, "who waits is served");
	pool.setThrift("none");
	assert.equal(idle("python"), 0, "and nothing was made beside");
	await until(() => idle("python") >= 1, 20_000, "there are warm ones again");
	await Promise.all([...burst, ...further].map((link) => pool.retire(link)));
});

test("where the operator keeps none, none is kept, whatever is asked for", async (context) => {
	const { pool, idle, claim } = await openPool(context, { poolSize: 0 }, "python");
	const links = await claim("python", 3);
	await Promise.all(links.map((link) => pool.retire(link)));
	assert.equal(idle("python"), 0);
	assert.equal(pool.status().languages[0]?.starting, 0);
});
