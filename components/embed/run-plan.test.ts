import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbedOptions, type EmbedOptionsInput } from "../../protocol/embed.ts";
import { planRun, shareDraft } from "./run-plan.ts";

function draft(options: Partial<EmbedOptionsInput>, contents: readonly string[], context: readonly string[] = []) {
	const files = contents.map((content, at) => ({ name: at === 0 ? "" : `part-${at}.py`, content }));
	return { options: EmbedOptions.parse({ language: "py", files, ...options }), contents, context };
}

const python = {
	id: "python",
	name: "Python",
	monacoId: "python",
	aliases: ["py"],
	fileName: "main.py",
	versions: [{ version: "3.13", title: "3.13", tiers: [], isReady: true }],
	examples: [],
	memoryBytes: 1,
	hasCompileStep: false,
};

test("hidden code runs around what is shown, and an unnamed file gets the language's own name", () => {
	const { request, isMarked } = planRun(draft({ hiddenBefore: "a = 1", hiddenAfter: "print(b)" }, ["b = a"]), python, {});
	assert.deepEqual(request.files, [{ name: "main.py", content: "a = 1\nb = a\nprint(b)" }]);
	assert.equal(request.language, "python");
	assert.equal(request.entry, "main.py");
	assert.equal(isMarked, false);
});

test("while nobody knows what the server offers, the author's words go as they are", () => {
	const { request } = planRun(draft({ version: "3.11", tier: "gvisor" }, ["1"]), null, {});
	assert.deepEqual([request.language, request.version, request.tier, request.entry], ["py", "3.11", "gvisor", "main"]);
	assert.deepEqual(planRun(draft({ version: "3.11" }, ["1"]), python, { version: "pyodide-314", tier: "browser" }).request.tier, "browser");
});

test("the cells above run first, in the same file, before a mark", () => {
	const { request, isMarked } = planRun(draft({}, ["print(x)", "y = 2"], ["x = 1\n", "x += 1"]), python, {});
	assert.match(request.files[0]?.content ?? "", /^x = 1\nx \+= 1\n\[print\(.*\nprint\(x\)\n$/s);
	assert.deepEqual(request.files[1], { name: "part-1.py", content: "y = 2" });
	assert.equal(isMarked, true);
});

test("the playground gets everything that runs, and no mark", () => {
	const shared = shareDraft(draft({ hiddenBefore: "h = 0", stdin: "Ada\n", arguments: ["-v"] }, ["print(x)"], ["x = 1"]), python);
	assert.deepEqual(shared.files, [{ name: "main.py", content: "x = 1\nh = 0\nprint(x)" }]);
	assert.deepEqual([shared.stdin, shared.arguments], ["Ada\n", ["-v"]]);
});
