import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LanguageCatalogue, readCatalogue } from "../languages/catalogue.ts";
import { offer, type Rig, startRig, until } from "../runner/testing/rig.ts";
import { openGateway } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

/** Gateway, runner, engine and agent together, as a page meets them. */

let rig: Rig;
let catalogue: LanguageCatalogue;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../sandbox-images", import.meta.url)));
	rig = await startRig({ offered: await offer("python"), settings: { maxLeases: 2, poolSize: 2 } });
});
after(async () => {
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
});

async function open(context: TestContext, config: Parameters<typeof openGateway>[1]["config"] = {}): Promise<string> {
	return (await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, config, timings: { idleLeaseGraceMs: 100 } })).url;
}

const greeting = 'name = input("name? ")\nprint("hello", name)';

test("a program asks for a name at a terminal and greets", async (context) => {
	const page = await TestPage.open(await open(context));
	page.run(1, greeting);
	await page.until(() => page.output.includes("name? ") || undefined, "the prompt");
	page.sendStdin(Buffer.from("Ada\r"));
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "exited", code: 0 });
	assert.match(page.output.toString(), /name\? Ada\r\nhello Ada\r\n/);
	page.close();
});

test("ATTACKS 39: six readers of two sandboxes are all served in turn, and nobody is told that the server is full", async (context) => {
	const url = await open(context);
	const pages = await Promise.all(Array.from({ length: 6 }, () => TestPage.open(url)));
	for (const [index, page] of pages.entries()) {
		page.run(1, "print(input())", { mode: "pipes" });
		page.sendStdin(Buffer.from(`reader ${index}\n`));
	}
	for (const [index, page] of pages.entries()) {
		await page.until(() => page.messages.some(({ type }) => type === "exit") || undefined, `exit of ${index}`, 30_000);
		assert.equal(page.output.toString(), `reader ${index}\n`);
		assert.ok(!page.messages.some(({ type }) => type === "error"));
	}
	assert.ok(pages.some((page) => page.messages.some(({ type }) => type === "queued")));
	for (const page of pages) page.close();
});

test("PROTOCOL.md P10: a real program goes on while its reader's connection is destroyed, and not a line is lost or doubled", async (context) => {
	const page = await TestPage.open(await open(context));
	page.run(1, "import time\nfor n in range(400):\n\tprint(n, flush=True)\n\ttime.sleep(0.002)", { mode: "pipes" });
	for (let lines = 40; lines < 400; lines += 40) {
		await page.until(() => page.output.toString().split("\n").length > lines || undefined, `line ${lines}`);
		page.cut();
		assert.equal((await page.resume()).isResumed, true);
	}
	await page.exitOf(1);
	assert.equal(page.output.toString(), Array.from({ length: 400 }, (_, n) => `${n}\n`).join(""));
	page.close();
});

test("ATTACKS 5: an output flood at a reader who reads slowly is cut at the limit, exactly", async (context) => {
	const page = await TestPage.open(await open(context));
	page.run(1, "while True: print('x' * 1000)", { mode: "pipes" });
	page.socket.pause();
	const timer = setInterval(() => (page.socket.isPaused ? page.socket.resume() : page.socket.pause()), 10);
	context.after(() => clearInterval(timer));
	const exit = await page.exitOf(1);
	assert.equal(exit.outcome.kind === "limited" && exit.outcome.limit, "output");
	const line = `${"x".repeat(1_000)}\n`;
	const expected = line.repeat(1_100).slice(0, rig.config.outputBytes);
	assert.equal(page.output.subarray(0, expected.length).toString(), expected);
	assert.ok(page.outputBytes - expected.length < 200, "nothing but the marker follows");
	page.close();
});

test("ATTACKS 11: the browser goes away in mid-run and its sandbox is dead within a second", async (context) => {
	const page = await TestPage.open(await open(context));
	page.run(1, greeting);
	await page.until(() => page.output.includes("name? ") || undefined, "the prompt");
	await until(() => rig.runner.status().leases === 1, 5_000, "the last test's sandbox is gone");
	const goneAt = performance.now();
	page.close();
	await until(() => rig.runner.status().leases === 0, 1_000, "the sandbox is dead");
	context.diagnostic(`${Math.round(performance.now() - goneAt)} ms`);
});
