import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsAbove, parseFenceInfo, splitArguments, splitHiddenCode, unescapeInput, wholeCode } from "./cells.ts";

const read = (info: string) => {
	const { language, isOptedIn, attributes, problem } = parseFenceInfo(info);
	return { language, isOptedIn, attributes: Object.fromEntries(attributes), problem };
};

test("a fence opts in with a word behind its language, and has attributes with and without a value", () => {
	assert.deepEqual(read(`Python sandglass version=3.13 stdin="Ada Lovelace" args='--loud -n 2' session`), {
		language: "python",
		isOptedIn: true,
		attributes: { sandglass: "", version: "3.13", stdin: "Ada Lovelace", args: "--loud -n 2", session: "" },
		problem: null,
	});
});

test("a fence without the word is somebody else's", () => {
	for (const info of ["python", "", 'python title="sandglass"', "python sandglass=false"]) assert.equal(read(info).isOptedIn, false, info);
});

test("the forms of other tools are read: mdBook's commas, attributes in braces, highlighted lines, data-", () => {
	assert.deepEqual(read("rust,sandglass,editable").attributes, { sandglass: "", editable: "" });
	assert.deepEqual(read("{.python .sandglass version=3.11}"), {
		language: "python",
		isOptedIn: true,
		attributes: { sandglass: "", version: "3.11" },
		problem: null,
	});
	assert.deepEqual(read('js {1,3-5} data-sandglass data-session=intro versions=3.11,3.14 title="a=b"').attributes, {
		sandglass: "",
		session: "intro",
		versions: "3.11,3.14",
		title: "a=b",
	});
});

test("a quote that is not closed is told", () => {
	for (const info of ['python sandglass stdin="Ada', "python sandglass 'x"]) assert.match(read(info).problem ?? "", /not closed/, info);
});

test("a line of a document holds line ends of prepared input as \\n, and a backslash as two", () => {
	assert.equal(unescapeInput("Ada\\n42\\tx\\\\n\\q"), "Ada\n42\tx\\n\\q");
});

test("arguments are parted at blanks, and quotes hold blanks together", () => {
	assert.deepEqual(splitArguments(`-n 2 "two words" 'it is' a" b"c ""`), ["-n", "2", "two words", "it is", "a bc", ""]);
	assert.deepEqual(splitArguments("  "), []);
});

test("code between markers runs unseen, before and after what is shown, in the comment form of any language", () => {
	const parts = splitHiddenCode("# sandglass: hide\nimport math\n# sandglass: show\n\nprint(math.pi)\n\n// sandglass: hide\ncheck()\n");
	assert.deepEqual(parts, { before: "import math", shown: "print(math.pi)", after: "check()\n", problem: null });
	assert.equal(wholeCode(parts), "import math\nprint(math.pi)\ncheck()\n");
	assert.equal(splitHiddenCode("/* sandglass: hide */\r\nint x;\r\n/* sandglass: show */\r\nmain();").before, "int x;");
});

test("code without a marker stays as it is to the byte", () => {
	const code = "\n\nprint(1)\r\n# sandglass: hide and seek\n\n";
	assert.deepEqual(splitHiddenCode(code), { before: "", shown: code, after: "", problem: null });
});

test("hidden code in the middle and a marker without its other are told, and nothing is hidden then", () => {
	for (const code of [
		"a\n# sandglass: hide\nb\n# sandglass: show\nc",
		"# sandglass: show\na",
		"# sandglass: hide\n# sandglass: hide\na",
		"# sandglass: hide\na\n",
	]) {
		const parts = splitHiddenCode(code);
		assert.ok(parts.problem, code);
		assert.equal(parts.shown, code);
	}
});

test("a cell builds on those above it of its session and language, and never on one that is meant to fail", () => {
	const cells = [
		{ id: 0, language: "python", session: "a" },
		{ id: 1, language: "python", session: "b" },
		{ id: 2, language: "python", session: "a", isMeantToFail: true },
		{ id: 3, language: "ruby", session: "a" },
		{ id: 4, language: "python", session: "a" },
		{ id: 5, language: "python", session: "a" },
		{ id: 6, language: "python" },
	];
	assert.deepEqual(
		cells.map((_, at) => cellsAbove(cells, at).map(({ id }) => id)),
		[[], [], [0], [], [0], [0, 4], []],
	);
});
