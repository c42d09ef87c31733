import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LanguageCatalogue, readCatalogue } from "../languages/catalogue.ts";
import { type Offered, offer, type Rig, type RigOptions, startRig, until } from "../runner/testing/rig.ts";
import { post, problemOf, program } from "./testing/api-calls.ts";
import { openGateway } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

/** What readers meet when more want to run than the machine takes: real gateway, runner, engine and readings of this machine. */

let catalogue: LanguageCatalogue;
let offered: Offered[];
const GiB = 1_073_741_824;
const spin = "print('on', flush=True)\nwhile True: pass";

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../sandbox-images", import.meta.url)));
	offered = await offer("python");
});

const rigs: Rig[] = [];
after(async () => {
	for (const rig of rigs) {
		await rig.close();
		assert.deepEqual(await rig.containers(), []);
	}
});

async function open(
	context: TestContext,
	settings: RigOptions["settings"],
	config: Parameters<typeof openGateway>[1]["config"] = {},
): Promise<{ rig: Rig; url: string }> {
	const rig = await startRig({ offered, settings });
	rigs.push(rig);
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, config });
	return { rig, url };
}

const isWaiting = (page: TestPage): boolean =>
	page.messages.some(({ type }) => type === "queued") && !page.messages.some(({ type }) => type === "started");

test("somebody waits and somebody idles: the wait is what making a sandbox takes, and a second when its holder has just used it", async (context) => {
	const { url } = await open(context, { maxLeases: 2 });
	const holders = await Promise.all([TestPage.open(url), TestPage.open(url)]);
	for (const holder of holders) holder.run(1, "print('mine')");
	for (const holder of holders) await holder.exitOf(1);
	const waits: number[] = [];
	for (let reader = 0; reader < 2; reader++) {
		const page = await TestPage.open(url);
		const pressedMs = performance.now();
		page.run(1, "print(input())");
		await page.next("started");
		waits.push(performance.now() - pressedMs);
	}
	context.diagnostic(`waited ${waits.map(Math.round).join(" ms, ")} ms`);
	const [justUsedMs = 0, idleMs = 0] = waits;
	assert.ok(justUsedMs > 500, "who has just used it keeps it for a moment");
	assert.ok(justUsedMs < 4_000, `${justUsedMs}`);
	assert.ok(idleMs < 2_000, `${idleMs}`);
});

test("a sandbox that could fill memory which is not there waits its turn, though the operator would allow it, and gets it", async (context) => {
	// 64 GiB for one sandbox: the readings are this machine's own. One is always let in.
	const { rig, url } = await open(context, { maxLeases: 4, memoryBytes: 64 * GiB, maxMemoryBytes: 64 * GiB });
	assert.deepEqual([rig.runner.status().capacity, rig.runner.status().bottleneck], [1, "memory"]);
	const [first, second] = [await TestPage.open(url), await TestPage.open(url)];
	first.run(1, "input('first')");
	await first.until(() => first.output.includes("first") || undefined, "the first runs");
	second.run(1, "print('second')");
	await second.next("queued");
	assert.equal(isWaiting(second), true);
	first.close();
	await second.exitOf(1);
	assert.ok(second.output.includes("second"));
});

test("programs that compute keep further ones waiting until the cores have room, and nothing that runs is ended for it", async (context) => {
	const { rig, url } = await open(context, { maxLeases: 12, busyPerCore: 1, idleWallMs: 60_000 }, { visitorSessions: 12 });
	const pages = await Promise.all(Array.from({ length: 2 + 2 * rig.runner.status().capacity }, () => TestPage.open(url)));
	for (const page of pages) page.run(1, spin);
	await until(() => pages.some((page) => page.output.includes("on")), 20_000, "one runs");
	await until(() => rig.runner.status().bottleneck === "cpu", 5_000, "the cores are short");
	const waiting = pages.filter(isWaiting);
	assert.ok(waiting.length >= 2, `${waiting.length} of ${pages.length} wait`);
	for (const page of pages) {
		await page.until(() => page.output.includes("on") || undefined, "its turn", 30_000);
		assert.ok(!page.messages.some(({ type }) => type === "exit" || type === "error"));
		page.send({ type: "stop", run: 1 });
		assert.deepEqual((await page.exitOf(1)).outcome, { kind: "stopped" });
		page.close();
	}
});

test("a full queue answers a call with when to come back, by what runs have taken, and a page with its place and the wait", async (context) => {
	const { url } = await open(context, { maxLeases: 1 }, { queueLength: 1, anonymousApiSessions: 5, anonymousApiRunsPerMinute: 100 });
	for (let run = 0; run < 2; run++) await (await post(url, program("import time\ntime.sleep(1.2)"))).arrayBuffer();
	const holder = await TestPage.open(url);
	holder.run(1, "input('held')");
	await holder.until(() => holder.output.includes("held") || undefined, "it is held");
	const waiter = await TestPage.open(url);
	waiter.run(1, "print('served')");
	const { ahead, waitMs = 0 } = await waiter.next("queued");
	assert.equal(ahead, 0);
	assert.ok(waitMs > 800 && waitMs < 5_000, `${waitMs}`);
	const answer = await post(url, program("print(1)"));
	const retryAfterSeconds = Number(answer.headers.get("retry-after"));
	assert.deepEqual([answer.status, retryAfterSeconds > 1 && retryAfterSeconds < 20], [503, true], `${retryAfterSeconds}`);
	const problem = await problemOf(Promise.resolve(answer));
	assert.match(problem.detail, /^The server is full\. Try again in (a few seconds|about \d+ s)\.$/);
	holder.close();
	await waiter.exitOf(1);
});
