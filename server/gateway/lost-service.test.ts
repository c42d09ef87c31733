import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DoorDouble } from "./testing/door-double.ts";
import { makeCatalogue, openFixture, untilReady } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

test("ATTACKS 13: with the runner killed a running program ends as lost, a new run is told why, and all comes back by itself", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "wait");
	await page.next("started");
	await door.kill();
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "lost", code: "sandboxLost" });
	page.run(2, "print x");
	assert.equal((await page.next("error", ({ run }) => run === 2)).code, "runnerDown");
	await door.start();
	await untilReady(url);
	page.run(3, "print back");
	await page.exitOf(3);
	assert.match(page.output.toString(), /back/);
	page.close();
});

test("ATTACKS 13: who waits in the queue when the runner dies is told", async (context) => {
	const { url, door } = await openFixture(context, { maxLeases: 1 });
	const [first, second] = await Promise.all([TestPage.open(url), TestPage.open(url)]);
	first.run(1, "wait");
	await first.next("started");
	second.run(1, "print x");
	await second.next("queued");
	await door.kill();
	assert.equal((await second.next("error")).code, "runnerDown");
	for (const page of [first, second]) page.close();
});

test("ATTACKS 13: closing the gateway tells every page, closes 4503 and gives every sandbox back", async (context) => {
	const { url, door, gateway } = await openFixture(context);
	const pages = await Promise.all([1, 2, 3].map(() => TestPage.open(url)));
	for (const page of pages) page.run(1, "wait");
	for (const page of pages) await page.next("started");
	assert.equal(door.leases.size, 3);
	await gateway.close();
	for (const page of pages) {
		assert.equal((await page.next("error")).code, "shuttingDown");
		assert.equal(await page.closed(), 4503);
	}
	await door.untilLeases(0);
	await assert.rejects(fetch(`${url}/healthz`));
});

test("ATTACKS 13: kill -9 of the gateway closes every lease", async (context) => {
	const door = await DoorDouble.open(await makeCatalogue());
	context.after(() => door.close());
	const script = fileURLToPath(new URL("testing/gateway-child.ts", import.meta.url));
	const child = spawn(process.execPath, ["--import", "tsx", script, door.socketPath], { stdio: ["ignore", "pipe", "inherit"] });
	context.after(() => child.kill("SIGKILL"));
	const url = (await new Promise<string>((resolve) => child.stdout.once("data", (line) => resolve(String(line))))).trim();
	await untilReady(url);
	const pages = await Promise.all([1, 2, 3].map(() => TestPage.open(url)));
	for (const page of pages) {
		page.run(1, "wait");
		await page.next("started");
	}
	assert.equal(door.leases.size, 3);
	child.kill("SIGKILL");
	await door.untilLeases(0);
	for (const page of pages) assert.equal(await page.closed(), 1006);
});
