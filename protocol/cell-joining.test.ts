import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { cutAtMark, joinCells, MarkCutter } from "./cell-joining.ts";

const mark = "\u001esandglass\u001e\n";

test("a cell alone is left as it is", () => {
	assert.deepEqual(joinCells("python", [], "print(1)"), { code: "print(1)", isMarked: false });
});

test("where a program is declarations around a main function, the codes stand one after the other and all output is the cell's", () => {
	assert.deepEqual(joinCells("c", ["int twice(int);\n\n"], "int main() {}"), { code: "int twice(int);\nint main() {}\n", isMarked: false });
});

test("what the cells above printed is cut off, on each stream of a real program", () => {
	const programs: readonly (readonly [language: string, command: readonly string[], above: string, own: string])[] = [
		[
			"js",
			[process.execPath, "-e"],
			'const name = "Ada"; console.log("above"); console.error("above");',
			"console.log(name); console.error(1)",
		],
		["bash", ["bash", "-c"], "name=Ada; echo above; echo above >&2", "echo $name; echo 1 >&2"],
	];
	for (const [language, [command = "", ...words], above, own] of programs) {
		const { code, isMarked } = joinCells(language, [above], own);
		const run = spawnSync(command, [...words, code], { encoding: "utf8" });
		assert.deepEqual([isMarked, cutAtMark(run.stdout), cutAtMark(run.stderr)], [true, "Ada\n", "1\n"], language);
	}
});

test("a terminal's output holds both marks, with its own line ends, and arrives in any pieces", () => {
	const told = `above\r\n${mark.replace("\n", "\r\n").repeat(2)}\u001e own\r\n`;
	for (let size = 1; size <= told.length; size++) {
		const cutter = new MarkCutter();
		let own = "";
		for (let at = 0; at < told.length; at += size) own += cutter.push(told.slice(at, at + size));
		assert.equal(own + cutter.end(), "\u001e own\r\n", `in pieces of ${size}`);
	}
});

test("a program that ended in a cell above has no output of its own", () => {
	assert.equal(cutAtMark("above\nTraceback"), null);
	assert.equal(cutAtMark(mark), "");
});
