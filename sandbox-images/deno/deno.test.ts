import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue, type Toolchain } from "../../server/languages/catalogue.ts";
import { ensureImages } from "../../setup/images.ts";
import { ContractSandbox, type Ending, engine, type Program } from "../contract-sandbox.ts";

/** What a program in Deno cannot reach, because it holds no permission; beyond that the container's walls are tested elsewhere. */

let toolchain: Toolchain;
let sandbox: ContractSandbox;

before(async () => {
	const catalogue = await readCatalogue(fileURLToPath(new URL("..", import.meta.url)));
	toolchain = catalogue.find("typescript", undefined, "deno") ?? assert.fail("no version of TypeScript runs in the tier deno");
	const progress = (line: string) => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages: ["typescript"] });
	sandbox = await ContractSandbox.start(toolchain, images[toolchain.key] ?? assert.fail(`no image of ${toolchain.key}`));
});
after(() => sandbox.destroy());

function run(content: string, more: Partial<Program> & { readonly beside?: Program["files"] } = {}): Promise<Ending> {
	const { beside = [], ...rest } = more;
	return sandbox.run({ files: [{ name: "main.ts", content }, ...beside], entry: "main.ts", mode: "pipes", ...rest });
}

/** An expression, and what its refusal says. Each would give something with the permission; the control below shows it for files. */
const refusals: readonly (readonly [attempt: string, expression: string, says: RegExp])[] = [
	["its own source", 'Deno.readTextFileSync("main.ts")', /read access to "main\.ts"/],
	["a list of its folder", '[...Deno.readDirSync(".")]', /read access to "\."/],
	["the accounts", 'Deno.readTextFileSync("/etc/passwd")', /read access/],
	["the accounts, by Node's module", '(await import("node:fs")).readFileSync("/etc/passwd")', /read access/],
	["the accounts, by fetch", 'await fetch("file:///etc/passwd")', /read access/],
	["the accounts, by a computed import", 'await import("/etc/" + "passwd")', /read access|not found/i],
	["the accounts, by require", '(await import("node:module")).createRequire("file:///workspace/x.js")("/etc/passwd")', /read access/],
	["the accounts, by a worker of theirs", 'await worker("file:///etc/passwd")', /read access/],
	["the accounts, inside a worker", 'await worker(`data:text/javascript,Deno.readTextFileSync("/etc/passwd")`)', /read access/],
	["the accounts, imported inside a worker", 'await worker(`data:text/javascript,import "file:///etc/passwd"`)', /read access|not found/i],
	["its memory", 'Deno.readTextFileSync("/proc/self/maps")', /read access/],
	["its descriptors", 'Deno.readLinkSync("/proc/self/fd/0")', /read access/],
	["the terminal as a device", 'Deno.openSync("/dev/tty", { read: true, write: true })', /access/],
	["a file in the workspace", 'Deno.writeTextFileSync("x", "x")', /write access/],
	["a file in /tmp", 'Deno.writeTextFileSync("/tmp/x", "x")', /write access/],
	["a link that leads out (ATTACKS.md 18)", 'Deno.symlinkSync("/etc/passwd", "here")', /permission/],
	["a database in a file", 'new (await import("node:sqlite")).DatabaseSync("/etc/passwd")', /access/],
	["a connection", 'await Deno.connect({ hostname: "127.0.0.1", port: 80 })', /net access/],
	["a listener", "Deno.listen({ port: 8_000 })", /net access/],
	["a page", 'await fetch("http://127.0.0.1/")', /net access/],
	["a socket of Node's", 'await new Promise((_, no) => connect(80, "127.0.0.1").on("error", no))', /net access/],
	["a name's address", 'await Deno.resolveDns("localhost", "A", { nameServer: { ipAddr: "127.0.0.1" } })', /net access/],
	["a subprocess", 'new Deno.Command("/usr/bin/deno").outputSync()', /run access/],
	["a subprocess of Node's, which would succeed", 'execFileSync("/usr/bin/deno", ["--version"])', /run access|Command failed/],
	["a signal to its agent (ATTACKS.md 16)", 'Deno.kill(1, "SIGKILL")', /run access/],
	["a native library", 'Deno.dlopen("libc.so.6", {})', /ffi access/],
	["a native addon", "process.dlopen({ exports: {} }, '/x.node')", /ffi access|read access/],
	["the host's name", "Deno.hostname()", /sys access/],
	["the kernel's release", "Deno.osRelease()", /sys access/],
	["a module from the network", 'await import("http://127.0.0.1/x.js")', /import access|not found|remote/i],
	["a package of npm", 'await import("npm:chalk")', /--no-npm/],
	["a package of JSR", 'await import("jsr:@std/fs")', /--no-remote/],
];

test("ATTACKS.md 27, 29, 33, 41: what needs a permission is refused, and each refusal names it", async () => {
	const program = `import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import process from "node:process";
const worker = (url: string) => new Promise((_, no) => {
	const it = new Worker(url, { type: "module" });
	it.onerror = (event) => { event.preventDefault(); no(new Error(event.message)); };
});
${refusals.map(([, expression], at) => `try { ${expression}; console.log("${at} had"); } catch (error) { console.log(${at}, error.message.replaceAll("\\n", " ")); }`).join("\n")}`;
	const { stdout, stderr, outcome } = await run(program);
	const told = new Map(stdout.split("\n").map((line) => [Number.parseInt(line, 10), line]));
	for (const [at, [attempt, , says]] of refusals.entries()) assert.match(told.get(at) ?? "", says, `${attempt}: ${stderr}`);
	assert.equal(outcome.kind, "exited");
});

test("ATTACKS.md 27, control: with the permission to read, the same expression has the file", async () => {
	const permitted = { ...toolchain, run: toolchain.run.toSpliced(2, 0, "--allow-read") };
	const files = [{ name: "main.ts", content: 'console.log(Deno.readTextFileSync("/etc/passwd"));' }];
	const { stdout } = await sandbox.run({ files, entry: "main.ts", mode: "pipes" }, permitted);
	assert.match(stdout, /^player:/m);
});

test("ATTACKS.md 33: the environment is empty to it, whichever way it is asked for", async () => {
	const { stdout } = await run(
		`import process from "node:process";
		console.log(JSON.stringify([Deno.env.toObject(), Deno.env.get("PATH") ?? null, process.env.PATH ?? null, Object.keys(process.env)]));`,
	);
	assert.equal(stdout, "[{},null,null,[]]\n");
});

/** Read before any permission is asked for, were it not for the import map. */
const imports = [
	"file:///etc/passwd",
	"../etc/passwd",
	"/etc/passwd",
	"file://localhost/etc/passwd",
	"FILE:/etc/passwd",
	"file:///workspace/%2e%2e/etc/passwd",
	"file:///workspace/..%2fetc%2fpasswd",
	"./%2e%2e%2fetc/passwd",
	"file:///proc/self/environ",
];

for (const url of imports) {
	test(`ATTACKS.md 34: the literal import of ${url} is led to nowhere`, async () => {
		const { stdout, stderr, outcome } = await run(`import x from "${url}" with { type: "text" };\nconsole.log(x);`);
		assert.match(stderr, /not found|backtracks above its prefix|does not provide|Unsupported scheme/i);
		assert.doesNotMatch(stdout + stderr, /player:|PATH=/);
		assert.deepEqual(outcome, { kind: "exited", code: 1 });
	});
}

test("ATTACKS.md 34: a module in a data URL imports no more than its importer", async () => {
	const inner = encodeURIComponent('import x from "file:///etc/passwd" with { type: "text" }; console.log(x);');
	const { stdout, stderr } = await run(`import "data:text/javascript,${inner}";`);
	assert.match(stderr, /not found/);
	assert.equal(stdout, "");
});

test("ATTACKS.md 34, control: without the import map a literal import has the accounts", async () => {
	const mapless = { ...toolchain, run: toolchain.run.filter((word) => !word.startsWith("--import-map")) };
	const files = [{ name: "main.ts", content: 'import x from "file:///etc/passwd" with { type: "text" };\nconsole.log(x);' }];
	const { stdout } = await sandbox.run({ files, entry: "main.ts", mode: "pipes" }, mapless);
	assert.match(stdout, /^player:/m);
});

test("a source map can show the reader a line of the image's own files, and never the program: there the container is the wall", async () => {
	const map = { version: 3, sources: ["file:///etc/passwd"], names: [], mappings: "AAAA" };
	const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
	const thrower = { name: "thrower.js", content: `throw new Error("x");\n${comment}\n` };
	const { stdout, stderr } = await run(
		'await import("./thrower.js").catch((error) => console.log(error.stack));\nawait import("./thrower.js");',
		{
			beside: [thrower],
		},
	);
	assert.doesNotMatch(stdout, /root:x/);
	assert.doesNotMatch(stderr.replace(/^root:x:0:0:root:\/root:\/nonexistent$/m, ""), /root:x/);
});

test("a permission cannot be asked for: no prompt comes, and what is typed answers nothing", async () => {
	const { stdout, outcome } = await run(
		`console.log("ready");
		const asked = Deno.permissions.requestSync({ name: "read" }).state;
		let read = "refused";
		try { read = Deno.readTextFileSync("/etc/passwd"); } catch {}
		console.log(asked, read, prompt("typed:"));`,
		{ mode: "pty", dialogue: [{ after: "ready", type: "A\n" }] },
	);
	assert.match(stdout, /denied refused A/);
	assert.doesNotMatch(stdout, /Allow\?|permission request/i);
	assert.deepEqual(outcome, { kind: "exited", code: 0 });
});

const tryRead = 'try { console.log(Deno.readTextFileSync("/etc/passwd")); } catch (error) { console.log(error.name); }\n';

test("ATTACKS.md 34: arguments and file names that look like options grant nothing", async () => {
	const byArgument = await run(`console.log(Deno.args.join(" "));\n${tryRead}`, { arguments: ["--allow-all", "-A", "--v8-flags=--help"] });
	assert.equal(byArgument.stdout, "--allow-all -A --v8-flags=--help\nNotCapable\n");
	for (const name of ["--allow-all.ts", "-A", "npm:chalk.ts", "data:text,x.ts", "-"]) {
		const { stdout } = await sandbox.run({ files: [{ name, content: tryRead }], entry: name, mode: "pipes" });
		assert.equal(stdout, "NotCapable\n", name);
	}
});

test("ATTACKS.md 34: a configuration in the workspace is not read", async () => {
	const configuration = {
		permissions: { default: { all: true, read: true } },
		imports: { word: "file:///etc/passwd" },
		preload: ["./preloaded.ts"],
		unstable: ["worker-options"],
		tasks: { main: "x" },
	};
	const { stdout, stderr } = await run(tryRead, {
		beside: [
			{ name: "deno.json", content: JSON.stringify(configuration) },
			{ name: "deno.jsonc", content: "not even JSON" },
			{ name: "deno.lock", content: "not even JSON" },
			{ name: "package.json", content: "not even JSON" },
			{ name: ".npmrc", content: "registry=http://127.0.0.1/\n" },
			{ name: ".env", content: "DENO_V8_FLAGS=--help\n" },
			{ name: "tsconfig.json", content: "not even JSON" },
			{ name: "preloaded.ts", content: 'console.log("preloaded");' },
		],
	});
	assert.equal(stdout, "NotCapable\n", stderr);
});

test("ATTACKS.md 2: a bomb of objects and one of buffers are told as memory, and the sandbox runs on", async () => {
	for (const bomb of [
		"const all = []; for (;;) all.push({ at: all.length });",
		"const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));",
	]) {
		const { outcome } = await run(bomb);
		assert.equal(outcome.kind === "limited" && outcome.limit, "memory", JSON.stringify(outcome));
	}
	assert.equal((await run("console.log('still here')")).stdout, "still here\n");
});

test("its cache is empty at the start of each run: a run leaves nothing for the next", async () => {
	await run("localStorage.setItem('a', 'left');");
	assert.equal((await run("console.log(localStorage.getItem('a'));")).stdout, "null\n");
});

test("an uncaught error names file and line, and exit codes arrive", async () => {
	const thrown = await run('\nconst deep = (): never => {\n\tthrow new Error("on purpose");\n};\ndeep();\n');
	assert.match(thrown.stderr, /Uncaught[^\n]*on purpose[\s\S]*main\.ts:3/);
	assert.deepEqual(thrown.outcome, { kind: "exited", code: 1 });
	assert.deepEqual((await run("Deno.exit(7);")).outcome, { kind: "exited", code: 7 });
});

test("its words are coloured in a terminal and plain in a pipe", async () => {
	const program = "console.log({ one: 1 });";
	assert.ok((await run(program, { mode: "pty" })).stdout.includes("\u001b["));
	assert.equal((await run(program)).stdout, "{ one: 1 }\n");
});

test("standard input comes as it is typed, by Deno's own interface too", async () => {
	const program = `const buffer = new Uint8Array(64);
	console.log("first?");
	const one = Deno.stdin.readSync(buffer);
	console.log("second?", new TextDecoder().decode(buffer.subarray(0, one ?? 0)).trim());
	const two = await Deno.stdin.read(buffer);
	console.log("had", new TextDecoder().decode(buffer.subarray(0, two ?? 0)).trim());`;
	for (const mode of ["pty", "pipes"] as const) {
		const { stdout } = await run(program, {
			mode,
			dialogue: [
				{ after: "first?", type: "one\n" },
				{ after: "second? one", type: "two\n" },
			],
		});
		assert.match(stdout, /had two/);
	}
});
