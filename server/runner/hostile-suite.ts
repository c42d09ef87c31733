import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { offerHostile, removeHostile } from "./testing/hostile-image.ts";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { offer, type Rig, startRig, until, type Way } from "./testing/rig.ts";

/** Each sandbox here has been taken over from its first instruction on. A bystander's program runs on beside it, and is asked after each attack. */

const modes = [
	"garbage-boot",
	"output-idle",
	"length-4gib",
	"garbage",
	"output-flood",
	"stats-flood",
	"ack-of-nothing",
	"exit-twice",
	"output-after-exit",
	"no-reset",
	"stderr-flood",
	"dies",
	"eats-memory",
	"stalls",
];

export function testHostileAgents(tier: ServerTierId, way: Way = "engine"): void {
	const label = way === "engine" ? tier : `${tier} without an engine`;
	let rig: Rig;
	let bystander: LeaseProbe;
	let bystanderNames: readonly string[];

	before(async () => {
		const offered = await offer("python");
		rig = await startRig({
			offered: [...offered, ...(await offerHostile(modes))],
			way,
			settings: { tiers: [tier], idleWallMs: 4_000, totalWallMs: 60_000 },
		});
		bystander = new LeaseProbe(rig, "python", offered[0]?.toolchain.version.version ?? "", tier);
		bystander.run("import sys\nfor line in sys.stdin: print('still', line.strip(), flush=True)", { limits: {} });
		await bystander.next("started");
		bystanderNames = await rig.containers();
		assert.equal(bystanderNames.length, 1);
		keepAwake = setInterval(() => bystander.lease.stdin(Buffer.from("here\n")), 300);
	});
	let keepAwake: NodeJS.Timeout;
	after(async () => {
		clearInterval(keepAwake);
		await bystander.close();
		await rig.close();
		assert.deepEqual(await rig.containers(), []);
		await removeHostile(modes);
	});

	async function bystanderAnswers(): Promise<void> {
		const seen = bystander.stdout.length;
		await bystander.until(() => bystander.stdout.slice(seen).includes("still here"), "the bystander's answer");
		assert.deepEqual(bystander.all("exit"), []);
	}

	/** One run in a sandbox of that mode, and the outcome; then the sandbox must be gone. */
	async function attack(mode: string): Promise<LeaseProbe> {
		const probe = new LeaseProbe(rig, `hostile-${mode}`, "1", tier);
		probe.run("", { name: "x" });
		await probe.exit();
		return probe;
	}

	for (const mode of ["length-4gib", "garbage", "stats-flood", "ack-of-nothing", "stderr-flood", "dies"]) {
		test(`${label}: a sandbox whose agent turns hostile in a step (${mode}) is lost, and nothing else notices (ATTACKS.md 15)`, async () => {
			const heldBytes = process.memoryUsage().rss;
			const probe = await attack(mode);
			assert.deepEqual((await probe.exit()).outcome, { kind: "lost", code: "sandboxLost" });
			await until(async () => (await rig.containers()).length === 1, 10_000, "the hostile sandbox is removed");
			assert.ok(process.memoryUsage().rss - heldBytes < 100_000_000);
			await bystanderAnswers();
			await probe.close();
		});
	}

	for (const mode of ["exit-twice", "output-after-exit", "no-reset"]) {
		test(`${label}: a sandbox that does not come clean after a run (${mode}) is replaced before the next one (PROTOCOL.md A5, A8)`, async () => {
			const probe = await attack(mode);
			assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
			const [first] = (await rig.containers()).filter((name) => !bystanderNames.includes(name));
			assert.ok(first !== undefined);
			probe.run("", { name: "x" });
			assert.deepEqual((await probe.exit(2)).outcome, { kind: "exited", code: 0 });
			await until(async () => !(await rig.containers()).includes(first), 10_000, "the first sandbox is removed");
			await bystanderAnswers();
			await probe.close();
		});
	}

	test(`${label}: output beyond the cap from a taken-over agent is cut outside, with the marker (ATTACKS.md 5)`, async () => {
		const probe = await attack("output-flood");
		assert.deepEqual((await probe.exit()).outcome, { kind: "limited", limit: "output", value: 1_048_576 });
		assert.equal(probe.stdout.indexOf("\r\n[output cut after 1 MiB]\r\n"), 1_048_576);
		assert.equal(probe.outputBytes, 1_048_576 + 29 - 1);
		await bystanderAnswers();
		await probe.close();
	});

	test(`${label}: an agent that never answers is ended by the wall outside, and it is the program's time limit (ATTACKS.md 9)`, async () => {
		const startedAtMs = performance.now();
		const probe = await attack("stalls");
		const tookMs = performance.now() - startedAtMs;
		assert.deepEqual((await probe.exit()).outcome, { kind: "limited", limit: "idleWall", value: 4_000 });
		assert.ok(tookMs >= 4_900 && tookMs < 15_000, `${tookMs} ms`);
		await bystanderAnswers();
		await probe.close();
	});

	test(`${label}: Stop ends a run whose agent never answers`, async () => {
		const probe = new LeaseProbe(rig, "hostile-stalls", "1", tier);
		probe.run("", { name: "x" });
		await probe.next("started");
		probe.lease.stop();
		assert.deepEqual((await probe.exit()).outcome, { kind: "stopped" });
		await probe.close();
	});

	test(`${label}: a sandbox that speaks garbage before it is ready is refused, and given up`, async () => {
		const probe = new LeaseProbe(rig, "hostile-garbage-boot", "1", tier);
		assert.deepEqual(await probe.next("refused"), ["internal"]);
		await until(async () => (await rig.containers()).length === 1, 10_000, "the hostile sandbox is removed");
		await bystanderAnswers();
	});

	test(`${label}: a sandbox that speaks out of turn before its first run is given up`, async () => {
		const probe = new LeaseProbe(rig, "hostile-output-idle", "1", tier);
		// It may speak in the same breath as READY, and is then never handed over.
		const isAnswered = () => probe.all("claimed").length + probe.all("refused").length === 1;
		await until(async () => isAnswered(), 10_000, "the claim is answered");
		await until(async () => (await rig.containers()).length === 1, 10_000, "the hostile sandbox is removed");
		assert.equal(probe.outputBytes, 0);
		await bystanderAnswers();
		await probe.close();
	});

	test(`${label}: a sandbox that dies of its memory limit, agent and all, is told as out of memory (ATTACKS.md 2)`, async () => {
		const probe = await attack("eats-memory");
		assert.deepEqual((await probe.exit()).outcome, { kind: "limited", limit: "memory", value: 268_435_456 });
		await until(async () => (await rig.containers()).length === 1, 10_000, "the sandbox is removed");
		await bystanderAnswers();
		await probe.close();
	});
}
