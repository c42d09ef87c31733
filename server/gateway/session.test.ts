import assert from "node:assert/strict";
import { test } from "node:test";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

test("PROTOCOL.md P5: a run is answered by started, output and one exit that bear its id", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "print hello");
	const exit = await page.exitOf(1);
	assert.deepEqual(exit.outcome, { kind: "exited", code: 0 });
	assert.equal(page.output.toString(), "hello");
	const started = await page.next("started");
	assert.equal(started.run, 1);
	assert.equal(started.language, "python");
	assert.equal(started.tier, "container");
	page.close();
});

test("PROTOCOL.md P4: a second run while one runs is refused with its id, and the first goes on", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	await page.next("started");
	page.run(2, "print two");
	assert.equal((await page.next("error", ({ run }) => run === 2)).code, "alreadyRunning");
	page.sendStdin(Buffer.from("still here"));
	await page.until(() => page.output.toString() === "still here" || undefined);
	page.send({ type: "stop", run: 1 });
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "stopped" });
	page.run(1, "print again");
	assert.equal((await page.next("error", ({ run }) => run === 1)).field, "run");
	page.close();
});

test("a language keeps its sandbox over several runs, another version gets another one, by any alias", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	for (let run = 1; run <= 3; run++) {
		page.run(run, "print x", { language: run === 2 ? "PY" : "python" });
		await page.exitOf(run);
	}
	assert.equal(door.opened, 1);
	page.run(4, "print x", { version: "3.11" });
	await page.exitOf(4);
	await door.untilLeases(1);
	assert.equal(door.opened, 2);
	page.close();
	await door.untilLeases(0);
});

test("ATTACKS 8: invalid UTF-8, NUL bytes and a code point split across writes come back intact", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "echo");
	const euro = Buffer.from("€");
	const parts = [Buffer.from([0, 0xff, 0xfe, 0xc3, 0x28, 0x80]), euro.subarray(0, 1), euro.subarray(1), Buffer.from([0xf0, 0x9f])];
	for (const part of parts) page.sendStdin(part);
	page.send({ type: "eof", run: 1 });
	await page.exitOf(1);
	assert.deepEqual(page.output, Buffer.concat(parts));
	page.close();
});

test("what is typed before the program is there reaches it, and a stop in the queue is an exit", async (context) => {
	const { url } = await openFixture(context, { maxLeases: 1 });
	const [first, second, third] = await Promise.all([TestPage.open(url), TestPage.open(url), TestPage.open(url)]);
	first.run(1, "wait");
	await first.next("started");
	second.run(1, "echo");
	assert.equal((await second.next("queued")).ahead, 0);
	second.sendStdin(Buffer.from("early"));
	second.send({ type: "resize", run: 1, columns: 132, rows: 50 });
	second.send({ type: "eof", run: 1 });
	third.run(1, "print never");
	assert.equal((await third.next("queued")).ahead, 1);
	third.send({ type: "stop", run: 1 });
	assert.deepEqual((await third.exitOf(1)).outcome, { kind: "stopped" });
	first.close();
	await second.exitOf(1);
	assert.equal(second.output.toString(), "early");
	for (const page of [second, third]) page.close();
});

test("a sandbox kept idle is given back to who waits, once its time of grace is over", async (context) => {
	const { url, door } = await openFixture(context, { maxLeases: 1, timings: { idleLeaseGraceMs: 50 } });
	const [first, second] = await Promise.all([TestPage.open(url), TestPage.open(url)]);
	first.run(1, "print a");
	await first.exitOf(1);
	second.run(1, "print b");
	await second.exitOf(1);
	assert.equal(second.output.toString(), "b");
	assert.equal(door.mostOpen, 1);
	for (const page of [first, second]) page.close();
});

test("PROTOCOL.md P13: a session without a run gives its sandbox back", async (context) => {
	const { url, door } = await openFixture(context, { config: { sessionIdleMs: 50 } });
	const page = await TestPage.open(url);
	page.run(1, "print a");
	await page.exitOf(1);
	await door.untilLeases(0);
	page.run(2, "print b");
	await page.exitOf(2);
	page.close();
});

test("two tabs of a visitor run side by side, share its quota, and an idle tab's sandbox is given up for a busy one", async (context) => {
	const { url } = await openFixture(context, { config: { visitorSessions: 2 } });
	const first = await TestPage.open(url);
	const cookie = first.setCookie[0]?.split(";")[0] ?? "";
	const headers = { cookie };
	const [second, third] = await Promise.all([TestPage.open(url, { headers }), TestPage.open(url, { headers })]);
	assert.equal(second.welcome?.visitorToken, first.welcome?.visitorToken);
	assert.notEqual(second.welcome?.session, first.welcome?.session);
	first.run(1, "wait");
	await first.next("started");
	second.run(1, "wait");
	await second.next("started");
	third.run(1, "print x");
	assert.equal((await third.next("error")).code, "tooManySessions");
	second.send({ type: "stop", run: 1 });
	await second.exitOf(1);
	third.run(2, "print x");
	await third.exitOf(2);
	for (const page of [first, second, third]) page.close();
});

test("runs over the minute's share are refused with a time to come back", async (context) => {
	const { url } = await openFixture(context, { config: { visitorRunsPerMinute: 2 } });
	const page = await TestPage.open(url);
	for (let run = 1; run <= 2; run++) {
		page.run(run, "print x");
		await page.exitOf(run);
	}
	page.run(3, "print x");
	const error = await page.next("error");
	assert.equal(error.code, "tooManyRuns");
	assert.ok((error.retryAfterMs ?? 0) > 10_000 && (error.retryAfterMs ?? 0) <= 30_000);
	page.close();
});

test("PROTOCOL.md P6: stop, resize, signal, eof and stdin for a run that has ended are ignored", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "print x");
	await page.exitOf(1);
	page.send({ type: "stop", run: 1 });
	page.send({ type: "resize", run: 1, columns: 100, rows: 30 });
	page.send({ type: "signal", run: 1, signal: "INT" });
	page.send({ type: "eof", run: 1 });
	page.sendStdin(Buffer.from("late"));
	page.run(2, "print y");
	await page.exitOf(2);
	assert.equal(page.messages.filter(({ type }) => type === "error").length, 0);
	page.close();
});

test("a refused claim is an error with the runner's reason", async (context) => {
	const { url, door } = await openFixture(context);
	door.refuseWith = "engineDown";
	const page = await TestPage.open(url);
	page.run(1, "print x");
	assert.equal((await page.next("error")).code, "engineDown");
	door.refuseWith = null;
	page.run(2, "print x");
	await page.exitOf(2);
	page.close();
});

test("a runner that still clears up after another sandbox is asked again, and nothing typed meanwhile is lost", async (context) => {
	const { url, door } = await openFixture(context);
	door.busyClaims = 3;
	const page = await TestPage.open(url);
	page.run(1, "echo");
	page.sendStdin(Buffer.from("typed "));
	await page.until(() => {
		if (door.busyClaims === 0) return true;
		page.send({ type: "ping", nonce: 1 });
		return undefined;
	});
	page.sendStdin(Buffer.from("early"));
	page.send({ type: "eof", run: 1 });
	await page.exitOf(1);
	assert.equal(page.output.toString(), "typed early");
	door.busyClaims = 1_000;
	page.run(2, "echo", { version: "3.11" });
	await page.until(() => {
		if (door.busyClaims < 998) return true;
		page.send({ type: "ping", nonce: 2 });
		return undefined;
	});
	page.send({ type: "stop", run: 2 });
	assert.deepEqual((await page.exitOf(2)).outcome, { kind: "stopped" });
	assert.equal(page.messages.filter(({ type }) => type === "error").length, 0);
	page.close();
});

test("ATTACKS 11: a page that says farewell in mid-run gives its sandbox back at once", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "wait");
	await page.next("started");
	const closedAt = performance.now();
	page.socket.close(1001);
	await door.untilLeases(0);
	assert.ok(performance.now() - closedAt < 1_000);
});
