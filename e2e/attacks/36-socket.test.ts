import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";
import { cataloguePath } from "../../protocol/catalogue.ts";
import { waitUntil } from "../server-process.ts";
import { HandshakeRefused, SessionClient } from "../session-client.ts";
import { RunRefused } from "../session-run.ts";
import { Arena, assertRunsAgain } from "./arena.ts";
import { handshake, RawSocket, shortFrame } from "./raw-socket.ts";

/** Rows 17, 36–38 and 42: what a client can do to the public side. */

const listed = "https://docs.example.org";
const arena = new Arena({ env: { SANDGLASS_ORIGINS: listed, SANDGLASS_ADDRESS_CONNECTIONS: "120" } });

const Health = z.looseObject({
	gateway: z.looseObject({ sessions: z.number(), connections: z.number() }),
	queue: z.looseObject({ inUse: z.number() }),
});

async function health(): Promise<z.infer<typeof Health>> {
	return Health.parse(await (await fetch(new URL("/healthz", arena.server.url))).json());
}

function residentBytes(): number {
	const { gateway } = arena.server.pids();
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway}/status`, "utf8"))?.[1]) * 1_024;
}

/** Somebody else gets a page and a run. */
async function assertOthersAreServed(): Promise<void> {
	const [page, catalogue] = await Promise.all([fetch(arena.server.url), fetch(new URL(cataloguePath, arena.server.url))]);
	await Promise.all([page.arrayBuffer(), catalogue.arrayBuffer()]);
	assert.equal(page.status, 200);
	assert.equal(catalogue.status, 200);
	const other = await arena.connect();
	await assertRunsAgain(other);
	await other.close();
}

test("ATTACKS.md 36: a foreign, missing or null Origin is refused before a session or a sandbox is taken; control: own and listed ones are let in", async () => {
	const own = new URL(arena.server.url);
	const foreign = [
		null,
		"null",
		"",
		"https://evil.example",
		"https://docs.example.org.evil.example",
		"http://docs.example.org",
		"https://docs.example.org:8443",
		`${own.origin}.evil.example`,
		`http://${own.hostname}:1`,
		"file://",
		`${own.origin}/`,
		`${own.origin}, ${listed}`,
	];
	const before = await health();
	const containers = await arena.server.containers();
	for (const origin of foreign)
		await assert.rejects(
			SessionClient.connect({ url: arena.server.url, origin }),
			(error) => error instanceof HandshakeRefused && (error.status === 403 || error.status === 400),
			`origin ${origin} was let in`,
		);
	const after = await health();
	assert.equal(after.gateway.sessions, before.gateway.sessions);
	assert.equal(after.queue.inUse, before.queue.inUse);
	// The pool may still grow; a sandbox that had been taken would be gone.
	const left = await arena.server.containers();
	assert.ok(
		containers.every((id) => left.includes(id)),
		"a sandbox was used up",
	);
	for (const origin of [own.origin, listed]) await (await arena.connect({ origin })).close();
});

test("ATTACKS.md 36: another name that points at this machine is not served (DNS rebinding)", async () => {
	const raw = new RawSocket(arena.server.url);
	await raw.write(handshake(arena.server.url).replaceAll(new URL(arena.server.url).host, "evil.example"));
	assert.match(await raw.waitFor(/\r\n\r\n/), /^HTTP\/1\.1 4(03|21) /);
	await raw.closed;
});

const badNames: readonly [string, string][] = [
	["parent folder", "../x"],
	["hidden parent", "a/../../x"],
	["absolute", "/etc/cron.d/x"],
	["NUL", "a\0b"],
	["dot", "."],
	["dot part", "a/./b"],
	["empty part", "a//b"],
	["folder", "a/"],
	["backslash", "..\\x"],
	["newline", "a\nb"],
	["256 bytes", "é".repeat(128)],
	["lone surrogate", "a\ud800"],
	["right-to-left override", "a\u202eyp.exe"],
	["line separator", "a\u2028b"],
	["empty", ""],
	["space at the end", "a "],
];

test("ATTACKS.md 17: file names that leave the workspace or deceive are refused by name, nothing is written, and the session goes on", async () => {
	const attacker = await arena.connect();
	const look = { name: "main.py", content: "import os\nprint(sorted(os.listdir('/workspace') + os.listdir('/tmp')))" };
	for (const [what, name] of badNames) {
		const run = attacker.run({ language: "python", files: [look, { name, content: "owned" }], mode: "pipes" });
		await assert.rejects(run.exit, (error) => error instanceof RunRefused && error.code === "invalidFileName", what);
		assert.equal(run.started.length, 0, what);
	}
	for (const [what, pair] of [
		["NFC and NFD", ["caf\u00e9.py", "cafe\u0301.py"]],
		["case", ["a.py", "A.py"]],
		["the same", ["a.py", "a.py"]],
		["file and folder", ["a", "a/b"]],
		["fullwidth", ["a.py", "\uff41.py"]],
	] as const) {
		const run = attacker.run({ language: "python", files: [look, ...pair.map((name) => ({ name, content: "" }))], mode: "pipes" });
		await assert.rejects(
			run.exit,
			(error) => error instanceof RunRefused && error.code === "duplicateFileName" && error.field !== undefined,
			what,
		);
	}
	const many = attacker.run({
		language: "python",
		files: [look, ...Array.from({ length: 64 }, (_, at) => ({ name: `f${at}`, content: "" }))],
		mode: "pipes",
	});
	await assert.rejects(many.exit, (error) => error instanceof RunRefused && error.code === "tooManyFiles");
	const large = attacker.run({ language: "python", files: [look, { name: "a", content: "€".repeat(90_000) }], mode: "pipes" });
	await assert.rejects(large.exit, (error) => error instanceof RunRefused && error.code === "filesTooLarge");
	// The control: names that are merely unusual are written, and nothing else is there.
	const fine = ["-rf", "ä ö.txt", "folder/sub/🏖", ".hidden", "a".repeat(200), "%2e%2e%2fx", "$(id)", "con"];
	const run = attacker.run({ language: "python", files: [look, ...fine.map((name) => ({ name, content: "" }))], mode: "pipes" });
	assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 }, run.text);
	for (const name of fine) assert.ok(run.text.includes(`'${name.split("/")[0]}'`), `${name}: ${run.text}`);
	assert.ok(!run.text.includes("owned") && !run.text.includes("'x'"));
	await attacker.close();
});

test("ATTACKS.md 17: 10,000 files are refused before anything is written, and the session goes on", async () => {
	const attacker = await arena.connect();
	const run = attacker.run({ language: "python", files: Array.from({ length: 10_000 }, (_, at) => ({ name: `f${at}`, content: "" })) });
	await assert.rejects(run.exit, (error) => error instanceof RunRefused && error.code === "tooManyFiles");
	assert.equal(run.started.length, 0);
	await assertRunsAgain(attacker);
	await attacker.close();
});

test("ATTACKS.md 42: no message has a word for an image, a runtime, a mount, a flag or a host; each is refused by name", async () => {
	const words = {
		image: "debian:latest",
		Image: "debian:latest",
		runtime: "runc",
		mounts: ["/:/host"],
		binds: ["/:/host"],
		HostConfig: { Privileged: true },
		privileged: true,
		command: ["/bin/sh"],
		user: "0:0",
		env: { LD_PRELOAD: "x" },
		environment: {},
		network: "host",
		capAdd: ["SYS_ADMIN"],
		securityOpt: ["seccomp=unconfined"],
		dockerHost: "tcp://0.0.0.0:2375",
	};
	for (const [word, value] of Object.entries(words)) {
		const attacker = await arena.connect();
		const message = { type: "run", run: 1, language: "python", files: [{ name: "main.py", content: "print('ran')" }], [word]: value };
		attacker.sendRaw(JSON.stringify(message));
		assert.equal((await attacker.closed).code, 4400, word);
		const error = attacker.messages.find((it) => it.type === "error");
		assert.ok(error?.type === "error" && error.field?.includes(word), `${word}: ${JSON.stringify(error)}`);
	}
	const polluting = await arena.connect();
	polluting.sendRaw('{"type":"run","run":1,"language":"python","files":[{"name":"main.py","content":""}],"__proto__":{"image":"debian"}}');
	assert.equal((await polluting.closed).code, 4400);
	for (const place of ["files", "limits"]) {
		const attacker = await arena.connect();
		const file = { name: "main.py", content: "", ...(place === "files" ? { mode: 0o4755 } : {}) };
		attacker.sendRaw(
			JSON.stringify({ type: "run", run: 1, language: "python", files: [file], limits: place === "limits" ? { memoryBytes: 1e9 } : {} }),
		);
		assert.equal((await attacker.closed).code, 4400, place);
	}
});

test("ATTACKS.md 42: a language or version is looked up, never passed on", async () => {
	const attacker = await arena.connect();
	const files = [{ name: "main.py", content: "print('ran')" }];
	for (const language of [
		"debian:latest",
		"../python",
		"python@sha256:0",
		"python:3.13",
		"sandglass/python",
		"__proto__",
		"constructor",
		"toString",
	])
		await assert.rejects(
			attacker.run({ language, files }).exit,
			(error) => error instanceof RunRefused && error.code === "unknownLanguage",
			language,
		);
	for (const version of ["latest", "3.13-slim", "3.13/../..", "__proto__", "3.13\n", "*"])
		await assert.rejects(
			attacker.run({ language: "python", version, files }).exit,
			(error) => error instanceof RunRefused && error.code === "unknownVersion",
			version,
		);
	await assertRunsAgain(attacker);
	await attacker.close();
});

test("ATTACKS.md 37: huge headers are refused", async () => {
	const raw = new RawSocket(arena.server.url);
	await raw.write(handshake(arena.server.url, `X-Filler: ${"x".repeat(200_000)}\r\n`));
	assert.match(await raw.waitFor(/\r\n\r\n/), /^HTTP\/1\.1 431 /);
	const many = new RawSocket(arena.server.url);
	await many.write(handshake(arena.server.url, Array.from({ length: 5_000 }, (_, at) => `H${at}: 1\r\n`).join("")));
	assert.match(await many.waitFor(/\r\n\r\n/), /^HTTP\/1\.1 (431|400) /);
	await assertOthersAreServed();
});

test("ATTACKS.md 37: a compression bomb is not read, for compression is never agreed to", async () => {
	const raw = new RawSocket(arena.server.url);
	await raw.write(handshake(arena.server.url, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
	const answer = await raw.waitFor(/\r\n\r\n/);
	assert.match(answer, /^HTTP\/1\.1 101 /);
	assert.doesNotMatch(answer, /Sec-WebSocket-Extensions/i);
	await raw.write(shortFrame(1, Buffer.alloc(100), { isCompressed: true }));
	await raw.closed;
	await assertOthersAreServed();
});

test("ATTACKS.md 37: a flood of tiny fragments ends its own connection, in bounded memory", { timeout: 30_000 }, async () => {
	const before = residentBytes();
	await arena.besideNeighbour(async () => {
		const raw = new RawSocket(arena.server.url);
		await raw.write(handshake(arena.server.url));
		await raw.waitFor(/\r\n\r\n/);
		await raw.write(shortFrame(1, Buffer.from("{"), { isFinal: false }));
		const flood = Buffer.concat(Array.from({ length: 10_000 }, () => shortFrame(0, Buffer.alloc(0), { isFinal: false })));
		// It is closed after a thousand or so; what is sent until that is known is thrown away, and the socket is cut soon after.
		while (raw.isWritable) await raw.write(flood);
		await raw.closed;
	});
	assert.ok(residentBytes() - before < 64 * 1_048_576);
});

/** Headers by which a client claims to be somebody else each time. */
function forgedAddress(at: number): string {
	const address = `203.0.${at >> 8}.${at & 255}`;
	return `X-Forwarded-For: ${address}\r\nForwarded: for=${address}\r\nX-Real-IP: ${address}\r\n`;
}

test("ATTACKS.md 37: 1,000 idle sockets of one address are cut to its share, whatever X-Forwarded-For they forge (38), and a page still comes", async () => {
	const before = residentBytes();
	const sockets = Array.from({ length: 1_000 }, () => new RawSocket(arena.server.url));
	await Promise.all(sockets.map((socket, at) => socket.write(handshake(arena.server.url, forgedAddress(at)))));
	await Promise.all(sockets.map((socket) => socket.waitFor(/\r\n\r\n/)));
	await waitUntil(() => sockets.filter((socket) => !socket.isClosed).length <= 120, "at most 120 stay open");
	assert.ok(sockets.some((socket) => socket.received.toString("latin1").includes("tooManyConnections")));
	assert.ok((await health()).gateway.connections <= 120);
	assert.equal((await fetch(arena.server.url)).status, 200);
	assert.ok(residentBytes() - before < 128 * 1_048_576);
	// Those that stay and never greet are gone after the ten seconds of PROTOCOL.md P2; nobody waits for that here.
	for (const socket of sockets) socket.destroy();
	await waitUntil(async () => (await health()).gateway.connections === 0, "all are counted out");
	await assertOthersAreServed();
});

test("ATTACKS.md 37: handshakes that never end are ended, while others are served", async () => {
	const { host } = new URL(arena.server.url);
	const slow = [`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `, handshake(arena.server.url).slice(0, -2), "", "GET"];
	const sockets = slow.flatMap((start) =>
		Array.from({ length: 25 }, () => {
			const raw = new RawSocket(arena.server.url);
			void raw.write(start);
			return raw;
		}),
	);
	const dribble = setInterval(() => {
		for (const socket of sockets) if (socket.received.length === 0) void socket.write("x");
	}, 500);
	try {
		await assertOthersAreServed();
		// Headers must have come within 10 s; the server looks every second.
		await waitUntil(() => sockets.every((socket) => socket.isClosed), "all of them are ended", 20_000);
	} finally {
		clearInterval(dribble);
		for (const socket of sockets) socket.destroy();
	}
	await assertOthersAreServed();
});
