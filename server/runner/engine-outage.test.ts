import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connectEngine } from "./drivers/engine-connection.ts";
import { EngineProxy } from "./testing/engine-proxy.ts";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { engine, offer, type Rig, startRig, until } from "./testing/rig.ts";

let rig: Rig;
let proxy: EngineProxy;
let version: string;
const folder = mkdtempSync(join(tmpdir(), "sandglass-engine-"));

const state = () => rig.runner.status();
const idle = (): number => state().languages.reduce((sum, language) => sum + language.idle, 0);

before(async () => {
	const offered = await offer("python");
	version = offered[0]?.toolchain.version.version ?? "";
	proxy = new EngineProxy(join(folder, "engine.sock"));
	await proxy.mend();
	rig = await startRig({ offered, settings: { poolSize: 2 }, docker: connectEngine(`unix://${proxy.socketPath}`) });
});
after(async () => {
	await rig.close();
	proxy.cut();
	rmSync(folder, { recursive: true });
	assert.deepEqual(await rig.containers(), []);
});

test("the pool fills to its size, a claim takes a warm sandbox, and the place is filled again", async () => {
	await until(() => idle() === 2, 20_000, "two warm sandboxes");
	const probe = new LeaseProbe(rig, "python", version);
	assert.equal((await probe.next("claimed"))[0].isWarm, true);
	await until(() => idle() === 2, 20_000, "two warm sandboxes beside the lease");
	assert.equal((await rig.containers()).length, 3);
	await probe.close();
	await until(async () => (await rig.containers()).length === 2, 5_000, "the used one is gone, not handed on");
});

test("a warm sandbox that dies is replaced", async () => {
	await until(() => idle() === 2, 20_000, "two warm sandboxes");
	const [victim] = await rig.containers();
	assert.ok(victim !== undefined);
	await engine.getContainer(victim.slice(1)).kill();
	await until(async () => idle() === 2 && !(await rig.containers()).includes(victim), 20_000, "two warm sandboxes, the victim gone");
});

test("an outage is told, claims are refused as such, runs are lost without blame, and it mends by itself (ATTACKS.md 13)", async () => {
	await until(() => idle() === 2, 20_000, "two warm sandboxes");
	const before = new Set(await rig.containers());
	const running = new LeaseProbe(rig, "python", version);
	running.run("print('up', flush=True)\nimport time\ntime.sleep(1000)");
	const waiting = new LeaseProbe(rig, "python", version);
	await waiting.next("claimed");
	await running.until(() => running.stdout.includes("up"), "the program is up");
	proxy.cut();
	assert.deepEqual((await running.exit()).outcome, { kind: "lost", code: "sandboxLost" });
	await until(() => state().engine === "down", 20_000, "down is told");
	assert.deepEqual(await new LeaseProbe(rig, "python", version).next("refused"), ["engineDown"]);
	waiting.run("print(1)");
	assert.deepEqual((await waiting.exit()).outcome, { kind: "lost", code: "engineDown" });
	await proxy.mend();
	await until(() => state().engine === "up" && idle() === 2, 30_000, "up, and two warm sandboxes");
	assert.ok(
		(await rig.containers()).every((name) => !before.has(name)),
		"what the outage left is reaped",
	);
	waiting.run("print('again')");
	assert.deepEqual((await waiting.exit(2)).outcome, { kind: "exited", code: 0 });
	running.run("print('again')");
	assert.deepEqual((await running.exit(2)).outcome, { kind: "exited", code: 0 });
	await Promise.all([waiting.close(), running.close()]);
});

test("a runner that starts while the engine is down comes up when it does", async () => {
	proxy.cut();
	const offered = await offer("python");
	const own = await startRig({ offered, docker: connectEngine(`unix://${proxy.socketPath}`) });
	assert.equal(own.runner.status().engine, "down");
	await proxy.mend();
	await until(() => own.runner.status().engine === "up", 10_000, "up");
	const probe = new LeaseProbe(own, "python", version);
	probe.run("print(1)");
	assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
	await probe.close();
	await own.close();
});
