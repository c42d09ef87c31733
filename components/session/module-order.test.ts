import assert from "node:assert/strict";
import test from "node:test";
import { encodeStream } from "../../protocol/streams.ts";
import type { LocalProgram, LocalRunEvents, LocalTier } from "./local-runner.ts";
import { expectMessage, limits, openClient, send, started, welcome } from "./testing/hand-written-server.ts";

/** A program of C for this browser: the server compiles it, and the session puts the two halves together. */

const program = {
	language: "c",
	version: "clang-9",
	tier: "browser",
	files: [{ name: "main.c", content: "int main;" }],
	arguments: ["one"],
};
const report = { exitCode: 0, signal: null, wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 };

function handWrittenTier() {
	const played: { program: LocalProgram; events: LocalRunEvents }[] = [];
	let wake = (): void => undefined;
	const asked = new Promise<void>((resolve) => {
		wake = resolve;
	});
	const tier: LocalTier = {
		run: (local, events) => {
			played.push({ program: local, events });
			wake();
			return { stop: () => undefined, sendInput: () => true };
		},
		close: () => undefined,
	};
	return { played, asked, loadLocalTier: async () => tier };
}

async function compileWith(context: Parameters<typeof openClient>[0]) {
	const local = handWrittenTier();
	const opened = await openClient(context, local);
	opened.client.run({ ...program, limits: { outputBytes: 10 } });
	const { socket } = await expectMessage(opened.next, "hello");
	welcome(socket);
	const { message } = await expectMessage(opened.next, "run");
	const ofRun = { run: 1, tier: "wasm", language: "c", version: "clang-9-module", limits } as const;
	const begin = (step: "compile" | "run") => send(socket, { ...started, ...ofRun, step });
	const print = (stream: "stdout" | "stderr", bytes: Uint8Array) => socket.send(encodeStream(stream, bytes));
	return { ...opened, ...local, socket, message, begin, print };
}

test("the server is asked to print the module, and what it printed runs here with what the compiler said still standing", async (context) => {
	const { message, begin, print, until, socket, output, played, asked, client } = await compileWith(context);
	assert.deepEqual(
		[message.version, message.tier, message.mode, message.arguments, message.limits],
		["clang-9-module", "wasm", "pipes", [], {}],
	);
	begin("compile");
	await until(({ run }) => run.kind === "running" && run.at.isForHere && run.at.version === "clang-9");
	print("stderr", Buffer.from("a warning\n"));
	begin("run");
	print("stdout", Uint8Array.of(31, 139, 10));
	print("stdout", Uint8Array.of(13, 0));
	send(socket, { type: "exit", run: 1, outcome: { kind: "exited", code: 0 }, compile: report, program: report });
	await until(({ run }) => run.kind === "loading");
	await asked;
	const [{ program: local, events } = assert.fail()] = played;
	assert.deepEqual([...(local.module ?? [])], [31, 139, 10, 13, 0]);
	assert.deepEqual([local.request.version, local.request.tier, local.request.arguments], ["clang-9", "browser", ["one"]]);
	assert.deepEqual(local.request.limits, { outputBytes: 10 }, "its limits are for where it runs");
	events.onMessage({ ...started, run: local.request.run, tier: "browser", language: "c", limits });
	events.onBytes("stdout", Buffer.from("ran"), () => undefined);
	assert.deepEqual(
		output.map(({ text }) => text),
		["a warning\r\n", "ran"],
	);
	assert.equal(client.getState().run.kind, "running");
});

test("what does not compile runs nowhere", async (context) => {
	const { begin, print, until, socket, output, played } = await compileWith(context);
	begin("compile");
	print("stdout", Buffer.from("error: no\n"));
	send(socket, { type: "exit", run: 1, outcome: { kind: "compileFailed", code: 1 }, compile: report, program: null });
	await until(({ run }) => run.kind === "ended" && run.outcome.kind === "compileFailed");
	assert.deepEqual([output.map(({ text }) => text), played.length], [["error: no\r\n"], 0]);
});

test("a module that was cut off at the server's limit, or whose printer failed, does not run", async (context) => {
	for (const outcome of [
		{ kind: "limited", limit: "output", value: 1_048_576 },
		{ kind: "exited", code: 1 },
	] as const) {
		const { begin, print, until, socket, played } = await compileWith(context);
		begin("run");
		print("stdout", Uint8Array.of(31, 139));
		send(socket, { type: "exit", run: 1, outcome, compile: report, program: report });
		await until(({ run }) => run.kind === "ended" && run.outcome.kind === outcome.kind);
		assert.equal(played.length, 0);
	}
});

test("a server that has no compiler to offer says so, and nothing runs", async (context) => {
	const { until, socket, played } = await compileWith(context);
	send(socket, { type: "error", code: "tierUnavailable", message: "It is not.", run: 1 });
	await until(({ run }) => run.kind === "refused" && run.code === "tierUnavailable");
	assert.equal(played.length, 0);
});

test("the next program is asked for as it is, and its output shown as it comes", async (context) => {
	const { begin, until, socket, next, client, output } = await compileWith(context);
	begin("run");
	send(socket, { type: "exit", run: 1, outcome: { kind: "stopped" }, compile: report, program: null });
	await until(({ run }) => run.kind === "ended");
	client.run({ language: "c", files: program.files, arguments: [] });
	const { message } = await expectMessage(next, "run");
	assert.deepEqual([message.mode, message.version], ["pty", undefined]);
	send(socket, { ...started, run: message.run });
	socket.send(encodeStream("stdout", Buffer.from("1\n")));
	send(socket, { type: "exit", run: message.run, outcome: { kind: "exited", code: 0 }, compile: null, program: null });
	await until(({ run }) => run.kind === "ended" && run.run === message.run);
	assert.equal(output.at(-1)?.text, "1\n");
});
