import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { offer, type Rig, startRig, until, type Way } from "./testing/rig.ts";

/** When an interpreter waits for its program (PROTOCOL.md A11): in the pool, and from the end of a run on. How long a process has lived tells. */

/** In milliseconds, to the kernel's hundredth of a second. */
const age =
	"print(round(float(open('/proc/uptime').read().split()[0]) * 1000 - int(open('/proc/self/stat').read().split(') ')[1].split()[19]) * 10))";
const longMs = 1_000;

export function testPrespawn(tier: ServerTierId, way: Way = "engine"): void {
	const label = way === "engine" ? tier : `${tier} without an engine`;
	let rig: Rig;
	before(async () => {
		rig = await startRig({ offered: await offer("python"), way, settings: { tiers: [tier], poolSize: 1 } });
	});
	after(() => rig.close());

	const idle = () => rig.runner.status().languages.reduce((sum, it) => sum + it.idle, 0);
	async function claim(): Promise<LeaseProbe> {
		await until(() => idle() === 1, 30_000, "a warm sandbox");
		await delay(longMs);
		return new LeaseProbe(rig, "python", "3.13", tier);
	}
	const hasWaited = (stdout: string): boolean => Number(stdout.trim().split("\n").at(-1)) >= longMs - 100;

	test(`${label}: the first run of a session finds its interpreter waiting, and so does each one after a pause`, async () => {
		const probe = await claim();
		for (let round = 1; round <= 3; round++) {
			probe.stdout = "";
			probe.run(age, { mode: "pty" });
			assert.deepEqual((await probe.exit(round)).outcome, { kind: "exited", code: 0 });
			assert.ok(hasWaited(probe.stdout), `run ${round}: ${probe.stdout}`);
			await delay(longMs);
		}
		await probe.close();
	});

	test(`${label}: what waits after a run is that run's own: its arguments, its entry, its mode`, async () => {
		const probe = await claim();
		const other = { name: "other.py", arguments: ["a", "b"] };
		probe.run(age, other);
		await probe.exit();
		assert.ok(!hasWaited(probe.stdout), "nobody could know of this one");
		await delay(longMs);
		probe.stdout = "";
		probe.run(`import sys; print(sys.argv); ${age}`, other);
		await probe.exit(2);
		assert.match(probe.stdout, /^\['other\.py', 'a', 'b'\]\n/);
		assert.ok(hasWaited(probe.stdout), probe.stdout);
		await delay(longMs);
		probe.stdout = "";
		probe.run(`import sys; print(sys.argv); ${age}`);
		await probe.exit(3);
		assert.match(probe.stdout, /^\['main\.py'\]\n/);
		assert.ok(!hasWaited(probe.stdout), "what waited was another");
		await probe.close();
	});

	test(`${label}: where most sessions begin with pipes, a pipe is what waits`, async () => {
		let waited = false;
		for (let round = 0; round < 6 && !waited; round++) {
			const probe = await claim();
			probe.run(age);
			await probe.exit();
			waited = hasWaited(probe.stdout);
			await probe.close();
		}
		assert.ok(waited);
	});

	test(`${label}: a run that follows at once is not held up`, async () => {
		const probe = await claim();
		for (let round = 1; round <= 10; round++) {
			probe.run("print('x')", { mode: round % 2 === 0 ? "pipes" : "pty" });
			assert.deepEqual((await probe.exit(round)).outcome, { kind: "exited", code: 0 });
		}
		await probe.close();
	});
}
