import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NodePistonClient, PistonClient } from "piston-api-client";
import piston from "piston-client";
import { PistonResult, pistonExecutePath } from "../../../protocol/piston.ts";
import { type LanguageCatalogue, readCatalogue } from "../../languages/catalogue.ts";
import { offer, type Rig, startRig } from "../../runner/testing/rig.ts";
import { openGateway } from "../testing/fixture.ts";
import { PistonSocket } from "./testing/piston-socket.ts";

/** Piston's API with programs that really run, and clients that others wrote for Piston, unmodified. */

let rig: Rig;
let catalogue: LanguageCatalogue;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	rig = await startRig({ offered: await offer("python", "c"), settings: { maxLeases: 4, poolSize: 1 } });
});
after(async () => {
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
});

async function open(context: TestContext): Promise<string> {
	return (await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, config: { anonymousApi: "open" } })).url;
}

async function execute(url: string, code: string, fields: object = {}): Promise<PistonResult> {
	const response = await fetch(url + pistonExecutePath, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ language: "python", version: "*", files: [{ content: code }], ...fields }),
	});
	const answer: unknown = await response.json();
	assert.equal(response.status, 200, JSON.stringify(answer));
	return PistonResult.parse(answer);
}

for (const Client of [PistonClient, NodePistonClient])
	test(`piston-api-client's ${Client.name} asks for the runtimes and runs a program with input, arguments and a second file`, async (context) => {
		const client = new Client({ server: await open(context), cacheTime: 0 });
		const runtimes = await client.runtimes();
		assert.ok(runtimes.success);
		assert.deepEqual(runtimes.data, [
			{ language: "c", version: "14.2.0", aliases: ["gcc", "h"] },
			{ language: "python", version: "3.13.0", aliases: ["py", "python3"] },
		]);
		const executed = await client.execute({
			language: "py",
			version: "3.x",
			files: [
				{ content: "import sys, greet\nprint(greet.hello(input()), sys.argv[1:])" },
				{ name: "greet.py", content: Buffer.from("def hello(name): return 'hello ' + name").toString("base64"), encoding: "base64" },
			],
			stdin: "Ada",
			args: ["1", "2"],
			run_timeout: 3_000,
			compile_timeout: 10_000,
			run_memory_limit: -1,
			compile_memory_limit: -1,
		});
		assert.ok(executed.success);
		const { run, language, version } = PistonResult.parse(executed.data);
		assert.deepEqual(
			[language, version, run.stdout, run.output, run.stderr, run.code, run.signal, run.status],
			["python", "3.13.0", "hello Ada ['1', '2']\n", "hello Ada ['1', '2']\n", "", 0, null, null],
		);
		assert.ok(run.wall_time > 0 && run.memory > 1_000_000, JSON.stringify(run));
	});

test("piston-client reads the runtimes; its execute, which names no content type, gets the 415 that Piston gives it", async (context) => {
	const client = piston({ server: await open(context) });
	const runtimes: unknown = await client.runtimes();
	assert.ok(Array.isArray(runtimes));
	assert.deepEqual(
		runtimes.map(({ language }) => language),
		["c", "python"],
	);
	assert.deepEqual(await client.execute("python", "print(1)"), {
		message: "The body has to be JSON, and its Content-Type application/json.",
	});
});

test("a compiled language tells both stages; when compiling fails, run equals compile", async (context) => {
	const url = await open(context);
	const source = '#include <stdio.h>\nint main(void) { char name[9]; scanf("%8s", name); printf("hi %s\\n", name); return 3; }';
	const good = await execute(url, "", { language: "c", files: [{ name: "prog", content: source }], stdin: "Bo" });
	assert.deepEqual([good.compile?.code, good.compile?.status], [0, null]);
	assert.deepEqual([good.run.stdout, good.run.code, good.run.status], ["hi Bo\n", 3, "RE"]);
	const bad = await execute(url, "int main(void) { return x; }", { language: "c" });
	assert.deepEqual([bad.compile?.code, bad.compile?.status], [1, "RE"]);
	assert.match(bad.compile?.stderr ?? "", /undeclared/);
	assert.deepEqual(bad.run, bad.compile);
});

test("signals and limits are told in Piston's words", async (context) => {
	const url = await open(context);
	const told = async (code: string, fields: object = {}) => {
		const { run } = await execute(url, code, fields);
		return [run.code, run.signal, run.status];
	};
	assert.deepEqual(await told("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"), [null, "SIGSEGV", "SG"]);
	assert.deepEqual(await told("while True: pass", { run_timeout: 400 }), [null, "SIGKILL", "TO"]);
	assert.deepEqual(await told("while True: pass", { run_cpu_time: 300 }), [null, "SIGKILL", "TO"]);
	assert.deepEqual(await told("import time\ntime.sleep(9)", { run_timeout: 300 }), [null, "SIGKILL", "TO"]);
	assert.deepEqual(await told("while True: print('x' * 1000)"), [null, "SIGKILL", "OL"]);
	assert.deepEqual(await told("import sys\nwhile True: print('x' * 1000, file=sys.stderr)"), [null, "SIGKILL", "EL"]);
});

test("a program over the memory that its request allows is stopped, and one within it is not", async (context) => {
	const url = await open(context);
	const code = "import time\ndata = bytearray(100_000_000)\ntime.sleep(5)\nprint('kept')";
	const over = await execute(url, code, { run_memory_limit: 60_000_000 });
	assert.deepEqual([over.run.status, over.run.signal, over.run.stdout], ["SG", "SIGKILL", ""]);
	assert.ok(over.run.wall_time < 4_000, `${over.run.wall_time} ms`);
	const quick = await execute(url, "data = bytearray(100_000_000)\nprint('done')", { run_memory_limit: 60_000_000 });
	assert.deepEqual([quick.run.status, quick.run.code], ["SG", null], "its peak was over the limit");
	const within = await execute(url, "print('done')", { run_memory_limit: 60_000_000 });
	assert.deepEqual([within.run.status, within.run.stdout], [null, "done\n"]);
});

test("compile_timeout and compile_cpu_time end a compilation", async (context) => {
	const url = await open(context);
	const bomb = `#define A(x) x x x x x x x x x x\nint main(void) { int n = 0; ${"A(A(A(A(A("}n++;${")))))"} return n; }`;
	for (const limit of ["compile_timeout", "compile_cpu_time"]) {
		const { compile, run } = await execute(url, bomb, { language: "c", [limit]: 200 });
		assert.deepEqual([compile?.status, compile?.signal, compile?.code], ["TO", "SIGKILL", null], limit);
		assert.deepEqual(run, compile);
	}
});

test("connect holds a conversation with a program, by nothing but ws", async (context) => {
	const client = await PistonSocket.open(await open(context));
	client.init("name = input('name? ')\nprint('hello', name)\nprint(input())");
	await client.until(() => client.output("stdout").includes("name? ") || undefined, "the question");
	client.stdin("Ada\n");
	await client.until(() => client.output().includes("hello Ada") || undefined, "the greeting");
	client.send({ type: "eof" });
	assert.equal((await client.closed()).code, 4999);
	assert.match(client.output("stderr"), /EOFError/);
	assert.deepEqual([client.all("exit")[0]?.stage, client.all("exit")[0]?.code, client.all("exit")[0]?.status], ["run", 1, "RE"]);
});

test("connect tells a compile stage before the run stage", async (context) => {
	const client = await PistonSocket.open(await open(context));
	client.init('#include <stdio.h>\nint main(void) { puts("ok"); }', { language: "c" });
	assert.equal((await client.closed()).code, 4999);
	const told = client.messages.map((message) =>
		message.type === "stage" || message.type === "exit" ? `${message.type} ${message.stage}` : message.type,
	);
	assert.deepEqual(told, ["runtime", "stage compile", "exit compile", "stage run", "data", "exit run"]);
});

test("connect: a signal arrives at the program, which Piston loses", async (context) => {
	const client = await PistonSocket.open(await open(context));
	client.init("import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nprint('ready', flush=True)\nsignal.pause()");
	await client.until(() => client.output().includes("ready") || undefined, "readiness");
	client.send({ type: "signal", signal: "SIGTERM" });
	assert.equal((await client.closed()).code, 4999);
	assert.equal(client.all("exit")[0]?.code, 7);
});

test("connect: output is limited too, which Piston's is not", async (context) => {
	const client = await PistonSocket.open(await open(context));
	client.init("while True: print('x' * 1000)");
	assert.equal((await client.closed()).code, 4999);
	assert.equal(client.all("exit")[0]?.status, "OL");
	assert.ok(client.output().length < rig.config.outputBytes + 200, `${client.output().length} characters`);
});
