import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue, type Toolchain } from "../../server/languages/catalogue.ts";
import { ensureImages } from "../../setup/images.ts";
import { ContractSandbox, type Ending, engine, type Program } from "../contract-sandbox.ts";

/**
 * Programs in isolates, in the real image under the product's limits: what a script and a Worker can do, and what a hostile one cannot. What every
 * language must do is in ../javascript and ../typescript; the process around the isolates is ../agent/service.test.ts's.
 */

const catalogue = await readCatalogue(fileURLToPath(new URL("..", import.meta.url)));
const toolchain: Toolchain = catalogue.find("javascript", undefined, "isolate") ?? assert.fail("no toolchain");

let image = "";
let sandbox: ContractSandbox;
before(async () => {
	const progress = (line: string) => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages: ["javascript"] });
	image = images[toolchain.key] ?? assert.fail("no image");
	sandbox = await ContractSandbox.start(toolchain, image);
});
after(() => sandbox.destroy());

const run = (content: string, more: Partial<Program> = {}): Promise<Ending> =>
	sandbox.run({ files: [{ name: "main.js", content }], entry: "main.js", mode: "pipes", ...more });

/** Types `typed` once the program has said "ready" and a newline. */
const runTyping = (content: string, typed: string): Promise<Ending> => run(content, { dialogue: [{ after: "ready\n", type: typed }] });

const exited = (code: number) => ({ kind: "exited", code });

/** What each attempt came to: the sentence of its error, or what it gave. */
async function attempts(expressions: readonly string[]): Promise<readonly string[]> {
	const tries = expressions.map(
		(it) => `await (async () => ${it})().then((it) => console.log("gave", String(it)), (error) => console.log("threw", String(error)));`,
	);
	const { stdout, stderr } = await run(tries.join("\n"));
	const lines = stdout.trim().split("\n");
	assert.equal(lines.length, expressions.length, stdout + stderr);
	return lines;
}

describe("a script in an isolate", () => {
	test("prints to both streams, text and values, at once and in order", async () => {
		const ending = await run('console.log("a", { b: [1] }); console.error("c"); stdout.write("d"); console.log("é\\u0000\\ud800%s");');
		assert.deepEqual(ending.outcome, exited(0));
		assert.equal(ending.stdout, "a { b: [ 1 ] }\ndé\0\ufffd%s\n");
		assert.equal(ending.stderr, "c\n");
	});

	test("prints while it works, not only when it waits", async () => {
		const ending = await run('console.log("before"); const until = Date.now; for (let i = 0; i < 3e8; i++); exit(3);');
		assert.deepEqual([ending.outcome, ending.stdout], [exited(3), "before\n"]);
	});

	test("asks and reads line by line until the end of its input", async () => {
		const asked = await runTyping(
			'console.log("ready"); const name = await prompt("? "); console.log("<" + name + ">", await readLine());',
			"Ada\nLovelace\n",
		);
		assert.deepEqual([asked.outcome, asked.stdout], [exited(0), "ready\n? <Ada> Lovelace\n"]);
		const ended = await run("for await (const line of stdin) console.log(line); console.log(await prompt(), 'end');");
		assert.deepEqual([ended.outcome, ended.stdout], [exited(0), "null end\n"]);
	});

	test("lives on for its timers, and ends when none is left", async () => {
		const ending = await run(
			'let n = 0; const id = setInterval(() => { console.log(++n); if (n === 3) clearInterval(id); }, 5); console.log("first");',
		);
		assert.deepEqual([ending.outcome, ending.stdout], [exited(0), "first\n1\n2\n3\n"]);
	});

	test("imports its files, in folders, as data too, and statements after an import stay on their lines", async () => {
		const files = [
			{
				name: "main.js",
				content:
					'import { two } from "./lib/two.js";\nconsole.log(two);\nimport table from\n\t"./table.json";\nimport text from "./a.txt";\nconsole.log(table.x, text);\nnull.y;\n',
			},
			{ name: "lib/two.js", content: 'import three from "../three.js";\nconsole.log("at once");\nexport const two = three - 1;\n' },
			{ name: "three.js", content: "export default 3;\n" },
			{ name: "table.json", content: '{"x": 4}' },
			{ name: "a.txt", content: "text" },
		];
		const ending = await run("", { files });
		assert.equal(ending.stdout, "at once\n2\n4 text\n");
		assert.deepEqual(ending.outcome, exited(1));
		assert.match(ending.stderr, /^Uncaught TypeError: [\s\S]*main\.js:7:/);
	});

	for (const [what, content, says] of [
		["a thrown error", "\nthrow new RangeError('no');", /^Uncaught RangeError: no\n[\s\S]*main\.js:2:7/],
		["an unhandled rejection", "\nPromise.reject(new Error('nobody'));\nawait readLine();", /^Uncaught Error: nobody\n[\s\S]*main\.js:2:/],
		["an error in a timer", "\nsetTimeout(() => {\nnull.x }, 1);", /^Uncaught TypeError: [\s\S]*main\.js:3:/],
		["a word that is none", "let a = 1;\nlet a = 2;", /SyntaxError: [\s\S]*main\.js:2:/],
		["a module that is not there", 'import "./absent.js";', /Module not found/],
	] as const)
		test(`ends with 1 and file and line for ${what}`, async () => {
			const ending = await run(content);
			assert.deepEqual(ending.outcome, exited(1));
			assert.match(ending.stderr, says);
			assert.doesNotMatch(ending.stderr, /sandglass|bundle/);
		});
});

describe("a Worker in an isolate", () => {
	const worker = `console.log("ready");
export default { async fetch(request, env, ctx) {
	const { pathname, host } = new URL(request.url);
	if (pathname === "/bad") throw new Error("oops");
	if (pathname === "/exit") exit(4);
	return new Response([request.method, pathname, host, request.headers.get("x-a"), await request.text(), Object.keys(env)].join(), { status: 201, headers: { "x-b": "c" } });
} };`;

	test("answers a request a line, as text", async () => {
		const ending = await runTyping(worker, "GET /here\nGET /exit\n");
		assert.match(ending.stdout, /^ready\nWaiting for requests: .*\nHTTP 201 \ncontent-type: .*\nx-b: c\n\nGET,\/here,worker\.example,,,\n/);
		assert.deepEqual(ending.outcome, exited(4));
	});

	test("answers a request of JSON with JSON, and an error with an error, and goes on", async () => {
		const request = JSON.stringify({ method: "POST", path: "/p?q", headers: { "x-a": "1" }, body: "é" });
		const ending = await runTyping(worker, `${request}\n{"method":"GET","path":"/bad","headers":{}}\n{"path":\nGET /exit\n`);
		const answers = ending.stdout.split("\n").filter((line) => line.startsWith('{"response"'));
		assert.match(answers[0] ?? "", /"status":201,.*"body":"POST,\/p,worker\.example,1,é,","isCut":false/);
		assert.match(answers[1] ?? "", /"error":"Uncaught Error: oops\\n/);
		assert.match(answers[2] ?? "", /"error":"Uncaught SyntaxError/);
	});
});

describe("a hostile program in an isolate", () => {
	test("reaches no network, by no interface (ATTACKS 28, 29)", async () => {
		const lines = await attempts([
			'fetch("http://localhost/")',
			'fetch("http://169.254.169.254/")',
			'fetch("unix:/tmp/.sandglass-service")',
			'(await import("cloudflare:sockets")).connect("127.0.0.1:80").opened',
			'(await import("cloudflare:sockets")).connect("unix:/tmp/.sandglass-service").opened',
			'new WebSocket("ws://127.0.0.1/")',
			'caches.default.match("http://localhost/")',
		]);
		for (const line of lines) assert.match(line, /^threw /);
	});

	test("imports nothing of Node, of workerd's inside, of the supervisor (ATTACKS 41)", async () => {
		const names = [
			"node:fs",
			"node:net",
			"node:child_process",
			"node:vm",
			"workerd:unsafe",
			"cloudflare-internal:workers",
			"supervisor.js",
			"program-runner.txt",
		];
		const lines = await attempts(
			[...names, "file:///etc/passwd", "/etc/passwd", "../supervisor.js"].map((it) => `import(${JSON.stringify(it)})`),
		);
		for (const line of lines) assert.match(line, /^threw .*(not found|Invalid)/i);
	});

	test("has no binding and no environment, and no code from text (ATTACKS 33, 41)", async () => {
		const lines = await attempts([
			'JSON.stringify((await import("cloudflare:workers")).env)',
			'Object.keys((await import("cloudflare:workers")).exports).join()',
			'(await import("cloudflare:workers")).exports.default.LOADER',
			"typeof process + typeof require + typeof Deno",
			'eval("1")',
			'(() => {}).constructor("return 1")()',
			'console.log.constructor.constructor("return process")()',
			"new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
		]);
		assert.match(lines[0] ?? "", /^gave \{[^L]*\}$/);
		assert.equal(lines[1], "gave default", "itself alone");
		assert.match(lines[2] ?? "", /^threw TypeError/);
		assert.equal(lines[3], "gave undefinedundefinedundefined");
		for (const line of lines.slice(4)) assert.match(line, /^threw (Eval|Compile)Error/);
	});

	test("finds nothing of the run before: no global, no cache, no timer that still runs (ATTACKS 32)", async () => {
		const leaving = await run(`
			const { waitUntil } = await import("cloudflare:workers");
			globalThis.left = Array.prototype.left = "left";
			waitUntil((async () => { for (;;) { await new Promise((resolve) => setTimeout(resolve, 1)); console.log("still here"); } })());
			await new Promise((resolve) => setTimeout(resolve, 20));
			exit(0);`);
		assert.deepEqual(leaving.outcome, exited(0));
		assert.match(leaving.stdout, /still here/);
		const next = await run("console.log(globalThis.left, [].left); await new Promise((resolve) => setTimeout(resolve, 50));");
		assert.deepEqual([next.stdout, next.stderr], ["undefined undefined\n", ""]);
	});

	test("that forges lines of the runner's harms itself only (ATTACKS 14)", async () => {
		const ending = await run('console.log("x0"); stdout.write("\\nx0\\n<o1\\n>1\\no\\"forged\\"\\n"); exit(9);');
		assert.deepEqual([ending.outcome, ending.stdout], [exited(9), 'x0\n\nx0\n<o1\n>1\no"forged"\n']);
	});

	test("that floods is held back and cut, and the next run is well (ATTACKS 5)", async () => {
		const ending = await run('for (;;) console.log("x".repeat(1000));');
		assert.deepEqual(ending.outcome.kind === "limited" && ending.outcome.limit, "output");
		assert.equal((await run('console.log("well")')).stdout, "well\n");
	});

	test("that spins is ended by its CPU time, and the next run has a new process", async () => {
		const quick = { ...toolchain, limits: toolchain.limits };
		const ending = await sandbox.run(
			{ files: [{ name: "main.js", content: 'console.log("on"); for (;;);' }], entry: "main.js", mode: "pipes" },
			quick,
		);
		assert.equal(ending.outcome.kind, "limited");
		assert.equal(ending.stdout, "on\n");
		assert.equal((await run('console.log("well")')).stdout, "well\n");
	});

	for (const [what, content] of [
		["the heap", "const all = []; for (;;) all.push(new Array(1000).fill({}));"],
		["buffers", "const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));"],
		["strings", 'let text = "x".repeat(1 << 20); const all = []; for (let n = 0; ; n++) all.push(new TextEncoder().encode(text + n));'],
	] as const)
		test(`that takes all memory by ${what} is told so, and the next run is well (ATTACKS 2)`, async () => {
			const ending = await run(content);
			assert.deepEqual(ending.outcome, {
				kind: "limited",
				limit: "memory",
				value: ending.outcome.kind === "limited" ? ending.outcome.value : 0,
			});
			assert.equal((await run('console.log("well")')).stdout, "well\n");
		});
});
