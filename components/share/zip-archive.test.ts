import assert from "node:assert/strict";
import test from "node:test";
import { strToU8, zipSync } from "fflate";
import { SnippetDraft } from "../../protocol/snippets.ts";
import { unzipProgram, zipProgram } from "./zip-archive.ts";

const { recording: _, ...draft } = SnippetDraft.parse({
	title: "Two files",
	language: "python",
	version: "3.13",
	files: [
		{ name: "main.py", content: "import data.words\n" },
		{ name: "data/words.py", content: "words = 'ü'\n" },
	],
	arguments: ["a b"],
	stdin: "in",
	limits: {},
});

function problemOf(bytes: Uint8Array): string {
	const opened = unzipProgram(bytes);
	assert.ok("problem" in opened, JSON.stringify(opened).slice(0, 200));
	return opened.problem;
}

test("a program goes into a zip and comes out as it was", () => {
	const { files, ...manifest } = draft;
	assert.deepEqual(unzipProgram(zipProgram(draft)), { files, manifest });
});

test("the same program is the same zip", () => {
	assert.deepEqual(zipProgram(draft), zipProgram(draft));
});

test("a file of the reader's that is named as ours keeps its name, and is not taken for ours", () => {
	const files = [{ name: "Sandglass.json", content: "{}" }, ...draft.files];
	const opened = unzipProgram(zipProgram({ ...draft, files }));
	assert.ok("files" in opened);
	assert.deepEqual(opened.files, files);
	assert.equal(opened.manifest?.title, "Two files");
	const plain = unzipProgram(zipSync({ "sandglass.json": strToU8('{"mine": 1}') }));
	assert.deepEqual(plain, { files: [{ name: "sandglass.json", content: '{"mine": 1}' }], manifest: null });
});

test("somebody else's zip is opened: its one folder and what systems add to zips fall away", () => {
	const zip = zipSync({
		"proj/main.py": strToU8("x = 1\n"),
		"proj/lib/a.py": strToU8(""),
		"__MACOSX/proj/._main.py": strToU8("\0"),
		"proj/": new Uint8Array(),
	});
	assert.deepEqual(unzipProgram(zip), {
		files: [
			{ name: "main.py", content: "x = 1\n" },
			{ name: "lib/a.py", content: "" },
		],
		manifest: null,
	});
});

test("what is no text is refused by name", () => {
	assert.match(problemOf(zipSync({ "a.py": strToU8("x"), "cat.png": new Uint8Array([0x89, 0x50, 0xff]) })), /^cat\.png is not a text file/);
	assert.match(problemOf(zipSync({ "a\u202e.py": new Uint8Array([0]) })), /^a\?\.py is not a text file/);
});

test("a zip with too many entries, too large, or broken is refused", () => {
	const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`folder-${index}/`, new Uint8Array()]));
	assert.match(problemOf(zipSync(many)), /more files/);
	assert.match(problemOf(new Uint8Array(5_000_000)), /at most 4 MiB/);
	const zip = zipProgram(draft);
	for (const bytes of [new Uint8Array(), new Uint8Array(100), zip.subarray(0, zip.length - 30), strToU8("PK\x03\x04")]) {
		assert.match(problemOf(bytes), /not a zip that can be read/);
	}
});

test("a bomb is refused by the size that it tells, and one that lies is not inflated further than that", () => {
	const bomb = zipSync({ "zeros.txt": new Uint8Array(50_000_000) }, { level: 9 });
	assert.match(problemOf(bomb), /holds more than the server takes/);
	const lying = bomb.slice();
	const view = new DataView(lying.buffer);
	const directory = view.getUint32(lying.length - 6, true);
	assert.equal(view.getUint32(directory, true), 0x02014b50);
	view.setUint32(directory + 24, 10, true);
	const before = process.memoryUsage().arrayBuffers;
	const opened = unzipProgram(lying);
	assert.ok("problem" in opened || opened.files.every(({ content }) => content.length <= 10));
	assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
});

test("a zip that claims billions of entries is given up at once", () => {
	const zip = zipProgram(draft);
	const view = new DataView(zip.buffer);
	view.setUint16(zip.length - 14, 0xfffe, true);
	view.setUint16(zip.length - 12, 0xfffe, true);
	const startedAt = performance.now();
	problemOf(zip);
	assert.ok(performance.now() - startedAt < 1_000);
});
