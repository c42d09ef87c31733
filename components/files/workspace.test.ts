import assert from "node:assert/strict";
import test from "node:test";
import { maxFiles, maxFilesBytes } from "../../protocol/files.ts";
import {
	activeFile,
	addFile,
	type Change,
	deleteFile,
	describeFilesProblem,
	describePasteProblem,
	editFile,
	openWorkspace,
	renameFile,
	restoreFile,
	type Workspace,
} from "./workspace.ts";

function taken(change: Change): Workspace {
	assert.ok("workspace" in change, JSON.stringify(change));
	return change.workspace;
}

const one = openWorkspace({ name: "main.py", content: "print(1)" });
const two = taken(addFile(one, "lib/util.py"));

test("a new file becomes the active one, and keys are never given twice", () => {
	assert.equal(activeFile(two)?.name, "lib/util.py");
	const again = taken(addFile(deleteFile(two, two.activeKey), "other.py"));
	assert.notEqual(again.activeKey, two.activeKey);
});

test("names that the server would refuse are told before anything changes (ATTACKS.md 17)", () => {
	for (const name of ["", "../x", "/etc/passwd", "a\\b", "a\nb", "a\0b", ".", "x".repeat(201), "MAIN.PY", "main.py/x"]) {
		assert.ok("problem" in addFile(one, name), JSON.stringify(name));
		assert.ok("problem" in renameFile(two, two.activeKey, name), JSON.stringify(name));
	}
});

test("a file may keep its own name, and take one in another case", () => {
	assert.equal(activeFile(taken(renameFile(two, two.activeKey, "lib/util.py")))?.name, "lib/util.py");
	assert.equal(activeFile(taken(renameFile(two, two.activeKey, "lib/Util.py")))?.name, "lib/Util.py");
});

test("there are never more files than the server takes", () => {
	let workspace = one;
	for (let count = 1; count < maxFiles; count++) workspace = taken(addFile(workspace, `f${count}.py`));
	assert.ok("problem" in addFile(workspace, "one-more.py"));
});

test("deleting the active file opens its neighbour; the last file stays", () => {
	const left = deleteFile(two, two.activeKey);
	assert.equal(activeFile(left)?.name, "main.py");
	assert.deepEqual(deleteFile(left, left.activeKey), left);
});

test("an undone deletion puts the file back with its text, under another name when its own is taken", () => {
	const main = two.files[0];
	assert.ok(main !== undefined);
	const without = deleteFile(two, main.key);
	assert.deepEqual(restoreFile(without, main, 0).files, two.files);
	const replaced = taken(addFile(without, "main.py"));
	const names = restoreFile(replaced, main, 0).files.map(({ name, content }) => [name, content]);
	assert.deepEqual(names[0], ["restored-1-main.py", "print(1)"]);
});

test("files that are too large together are told with both sizes", () => {
	const large = editFile(two, two.activeKey, "é".repeat(maxFilesBytes / 2));
	assert.match(describeFilesProblem(large.files) ?? "", /256 KiB/);
	assert.equal(describeFilesProblem(two.files), null);
});

test("a paste of 10 MB, or of half a character, is refused with the reason", () => {
	assert.match(describePasteProblem(one, "a".repeat(10_485_760)) ?? "", /10 MiB.*256 KiB/);
	assert.match(describePasteProblem(one, "\ud83d") ?? "", /not valid text/);
	assert.equal(describePasteProblem(one, "😀"), null);
});
