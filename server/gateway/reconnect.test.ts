import assert from "node:assert/strict";
import { test } from "node:test";
import { CuttingProxy } from "./testing/cutting-proxy.ts";
import { floodByte } from "./testing/door-double.ts";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

test("PROTOCOL.md P10: connections destroyed in mid-stream lose and double no byte of output", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	const totalBytes = 8 * 1_048_576;
	const cutEvery = [1, 70_001, 3, 250_000, 32_769, 500_000, 131_072, 900_001];
	let received = 0;
	let nextCut = 100_000;
	let wrong = 0;
	let cuts = 0;
	page.onOutput = (bytes) => {
		for (const [index, byte] of bytes.entries()) if (byte !== floodByte(received + index)) wrong++;
		received += bytes.length;
		if (received < nextCut) return;
		nextCut = received + (cutEvery[cuts % cutEvery.length] ?? 1);
		cuts++;
		page.cut();
		void page.resume().then((welcome) => assert.equal(welcome.isResumed, true));
	};
	page.run(1, `flood ${totalBytes}`);
	const exit = await page.until(() => page.messages.find(({ type }) => type === "exit"), "exit", 60_000);
	assert.equal(exit.type === "exit" && exit.run, 1);
	assert.equal(received, totalBytes);
	assert.equal(wrong, 0);
	assert.ok(cuts >= 15, `only ${cuts} cuts`);
	assert.equal(page.messages.filter(({ type }) => type === "exit").length, 1);
	assert.equal(door.opened, 1);
	context.diagnostic(`${cuts} cuts`);
	page.close();
});

test("PROTOCOL.md P10: a connection cut after each number of bytes from 1 to 700 loses and doubles nothing, either way", async (context) => {
	const { url } = await openFixture(context);
	const proxy = await CuttingProxy.open(url);
	context.after(() => proxy.close());
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	page.cut();
	page.url = proxy.url;
	let typed = "";
	for (let bytes = 1; bytes <= 700; bytes++) {
		const line = `${bytes},`;
		typed += line;
		proxy.budgetBytes = bytes;
		page.sendStdin(Buffer.from(line));
		try {
			await page.resume();
			await page.until(() => (page.outputBytes >= typed.length ? true : undefined));
			page.cut();
		} catch (error) {
			assert.match(String(error), /closed with 1006 while waiting for (welcome|condition)/);
		}
	}
	page.url = url;
	await page.resume();
	page.send({ type: "eof", run: 1 });
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "exited", code: 0 });
	assert.equal(page.output.toString(), typed);
	context.diagnostic(`${proxy.cuts} connections were cut`);
	assert.ok(proxy.cuts > 300);
	page.close();
});

test("PROTOCOL.md P10: input typed while connections break arrives once and in order", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	let typed = "";
	for (let line = 0; line < 60; line++) {
		const text = `line ${line}\n`;
		typed += text;
		page.sendStdin(Buffer.from(text));
		if (line % 4 !== 3) continue;
		page.cut();
		page.sendStdin(Buffer.from("typed offline\n"));
		typed += "typed offline\n";
		assert.equal((await page.resume()).isResumed, true);
	}
	page.send({ type: "eof", run: 1 });
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "exited", code: 0 });
	assert.equal(page.output.toString(), typed);
	page.close();
});

test("PROTOCOL.md P10: a program that ends while its page is away tells it on its return", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	page.sendStdin(Buffer.from("last words"));
	page.send({ type: "eof", run: 1 });
	await page.until(() => door.requests.some(({ type }) => type === "eof") || page.outputBytes > 0 || undefined);
	page.cut();
	await page.resume();
	await page.exitOf(1);
	assert.equal(page.output.toString(), "last words");
	page.close();
});

test("PROTOCOL.md P10: a page that gives up its connection without a code may come back to its program", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	page.socket.close();
	assert.equal(await page.closed(), 1005);
	assert.equal((await page.resume()).isResumed, true);
	page.sendStdin(Buffer.from("on"));
	await page.until(() => page.output.toString() === "on" || undefined);
	page.close();
});

test("PROTOCOL.md P10: after the grace time the program is gone and a resume gets a new session that says so", async (context) => {
	const { url, door } = await openFixture(context, { config: { reconnectGraceMs: 60 } });
	const page = await TestPage.open(url);
	const { session } = await page.until(() => page.welcome ?? undefined);
	page.run(1, "wait");
	await page.next("started");
	page.cut();
	await door.untilLeases(0);
	const welcome = await page.resume();
	assert.equal(welcome.isResumed, false);
	assert.notEqual(welcome.session, session);
	assert.equal(welcome.received, 0);
	page.close();
});

test("PROTOCOL.md P10: a wrong secret, and counts that cannot be, take up nothing", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "wait");
	await page.next("started");
	const { session, secret } = await page.until(() => page.welcome ?? undefined);
	const thief = new TestPage(url);
	await thief.opened();
	const welcome = await thief.hello({
		resume: { session, secret: `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`, received: 0 },
	});
	assert.equal(welcome.isResumed, false);
	assert.equal(page.closeCode, null);
	const liar = new TestPage(url);
	await liar.opened();
	assert.equal((await liar.hello({ resume: { session, secret, received: 1_000 } })).isResumed, false);
	assert.equal(await page.closed(), 4410);
	for (const it of [thief, liar]) it.close();
});

test("PROTOCOL.md P11: a newer connection that resumes a session closes the older with 4410 and goes on with the program", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	const older = page.socket;
	const olderClosed = new Promise<number>((resolve) => older.once("close", resolve));
	await page.resume();
	assert.equal(await olderClosed, 4410);
	page.sendStdin(Buffer.from("on"));
	await page.until(() => page.output.toString() === "on" || undefined);
	assert.equal(door.leases.size, 1);
	page.close();
});

test("PROTOCOL.md P10: what one address may leave behind in broken sessions is bounded", async (context) => {
	const { url, door } = await openFixture(context, { config: { addressConnections: 3 } });
	const pages: TestPage[] = [];
	for (let count = 0; count < 3; count++) {
		const page = await TestPage.open(url);
		page.run(1, "wait");
		await page.next("started");
		page.cut();
		pages.push(page);
	}
	assert.equal(door.leases.size, 3);
	const late = await untilAdmitted(url);
	await door.untilLeases(2);
	const [oldest, younger] = pages;
	assert.equal((await younger?.resume())?.isResumed, true);
	assert.equal((await oldest?.resume())?.isResumed, false);
	for (const page of [...pages, late]) page.close();
});

/** The gateway notices a destroyed connection a moment later, and until then counts it. */
async function untilAdmitted(url: string): Promise<TestPage> {
	for (;;) {
		const page = new TestPage(url);
		await page.opened();
		page.socket.send(JSON.stringify({ type: "hello" }));
		const first = await page.until(() => page.messages[0]);
		if (first.type === "welcome") return page;
	}
}
