import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno, WasiError } from "./errno.ts";
import { type FolderNode, MemoryFiles } from "./memory-files.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function workspace(): MemoryFiles {
	const files = new MemoryFiles(() => 0n);
	files.load("main.c", encoder.encode("main"));
	files.load("src/deep/second.c", encoder.encode("second"));
	return files;
}

function contentAt(files: MemoryFiles, path: string, from: FolderNode = files.root): string {
	const { node } = files.find(from, path, true);
	assert.ok(node?.kind === "file", path);
	const into = new Uint8Array(node.size);
	files.read(node, 0, into);
	return decoder.decode(into);
}

function folderAt(files: MemoryFiles, path: string): FolderNode {
	const { node } = files.find(files.root, path, true);
	return node?.kind === "folder" ? node : assert.fail(path);
}

const failsWith = (errno: Errno) => (error: unknown) => error instanceof WasiError && error.errno === errno;

describe("what leads out of the root is refused as beyond what was granted (ATTACKS.md 17, 18)", () => {
	for (const path of [
		"..",
		"../",
		"../main.c",
		"src/../../main.c",
		"src/deep/../../../etc/passwd",
		"./..",
		".//../x",
		"/",
		"/etc/passwd",
		"//etc",
	]) {
		test(path, () => assert.throws(() => workspace().find(workspace().root, path, true), failsWith(Errno.notCapable)));
	}
	test("from a folder below, too", () => {
		const files = workspace();
		assert.throws(() => files.find(folderAt(files, "src/deep"), "../../../x", true), failsWith(Errno.notCapable));
		assert.equal(contentAt(files, "../../main.c", folderAt(files, "src/deep")), "main");
	});
	test("by a link that points above, in the middle of a path and at its end", () => {
		const files = workspace();
		files.createLink(files.root, "up", "../../etc");
		files.createLink(folderAt(files, "src"), "twice", "../up");
		for (const path of ["up", "up/passwd", "src/twice/passwd"])
			assert.throws(() => files.find(files.root, path, true), failsWith(Errno.notCapable));
		assert.equal(files.find(files.root, "up", false).node?.kind, "link");
	});
	test("by a link with an absolute target, which cannot even be made", () => {
		const files = workspace();
		assert.throws(() => files.createLink(files.root, "accounts", "/etc/passwd"), failsWith(Errno.notCapable));
		assert.equal(files.root.entries.has("accounts"), false);
	});
});

test("inside the root paths, links and dots lead where they say", () => {
	const files = workspace();
	files.createLink(files.root, "link", "src/deep/../deep/second.c");
	assert.equal(contentAt(files, "link"), "second");
	assert.equal(contentAt(files, "./src//deep/./second.c"), "second");
	assert.equal(files.find(files.root, "main.c/x".slice(0, 6), true).node?.kind, "file");
	assert.throws(() => files.find(files.root, "main.c/x", true), failsWith(Errno.notDirectory));
	assert.throws(() => files.find(files.root, "none/x", true), failsWith(Errno.noEntry));
	assert.throws(() => files.find(files.root, "a\0b", true), failsWith(Errno.illegalSequence));
});

test("links that lead to one another end", () => {
	const files = workspace();
	files.createLink(files.root, "one", "two");
	files.createLink(files.root, "two", "one");
	assert.throws(() => files.find(files.root, "one", true), failsWith(Errno.tooManyLinks));
});

test("ATTACKS.md 3: files are full at a cap, and what is removed comes free when nobody has it open any more", () => {
	const files = workspace();
	const big = files.createFile(files.root, "big");
	files.resize(big, 60 * 1_048_576);
	const second = files.createFile(files.root, "second");
	assert.throws(() => files.resize(second, 10 * 1_048_576), failsWith(Errno.noSpace));
	assert.throws(() => files.write(second, Number.MAX_SAFE_INTEGER, new Uint8Array(1)), failsWith(Errno.noSpace));
	big.openCount = 1;
	files.remove(files.root, "big");
	assert.throws(() => files.resize(second, 10 * 1_048_576), failsWith(Errno.noSpace));
	big.openCount = 0;
	files.release(big);
	files.resize(second, 10 * 1_048_576);
	assert.equal(second.size, 10 * 1_048_576);
});

test("ATTACKS.md 4: names are counted, too", () => {
	const files = workspace();
	let made = 0;
	const fill = () => {
		for (; made < 1_000_000; made++) files.createFile(files.root, `f${made}`);
	};
	assert.throws(fill, failsWith(Errno.noSpace));
	assert.ok(made > 1_000 && made < 10_000, String(made));
	files.remove(files.root, "f0");
	files.createFile(files.root, "again");
});

test("what was cut off reads as zeros when the file grows again", () => {
	const files = workspace();
	const file = files.createFile(files.root, "x");
	files.write(file, 0, encoder.encode("secret"));
	files.resize(file, 1);
	files.resize(file, 6);
	assert.equal(contentAt(files, "x"), "s\0\0\0\0\0");
});

test("a name takes the place of another as rename(2) says, and a folder stays where its parent is known", () => {
	const files = workspace();
	const at = (path: string) => files.find(files.root, path, false);
	files.rename(at("main.c"), at("src/renamed.c"));
	assert.equal(contentAt(files, "src/renamed.c"), "main");
	assert.equal(at("main.c").node, undefined);
	assert.throws(() => files.rename(at("src/renamed.c"), at("src/deep")), failsWith(Errno.isDirectory));
	assert.throws(() => files.rename(at("src/deep"), at("moved")), failsWith(Errno.notSupported));
	assert.throws(() => files.remove(files.root, "src"), failsWith(Errno.notEmpty));
});
