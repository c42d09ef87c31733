import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ApiRunRequest } from "../protocol/api.ts";
import { cellKey } from "../protocol/cell-key.ts";
import { RecordingBook } from "../protocol/recordings.ts";
import { check } from "./check.ts";
import { type CheckOptions, parseCheckOptions } from "./options.ts";
import { type Answer, openScriptedServer, printed, refused } from "./testing/scripted-server.ts";

const mark = "\u001esandglass\u001e\n";

interface Bench {
	readonly dir: string;
	readonly requests: readonly { readonly body: ApiRunRequest }[];
	readonly mostAtOnce: () => number;
	/** "line status reason" for each finding. */
	run(...words: string[]): Promise<string[]>;
	read(name: string): Promise<string>;
}

/** Documents in a folder of their own, and a server that prints what `answer` says. */
async function open(
	context: TestContext,
	documents: Readonly<Record<string, string>>,
	answer: (request: ApiRunRequest, code: string) => Answer | Promise<Answer>,
	now = new Date("2026-01-02T03:04:05Z"),
): Promise<Bench> {
	const dir = await mkdtemp(join(tmpdir(), "check-"));
	context.after(() => rm(dir, { recursive: true }));
	for (const [name, text] of Object.entries(documents)) await writeFile(join(dir, name), text);
	const server = await openScriptedServer(context, (request) => answer(request, request.files[0]?.content ?? ""));
	return {
		dir,
		requests: server.requests,
		mostAtOnce: () => server.mostAtOnce,
		read: (name) => readFile(join(dir, name), "utf8"),
		async run(...words) {
			const options: CheckOptions = parseCheckOptions(words, {});
			const { findings, notes } = await check(options, {
				workingDir: dir,
				key: undefined,
				signal: new AbortController().signal,
				onProgress: () => undefined,
				serverUrl: async () => server.url,
				now: () => now,
			});
			return [...findings.map(({ file, line, status, reason }) => `${file}:${line} ${status} ${reason}`.trim()), ...notes];
		},
	};
}

const fence = (info: string, code: string, output?: string, outputInfo = "output"): string =>
	`\`\`\`${info}\n${code}\n\`\`\`\n\n${output === undefined ? "" : `\`\`\`${outputInfo}\n${output}\n\`\`\`\n\n`}`;
const exits = (code: number, stdout = "") => printed(stdout, { outcome: { kind: "exited", code } }, { exitCode: code });

test("a drift is told at the line of the output that is not so, and --update mends it and nothing else", async (context) => {
	const source = fence("python sandglass", "print(1)", "1") + fence("python sandglass", "print(2)", "1\nthree\n3");
	const bench = await open(context, { "a.md": source }, (_, code) => printed(code.includes("2") ? "1\n2\n3\n" : "1\n"));
	assert.deepEqual(await bench.run("a.md"), ["a.md:1 passed", "a.md:15 failed It prints something else."]);
	assert.deepEqual(await bench.run("a.md", "--update"), ["a.md:1 passed", "a.md:9 updated Its output is rewritten."]);
	assert.equal(await bench.read("a.md"), source.replace("three", "2"));
	assert.deepEqual(await bench.run("a.md"), ["a.md:1 passed", "a.md:9 passed"]);
});

test("without an output under it a block has to end with exit code 0, and --update=add puts one there", async (context) => {
	const source = fence("python sandglass", "good") + fence("python sandglass", "bad") + fence("python sandglass expect=runs", "quiet");
	const bench = await open(context, { "a.md": source }, (_, code) => (code.includes("bad") ? exits(1, "no") : printed("said\n")));
	const told = ["a.md:1 passed", "a.md:5 failed It ended with exit code 1.", "a.md:9 passed"];
	assert.deepEqual(await bench.run("a.md"), told);
	assert.deepEqual(await bench.run("a.md", "--update"), told);
	assert.deepEqual(await bench.run("a.md", "--update=add"), [
		"a.md:1 updated Its output is rewritten.",
		"a.md:9 failed It ended with exit code 1.",
		"a.md:13 passed",
	]);
	assert.equal(await bench.read("a.md"), source.replace("good\n```\n", "good\n```\n\n```output\nsaid\n```\n"));
});

test("a block that must fail passes only when it does, with the exit code and the words that it should", async (context) => {
	const blocks = [
		fence("python sandglass expect=fails", "exit 1"),
		fence("python sandglass exit=3", "exit 3", "Traceback …", "output pattern"),
		fence("python sandglass expect=fails", "exit 0"),
		fence("python sandglass exit=3", "exit 4"),
		fence("python sandglass expect=fails", "exit 5", "other words"),
	];
	const bench = await open(context, { "a.md": blocks.join("") }, (_, code) => exits(Number(/\d/.exec(code)?.[0]), "Traceback 1\n"));
	assert.deepEqual(await bench.run("a.md"), [
		"a.md:1 passed",
		"a.md:5 passed",
		"a.md:13 failed It should fail, and ended with exit code 0.",
		"a.md:17 failed It should end with exit code 3. It ended with exit code 4.",
		"a.md:26 failed It prints something else.",
	]);
});

test("a pattern is compared as one, and --update leaves it alone", async (context) => {
	const source =
		fence("python sandglass", "a", "took … ms", "output pattern") + fence("python sandglass expect=pattern", "b", "…ms", "text output");
	const bench = await open(context, { "a.md": source }, (_, code) => printed(code.includes("a") ? "took 12 ms" : "took 1 s"));
	assert.deepEqual((await bench.run("a.md"))[1], "a.md:14 failed It prints something that does not fit the pattern.");
	assert.deepEqual(
		(await bench.run("a.md", "--update"))[1],
		"a.md:14 failed It prints something that does not fit the pattern. A pattern is not rewritten.",
	);
	assert.equal(await bench.read("a.md"), source);
});

test("a program that never ends, is killed or does not compile is wrong in words of its own", async (context) => {
	const step = { ...printed("").body.program, output: "oh no", stderr: "main.c:1: oh no\n" };
	const bench = await open(
		context,
		{ "a.md": ["loop", "crash", "broken"].map((code) => fence("python sandglass timeout=2", code)).join("") },
		(request, code) => {
			assert.deepEqual(request.limits, { idleWallMs: 2_000, totalWallMs: 2_000 });
			if (code.includes("loop")) return printed("", { outcome: { kind: "limited", limit: "idleWall", value: 2_000 } });
			if (code.includes("crash")) return printed("", { outcome: { kind: "signalled", signal: 11 } });
			return printed("", {
				outcome: { kind: "compileFailed", code: 1 },
				compile: { ...printed("").body.program, ...step } as never,
				program: null,
			});
		},
	);
	assert.deepEqual(await bench.run("a.md"), [
		"a.md:1 failed It did not end in 2 s.",
		"a.md:5 failed It ended by signal 11 (segmentation fault).",
		"a.md:9 failed It did not compile.",
	]);
});

test("blocks of a session run behind those above them, with their input and files, and only their own output counts", async (context) => {
	const source = [
		fence('python sandglass session=a stdin="Ada"', "name = input()"),
		fence("python sandglass session=b", "other = 1"),
		fence("python sandglass session=a expect=fails", "raise"),
		fence('csv id=data file="data.csv"', "1,2"),
		fence('python sandglass session=a stdin="42" files=#data args="-v x"', "print(name)", "Ada"),
	].join("");
	const bench = await open(context, { "a.md": source }, (_, code) =>
		code.includes("raise") ? exits(1, mark) : printed(code.includes("print(name)") ? `above\n${mark}Ada\n` : ""),
	);
	assert.deepEqual(
		(await bench.run("a.md")).map((it) => it.split(" ")[1]),
		["passed", "passed", "passed", "passed"],
	);
	const last = bench.requests.find(({ body }) => body.files[0]?.content.includes("print(name)"))?.body;
	assert.match(last?.files[0]?.content ?? "", /^name = input\(\)\n.*x1esandglass.*\nprint\(name\)\n$/);
	assert.deepEqual(last?.files[1], { name: "data.csv", content: "1,2\n" });
	assert.deepEqual([last?.stdin, last?.arguments], ["Ada\n42", ["-v", "x"]]);
});

test("a block whose session ended above it is told, and one that builds on a broken block is not run", async (context) => {
	const source = [
		fence("python sandglass session=a", "above"),
		fence("python sandglass session=a", "own"),
		fence("python sandglass session=b expect=nonsense", "broken"),
		fence("python sandglass session=b", "below"),
	].join("");
	const bench = await open(context, { "a.md": source }, (_, code) => (code.includes("above") ? exits(1, "Traceback") : printed("")));
	assert.deepEqual(await bench.run("a.md"), [
		"a.md:1 failed It ended with exit code 1.",
		"a.md:5 failed A block above it in its session ended the program.",
		'a.md:9 failed expect="nonsense": must be one of exact, pattern, runs, fails.',
		"a.md:13 failed It builds on the block of line 9, which cannot run.",
	]);
	assert.equal(bench.requests.length, 2);
});

test("hidden code runs, from markers and from elsewhere in the document", async (context) => {
	const source = `${fence("python id=set-up", "import math")}${fence("python sandglass before=#set-up", "# sandglass: hide\nx = 1\n# sandglass: show\nprint(x)")}`;
	const bench = await open(context, { "a.md": source }, () => printed(""));
	await bench.run("a.md");
	assert.equal(bench.requests[0]?.body.files[0]?.content, "import math\nx = 1\nprint(x)");
});

test("an unknown language or version, a missing id and a broken document are told with their lines; the rest runs", async (context) => {
	const blocks = [
		"pyhton sandglass",
		"python sandglass version=2.7",
		"python sandglass before=#nope",
		"py sandglass",
		"python sandglass version=pyodide-314",
		"python sandglass skip",
	];
	const bench = await open(context, { "a.md": blocks.map((info) => fence(info, "1")).join(""), "b.mdx": "<Tabs>" }, () => printed(""));
	assert.deepEqual((await bench.run("*.md*")).slice(0, -1), [
		'a.md:1 failed The server does not offer the language "pyhton"; it has python.',
		"a.md:5 failed The server does not offer Python 2.7; it has 3.13, 3.11, pyodide-314.",
		'a.md:9 failed Nothing in this document has the id "nope".',
		"a.md:13 passed",
		"a.md:17 skipped Only a reader's browser runs it.",
		"a.md:21 skipped It says skip.",
	]);
	assert.equal(bench.requests.length, 1);
});

test("each named version is run; what differs between them cannot be one output", async (context) => {
	const source = fence("python sandglass versions=3.11,3.13", "x", "old");
	const bench = await open(context, { "a.md": source }, ({ version }) => printed(`on ${version}`));
	assert.deepEqual(
		(await bench.run("a.md", "--update")).map((it) => it.replace(/.*Its/, "Its")),
		Array(2).fill("Its versions print different things, so no output fits all of them."),
	);
	assert.equal(await bench.read("a.md"), source);
	const same = await open(context, { "a.md": source }, () => printed("new"));
	assert.deepEqual(await same.run("a.md", "--update"), Array(2).fill("a.md:1 updated Its output is rewritten."));
	assert.equal(await same.read("a.md"), source.replace("old", "new"));
});

test("the same block is run once, others side by side, and no more at once than were asked for", async (context) => {
	const source = [...Array(9).keys(), 0, 0].map((n) => fence("python sandglass", `print(${n})`)).join("");
	const waiting: (() => void)[] = [];
	const bench = await open(context, { "a.md": source }, async () => {
		// The first three wait for one another.
		if (waiting.length < 2) await new Promise<void>((resolve) => waiting.push(resolve));
		else for (const go of waiting) go();
		return printed("");
	});
	assert.equal((await bench.run("a.md", "--jobs=3")).length, 11);
	assert.equal(bench.requests.length, 9);
	assert.equal(bench.mostAtOnce(), 3);
});

test("what the server lost is not run, and not the author's fault; what it refuses of one block is", async (context) => {
	const source = fence("python sandglass", "lost") + fence("python sandglass", "refused") + fence("python sandglass", "down");
	const bench = await open(context, { "a.md": source }, (_, code) =>
		code.includes("lost")
			? printed("", { outcome: { kind: "lost", code: "sandboxLost" }, message: "Lost." })
			: code.includes("refused")
				? refused(413, "filesTooLarge", { fault: "user" })
				: refused(503, "tierUnavailable"),
	);
	assert.deepEqual(await bench.run("a.md"), [
		"a.md:1 notRun Lost.",
		"a.md:5 failed About filesTooLarge.",
		"a.md:9 notRun About tierUnavailable.",
	]);
});

test("--bake writes what was printed under the block's key, keeps the date of what is as it was, and nothing of what failed", async (context) => {
	const source = fence("python sandglass", "print(1)", "1") + fence("python sandglass", "bad");
	const bench = await open(context, { "a.md": source }, (_, code) => (code.includes("bad") ? exits(1) : printed("1\n")));
	await bench.run("a.md", "--bake", join(bench.dir, "book.json"));
	const book = RecordingBook.parse(JSON.parse(await bench.read("book.json")));
	const key = await cellKey({ language: "python", files: [{ name: "", content: "print(1)" }] });
	assert.deepEqual(book.recordings, {
		[key]: {
			language: "python",
			version: "3.13",
			tier: "container",
			recordedAt: "2026-01-02T03:04:05.000Z",
			outcome: { kind: "exited", code: 0 },
			columns: 80,
			rows: 24,
			events: [[0.012, "o", "1\r\n"]],
		},
	});
	const before = await bench.read("book.json");
	const later = await open(
		context,
		{ "a.md": source },
		(_, code) => (code.includes("bad") ? exits(1) : printed("1\n", {}, { wallMs: 99 })),
		new Date(),
	);
	await writeFile(join(later.dir, "book.json"), before);
	await later.run("a.md", "--bake", join(later.dir, "book.json"));
	assert.equal(await later.read("book.json"), before);
});

test("--bake leaves the book as it was where a block was not run, and a file that is no book", async (context) => {
	const bench = await open(context, { "a.md": fence("python sandglass", "1"), "book.json": "{}" }, () => refused(503, "tierUnavailable"));
	const book = join(bench.dir, "book.json");
	assert.match((await bench.run("a.md", "--bake", book))[1] ?? "", /left as it was/);
	const other = await open(context, { "a.md": fence("python sandglass", "1"), "book.json": "{}" }, () => printed(""));
	assert.match((await other.run("a.md", "--bake", join(other.dir, "book.json")))[1] ?? "", /holds no recordings/);
	assert.equal(await other.read("book.json"), "{}");
});
