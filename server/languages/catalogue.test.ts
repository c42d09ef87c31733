import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isCompiledByServer } from "../../protocol/modules.ts";
import { readCatalogue } from "./catalogue.ts";

const imagesFolder = fileURLToPath(new URL("../../sandbox-images", import.meta.url));

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "sandglass-catalogue-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sample = {
	id: "demo",
	name: "Demo",
	monacoId: "demo",
	aliases: ["dm"],
	fileName: "main.demo",
	versions: [
		{ version: "2", suite: "trixie" },
		{ version: "1", suite: "bookworm", run: ["/usr/bin/demo-1", "{file}"], environment: { DEMO: "one" } },
	],
	run: ["/usr/bin/demo", "{file}"],
	environment: { DEMO: "any", OTHER: "kept" },
	examples: [
		{ file: "first.demo", title: "First" },
		{ file: "greeting.demo", title: "Greeting", isInteractive: true },
	],
};

function write(definition: object, name = "demo"): string {
	mkdirSync(join(folder, name, "examples"), { recursive: true });
	for (const file of ["first.demo", "greeting.demo"]) writeFileSync(join(folder, name, "examples", file), `text of ${file}\n`);
	const path = join(folder, name, "language.json");
	writeFileSync(path, JSON.stringify(definition));
	return path;
}

test("the ten languages of this repository are read, each with its examples' texts and a first version", async () => {
	const catalogue = await readCatalogue(imagesFolder);
	const ids = catalogue.languages.map((it) => it.id).sort();
	assert.deepEqual(ids, ["bash", "c", "cpp", "go", "java", "javascript", "python", "ruby", "rust", "typescript"]);
	for (const language of catalogue.languages) {
		for (const { file, content } of language.examples) {
			assert.equal(content, readFileSync(join(language.folder, "examples", file), "utf8"));
			assert.ok(content.split("\n").length <= 61, `${file} is too long for an example`);
		}
	}
	assert.equal(catalogue.find("python")?.version.version, "3.13");
	assert.equal(catalogue.find("PY", "3.11")?.key, "python@3.11");
	assert.equal(catalogue.find("c++")?.language.id, "cpp");
});

test("a folder without language.json is no language, and a folder without any is refused", async () => {
	mkdirSync(join(folder, "shared"));
	await assert.rejects(readCatalogue(folder), /no language\.json/);
	write(sample);
	assert.equal((await readCatalogue(folder)).languages.length, 1);
});

test("a version's own commands and environment come before the language's", async () => {
	write(sample);
	const catalogue = await readCatalogue(folder);
	assert.deepEqual(catalogue.find("dm", "1")?.run, ["/usr/bin/demo-1", "{file}"]);
	assert.deepEqual(catalogue.find("dm", "1")?.environment, { DEMO: "one", OTHER: "kept" });
	assert.deepEqual(catalogue.find("dm")?.run, ["/usr/bin/demo", "{file}"]);
	assert.equal(catalogue.find("dm", "3"), undefined);
	assert.equal(catalogue.find("nobody"), undefined);
});

test("what a server compiles for browsers is a toolchain of its own: listed in no language, found by its name alone", async () => {
	const catalogue = await readCatalogue(imagesFolder);
	const printing = catalogue.toolchains.filter((it) => it.isForBrowsers);
	assert.deepEqual(printing.map(({ key }) => key).sort(), ["c@clang-wasi-19.1-module", "cpp@clang-wasi-19.1-module"]);
	for (const { language, version, tiers, run, compile, imageVersion } of printing) {
		const from = catalogue.find(language.id, imageVersion);
		assert.deepEqual([tiers, compile], [["wasm"], from?.compile]);
		assert.match(run.join(" "), /print-module\.js/);
		assert.ok(!language.versions.some((it) => it.version === version.version));
		assert.ok(isCompiledByServer(language.id));
		assert.notEqual(catalogue.find(language.id, undefined, "wasm"), catalogue.find(language.id, version.version));
	}
	for (const language of catalogue.languages)
		if (isCompiledByServer(language.id)) assert.ok(printing.some((it) => it.language === language));
});

test("a version that a server and a browser both run has to say how its module is printed", async () => {
	const version = { version: "1", suite: "bookworm", tiers: ["wasm", "browser"] };
	write({ ...sample, versions: [version] });
	await assert.rejects(readCatalogue(folder), /compiled there and printed for here/);
	write({ ...sample, versions: [{ ...version, printModule: ["/usr/bin/print"] }] });
	assert.equal((await readCatalogue(folder)).toolchains.length, 2);
});

test("a name that two languages bear is refused with both files", async () => {
	const first = write(sample);
	const second = write({ ...sample, id: "other", name: "Other", aliases: ["demo"] }, "other");
	await assert.rejects(readCatalogue(folder), (error: Error) => error.message.includes(first) && error.message.includes(second));
});

const [version] = sample.versions;
const faults: readonly (readonly [string, object, RegExp])[] = [
	["an unknown key", { ...sample, image: "evil" }, /image/],
	["a version listed twice", { ...sample, versions: [version, version] }, /version "2" is listed twice/],
	["an example listed twice", { ...sample, examples: [...sample.examples, ...sample.examples] }, /example "first\.demo" is listed twice/],
	["a command without an absolute path", { ...sample, run: ["demo", "{file}"] }, /absolute path/],
	["commands that never name the file", { ...sample, run: ["/usr/bin/demo"] }, /neither compile nor run names the entry file/],
	[
		"no interactive example",
		{ ...sample, examples: sample.examples.map(({ file, title }) => ({ file, title })) },
		/no example is interactive/,
	],
	["an id that is not the folder's name", { ...sample, id: "else" }, /the folder is called "demo"/],
	["an example outside examples/", { ...sample, examples: [{ file: "../x", title: "X" }, sample.examples[1]] }, /file/],
];
for (const [what, definition, says] of faults) {
	test(`${what} is refused, and the file at fault is named`, async () => {
		const path = write(definition);
		await assert.rejects(readCatalogue(folder), (error: Error) => error.message.includes(path) && says.test(error.message));
	});
}

test("an example that is missing, too large or not UTF-8 is refused by its path", async () => {
	write(sample);
	const path = join(folder, "demo", "examples", "first.demo");
	const isNamed = (error: Error) => error.message.startsWith(path);
	writeFileSync(path, Buffer.from([0xff, 0xfe]));
	await assert.rejects(readCatalogue(folder), isNamed);
	writeFileSync(path, "x".repeat(65_537));
	await assert.rejects(readCatalogue(folder), isNamed);
	rmSync(path);
	await assert.rejects(readCatalogue(folder), isNamed);
});

test("JSON that is none is refused by its path", async () => {
	cpSync(join(imagesFolder, "c"), join(folder, "c"), { recursive: true });
	const path = join(folder, "c", "language.json");
	writeFileSync(path, "{");
	await assert.rejects(readCatalogue(folder), (error: Error) => error.message.startsWith(`${path}: not JSON`));
});

test("what is compiled cannot wait before there is a program, and a version decides for itself", async () => {
	write({ ...sample, prespawn: true, compile: ["/usr/bin/demo-c", "{file}"] });
	await assert.rejects(readCatalogue(folder), /demo@2: prespawn, but its programs are compiled first/);
	const [first, second] = sample.versions;
	write({ ...sample, prespawn: true, versions: [first, { ...second, prespawn: false }] });
	const { toolchains } = await readCatalogue(folder);
	assert.deepEqual(
		toolchains.map((it) => it.isPrespawned),
		[true, false],
	);
	write(sample);
	assert.ok((await readCatalogue(folder)).toolchains.every((it) => !it.isPrespawned));
});
