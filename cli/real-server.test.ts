import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RecordingBook } from "../protocol/recordings.ts";
import { openGateway } from "../server/gateway/testing/fixture.ts";
import { type LanguageCatalogue, readCatalogue } from "../server/languages/catalogue.ts";
import { offer, type Rig, startRig } from "../server/runner/testing/rig.ts";

/** The command as an author calls it, before a gateway, a runner and an engine. */

let rig: Rig;
let catalogue: LanguageCatalogue;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../sandbox-images", import.meta.url)));
	// Whatever language our documents use; none is kept warm, because few are used often.
	const offered = await offer(...catalogue.languages.map(({ id }) => id));
	rig = await startRig({ offered, settings: { maxLeases: 4, poolSize: 0 } });
});
after(async () => {
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
});

const command = fileURLToPath(new URL("sandglass.mjs", import.meta.url));
const project = fileURLToPath(new URL("..", import.meta.url));

interface Ending {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

async function sandglass(workingDir: string, url: string, ...words: readonly string[]): Promise<Ending> {
	const { GITHUB_ACTIONS: _, ...env } = process.env;
	const child = spawn(process.execPath, [command, "check", ...words, "--server", url], {
		cwd: workingDir,
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const [status] = await once(child, "close");
	return { status: typeof status === "number" ? status : null, stdout, stderr };
}

const openServer = async (context: TestContext): Promise<string> =>
	(
		await openGateway(context, {
			catalogue,
			runnerSocketPath: rig.socketPath,
			config: { anonymousApi: "open", addressRunsPerMinute: 10_000 },
		})
	).url;

async function makeDocs(context: TestContext, documents: Readonly<Record<string, string>>): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sandglass-check-"));
	context.after(() => rm(dir, { recursive: true }));
	for (const [name, text] of Object.entries(documents)) await writeFile(join(dir, name), text);
	return dir;
}

const fence = (info: string, code: string, output?: string): string =>
	`\`\`\`${info}\n${code}\n\`\`\`\n\n${output === undefined ? "" : `\`\`\`output\n${output}\n\`\`\`\n\n`}`;

test("a planted drift fails with its line, --update mends it, and the next check passes", async (context) => {
	const url = await openServer(context);
	const source = `# Guide\n\n${fence("python sandglass", "print(6 * 7)", "42")}${fence("ruby sandglass", "puts [1, 2, 3].sum\nputs :b", "6\na")}`;
	const dir = await makeDocs(context, { "guide.md": source });
	const drifted = await sandglass(dir, url, "*.md");
	assert.equal(drifted.status, 1, drifted.stdout + drifted.stderr);
	assert.match(drifted.stdout, /^FAILED guide\.md:18 ruby: It prints something else\.\n {2}\| 17 {3}6\n {2}\| 18 - a\n {2}\| {4}\+ b\n/m);
	const updated = await sandglass(dir, url, "*.md", "--update");
	assert.equal(updated.status, 0, updated.stdout + updated.stderr);
	assert.equal(await readFile(join(dir, "guide.md"), "utf8"), source.replace("6\na", "6\nb"));
	const again = await sandglass(dir, url, "*.md");
	assert.deepEqual([again.status, again.stdout], [0, "2 blocks: 2 passed.\n"]);
});

test("blocks of a session build on those above them in every language that is joined by a mark, and in one that is not", async (context) => {
	const url = await openServer(context);
	const source = [
		fence("python sandglass session", "import sys\nname = 'Ada'\nprint('above')\nprint('above', file=sys.stderr)", "above\nabove"),
		fence("python sandglass session", "print(name)\nprint('own', file=sys.stderr)", "Ada\nown"),
		fence("js sandglass session", "const name = 'Ada'; console.log('above'); console.error('above')", "above\nabove"),
		fence("js sandglass session", "console.log(name); console.error('own')", "Ada\nown"),
		fence("ruby sandglass session", "name = 'Ada'; puts 'above'; warn 'above'", "above\nabove"),
		fence("ruby sandglass session", "puts name; warn 'own'", "Ada\nown"),
		fence("bash sandglass session", "name=Ada; echo above; echo above >&2", "above\nabove"),
		fence("bash sandglass session", "echo $name; echo own >&2", "Ada\nown"),
		fence("c sandglass session skip", "#include <stdio.h>\nint twice(int n) { return 2 * n; }"),
		fence("c sandglass session", 'int main(void) { printf("%d\\n", twice(21)); }', "42"),
	];
	const dir = await makeDocs(context, { "guide.md": source.join("") });
	const { status, stdout, stderr } = await sandglass(dir, url, "guide.md");
	assert.equal(status, 0, stdout + stderr);
	assert.match(stdout, /10 blocks: 9 passed, 1 skipped\.\n$/);
});

test("a program that never ends, one that fails and one that must fail are told apart", async (context) => {
	const url = await openServer(context);
	const source = [
		fence("python sandglass timeout=1", "while True: pass"),
		fence("python sandglass", "1 / 0"),
		fence("python sandglass expect=fails", "raise SystemExit(3)"),
		fence("c sandglass expect=fails", "int main(void) { return nothing; }"),
		fence("python sandglass", "print('\\x1b[2J::error::x')", "y"),
	];
	const dir = await makeDocs(context, { "guide.md": source.join("") });
	const { status, stdout } = await sandglass(dir, url, "guide.md", "--reporter=github");
	assert.equal(status, 1, stdout);
	assert.match(stdout, /FAILED guide\.md:1 python: It did not end in 1 s\./);
	assert.match(stdout, /FAILED guide\.md:5 python: It ended with exit code 1\.\n {2}\| {2}\+ Traceback/);
	assert.match(stdout, /5 blocks: 2 passed, 3 failed\./);
	assert.ok(!stdout.includes("\u001b"));
	assert.equal(stdout.split("\n").filter((line) => line.trimStart().startsWith("::")).length, 3);
});

test("a server that refuses or is down ends with 3 and not as the documents' fault", async (context) => {
	const dir = await makeDocs(context, { "guide.md": fence("python sandglass", "print(1)", "2") });
	const gateway = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, config: { anonymousApi: "off" } });
	const refused = await sandglass(dir, gateway.url, "guide.md");
	assert.deepEqual([refused.status, refused.stdout.split("\n")[0]?.startsWith("NOT RUN guide.md:1 python:")], [3, true], refused.stdout);
	await gateway.close();
	const down = await sandglass(dir, gateway.url, "guide.md");
	assert.equal(down.status, 3);
	assert.match(down.stderr, /not the documents' fault\.\nNo answer from .*ECONNREFUSED/);
	const usage = await sandglass(dir, gateway.url, "nothing.md");
	assert.deepEqual([usage.status, usage.stderr], [2, 'Nothing matches "nothing.md".\n']);
});

test("a block with input is baked as a conversation in a terminal, what the blocks above it said left out", async (context) => {
	const url = await openServer(context);
	const source = [
		fence('python sandglass session stdin="Eve\\n"', 'other = input("who? ")\nprint()'),
		fence('python sandglass session stdin="Ada\\n42"', 'name = input("name? ")\nage = input("age? ")\nprint(other, name, age)'),
		fence("python sandglass", "print('plain')", "plain"),
	];
	const dir = await makeDocs(context, { "guide.md": source.join("") });
	const { status, stdout, stderr } = await sandglass(dir, url, "guide.md", "--bake", "book.json");
	assert.deepEqual([status, stderr], [0, ""], stdout);
	const { recordings } = RecordingBook.parse(JSON.parse(await readFile(join(dir, "book.json"), "utf8")));
	const told = Object.values(recordings).map(({ events }) => events.map(([, kind, text]) => `${kind} ${text}`));
	assert.deepEqual(
		told.sort((a, b) => b.length - a.length),
		[
			["o name? ", "i Ada\n", "o Ada\r\nage? ", "i 42\n", "o 42\r\nEve Ada 42\r\n"],
			["o who? ", "i Eve\n", "o Eve\r\n\r\n"],
			["o plain\r\n"],
		],
	);
	const before = await readFile(join(dir, "book.json"), "utf8");
	assert.equal((await sandglass(dir, url, "guide.md", "--bake", "book.json")).status, 0);
	assert.equal(await readFile(join(dir, "book.json"), "utf8"), before);
});

test("the examples of our own documents print what the documents show", async (context) => {
	const { status, stdout, stderr } = await sandglass(project, await openServer(context), "README.md", "docs/**/*.md");
	assert.equal(status, 0, stdout + stderr);
});
