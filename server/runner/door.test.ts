import assert from "node:assert/strict";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { after, before, test } from "node:test";
import { encodeRequest } from "./door-frames.ts";
import type { RunnerStatus } from "./door-protocol.ts";
import { encodeFrame } from "./frame-reader.ts";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { offer, type Rig, startRig, until } from "./testing/rig.ts";
import { watchRunner } from "./watch-client.ts";

/** What the door refuses, from a gateway that somebody else has taken over. */

let rig: Rig;
let version: string;
before(async () => {
	const offered = await offer("python");
	version = offered[0]?.toolchain.version.version ?? "";
	rig = await startRig({ offered, settings: { maxLeases: 2 } });
});
after(() => rig.close());

/** Sends the bytes and resolves to what came until the runner closed. */
async function say(...frames: Uint8Array[]): Promise<string> {
	const socket = connect(rig.socketPath);
	let answer = "";
	socket.on("data", (chunk: Buffer) => {
		answer += chunk.toString("latin1");
	});
	for (const frame of frames) socket.write(frame);
	await once(socket, "close");
	return answer;
}

const control = (message: unknown): Buffer => encodeFrame(1, Buffer.from(JSON.stringify(message)));
const claimMessage = (): Buffer => encodeRequest({ type: "claim", language: "python", version, tier: "container" });
const run = {
	type: "run",
	files: [{ name: "x", content: "" }],
	entry: "x",
	arguments: [],
	mode: "pipes",
	columns: 80,
	rows: 24,
	limits: {},
};

test("the door is the owner's and the group's alone", async () => {
	assert.equal((await stat(rig.socketPath)).mode & 0o777, 0o660);
	assert.equal((await stat(dirname(rig.socketPath))).mode & 0o777, 0o700);
});

test("garbage, long frames and wrong types end the connection without an answer (ATTACKS.md 15)", async () => {
	assert.equal(await say(Buffer.from("GET / HTTP/1.1\r\n\r\n")), "");
	assert.equal(await say(Buffer.from([1, 0xff, 0xff, 0xff, 0xff])), "");
	assert.equal(await say(Buffer.from([1, 0, 0x20, 0, 1])), "");
	assert.equal(await say(encodeFrame(3, Buffer.from("x"))), "");
	assert.equal(await say(encodeFrame(1, Buffer.from("{"))), "");
	assert.equal(await say(encodeFrame(1, Buffer.from("[".repeat(100_000)))), "");
});

test("a message that names an image, a mount or a flag never gets further than the schema (ATTACKS.md 42)", async () => {
	for (const word of ["image", "mounts", "runtime", "privileged", "__proto__x"]) {
		assert.equal(await say(control({ type: "claim", language: "python", version, [word]: "x" })), "");
	}
	assert.equal(await say(control({ type: "exec", command: ["id"] })), "");
	assert.deepEqual(await rig.containers(), []);
});

test("limits that are none are refused, after a claim too, and cost that lease only (ATTACKS.md 12)", async () => {
	for (const value of [0, -1, 1e308, "10", null]) {
		const answer = await say(claimMessage(), control({ ...run, limits: { totalWallMs: value } }));
		assert.ok(!answer.includes("started"), answer);
	}
	await until(() => rig.runner.status().leases === 0, 10_000, "every lease is given back");
	await until(async () => (await rig.containers()).length === 0, 10_000, "what was being made for them is gone");
});

test("messages out of order end the connection", async () => {
	assert.equal(await say(control(run)), "");
	assert.equal(await say(control({ type: "stop" })), "");
	assert.equal(await say(encodeFrame(2, Buffer.from("x"))), "");
	assert.ok(!(await say(claimMessage(), claimMessage())).includes("exit"));
	assert.ok(!(await say(claimMessage(), control(run), control(run))).includes("exit"));
	assert.ok(
		!(
			await say(
				claimMessage(),
				control(run),
				encodeFrame(2, Buffer.alloc(32_768)),
				encodeFrame(2, Buffer.alloc(32_768)),
				encodeFrame(2, Buffer.alloc(1)),
			)
		).includes("exit"),
	);
	await until(() => rig.runner.status().leases === 0, 10_000, "every lease is given back");
});

test("what cannot be claimed is refused with the reason", async () => {
	assert.deepEqual(await new LeaseProbe(rig, "cobol", "1").next("refused"), ["unknownLanguage"]);
	assert.deepEqual(await new LeaseProbe(rig, "python", "0.9").next("refused"), ["unknownVersion"]);
	const held = [new LeaseProbe(rig, "python", version), new LeaseProbe(rig, "python", version)];
	await Promise.all(held.map((probe) => probe.next("claimed")));
	const third = new LeaseProbe(rig, "python", version);
	assert.deepEqual(await third.next("refused"), ["queueFull"]);
	await third.next("closed");
	await Promise.all(held.map((probe) => probe.close()));
	await until(() => rig.runner.status().leases === 0, 10_000, "the leases are given back");
});

test("a refusal arrives whole at a gateway that is just writing its run", async () => {
	const codes = new Map<string, number>();
	for (let round = 0; round < 200; round++) {
		const probe = new LeaseProbe(rig, "cobol", "1");
		// The refusal and the run cross at every point of the way.
		for (let turn = 0; turn < round % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
		if (probe.events.length === 0) probe.run("x".repeat(200_000));
		const [code] = await probe.next("refused");
		codes.set(code, (codes.get(code) ?? 0) + 1);
	}
	assert.deepEqual([...codes], [["unknownLanguage", 200]]);
});

test("a language whose image is not known yet, or cannot be started, is refused as that", async () => {
	const offered = await offer("python");
	const own = await startRig({ offered: offered.map(({ toolchain }) => ({ toolchain, image: null })) });
	assert.deepEqual(await new LeaseProbe(own, "python", version).next("refused"), ["imagesMissing"]);
	own.runner.setImage("python", version, "sandglass-runner-test/missing:none");
	assert.deepEqual(await new LeaseProbe(own, "python", version).next("refused"), ["internal"]);
	assert.throws(() => own.runner.setImage("cobol", "1", "x"));
	await own.close();
});

test("a second runner at the same door does not start, and harms nothing of the first, though it bears its name", async () => {
	const offered = await offer("python");
	const own = await startRig({ offered });
	const probe = new LeaseProbe(own, "python", version);
	await probe.next("claimed");
	const { instance } = own.config;
	await assert.rejects(startRig({ offered, instance, socketPath: own.socketPath }), /another runner/);
	probe.run("print('alive')");
	assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
	await probe.close();
	await own.close();
});

test("a peer that asks and asks and never reads is cut off, in bounded memory (ATTACKS.md 7)", async () => {
	const socket = connect(rig.socketPath);
	socket.write(claimMessage());
	await once(socket, "data");
	socket.pause();
	const badRuns = Buffer.concat(Array.from({ length: 1_000 }, () => control({ ...run, entry: "y" })));
	let refusal = "";
	socket.on("error", (error: NodeJS.ErrnoException) => {
		refusal = error.code ?? "";
	});
	let sentBytes = 0;
	while (!socket.destroyed && sentBytes < 100_000_000) {
		sentBytes += badRuns.length;
		await new Promise((resolve) => socket.write(badRuns, resolve));
	}
	assert.match(refusal, /EPIPE|ECONNRESET/);
	assert.ok(sentBytes < 100_000_000);
	await until(() => rig.runner.status().leases === 0, 10_000, "the lease is given back");
});

test("watchers are told the state at once and at each change, and that the runner is gone", async () => {
	const own = await startRig({ offered: await offer("python") });
	const seen: RunnerStatus[] = [];
	let downs = 0;
	const watch = watchRunner({ socketPath: own.socketPath, onStatus: (status) => seen.push(status), onDown: () => downs++ });
	await until(() => seen.length > 0, 5_000, "the first status");
	assert.deepEqual(seen[0], {
		engine: "up",
		leases: 0,
		maxLeases: 48,
		capacity: 48,
		bottleneck: "ceiling",
		tiers: own.runner.status().tiers,
		languages: own.runner.status().languages,
	});
	const probe = new LeaseProbe(own, "python", version);
	await until(() => watch.status?.leases === 1, 10_000, "the lease is told");
	await probe.close();
	await until(() => watch.status?.leases === 0, 10_000, "the end of the lease is told");
	await own.close();
	await until(() => downs === 1 && watch.status === null, 5_000, "down is told");
	watch.close();
});
