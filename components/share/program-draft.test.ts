import assert from "node:assert/strict";
import test from "node:test";
import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import { SnippetDraft } from "../../protocol/snippets.ts";
import { tierTable } from "../../protocol/tiers.ts";
import { openWorkspace } from "../files/workspace.ts";
import type { Work } from "../storage/work.ts";
import { bringBack, draftProgram, isSameProgram, openProgram, type SettledProgram, settleProgram } from "./program-draft.ts";

const python: CatalogueLanguage = {
	id: "python",
	name: "Python",
	monacoId: "python",
	aliases: [],
	fileName: "main.py",
	versions: [
		{ version: "3.13", title: "3.13", tiers: ["gvisor", "container"], isReady: true },
		{ version: "3.11", title: "3.11", tiers: ["gvisor", "container"], isReady: true },
	],
	examples: [{ title: "First", fileName: "main.py", content: "example", isInteractive: false }],
	memoryBytes: 1,
	hasCompileStep: false,
};
const tiers: readonly CatalogueTier[] = [
	{ tier: "gvisor", ...tierTable.gvisor, state: "offered", reason: null },
	{ tier: "container", ...tierTable.container, state: "failed", reason: "x" },
];

const draft = SnippetDraft.parse({
	title: "T",
	language: "python",
	version: "3.11",
	tier: "gvisor",
	files: [
		{ name: "lib.py", content: "x = 1" },
		{ name: "main.py", content: "import lib" },
	],
	entry: "main.py",
	arguments: ["a b", "", "it's", 'q"\\'],
	stdin: "1\n",
	limits: { cpuMs: 1_000 },
	parent: "A".repeat(22),
});

function settled(given: SnippetDraft): SettledProgram {
	const program = settleProgram(given, [python], tiers);
	assert.ok(!("problem" in program), JSON.stringify(program));
	return program;
}

const workWith = (content: string): Work => ({
	form: 1,
	languageId: "python",
	versions: { python: "3.13" },
	tiers: {},
	workspaces: { python: openWorkspace({ name: "main.py", content }) },
	argumentLine: "mine",
});

test("a draft that is opened and shared again is the same program", () => {
	const program = settled(draft);
	const { work } = openProgram(workWith("example"), program);
	const workspace = work.workspaces.python;
	assert.ok(workspace !== undefined);
	assert.equal(workspace.files.find(({ key }) => key === workspace.activeKey)?.name, "main.py");
	const again = draftProgram({ ...program, workspace, argumentLine: work.argumentLine, extras: work.extras?.python ?? {} });
	assert.deepEqual(again, { draft });
});

test("titles, ancestors and recordings do not make another program; a changed character does", () => {
	const renamed = { ...draft, title: "U", parent: undefined };
	assert.ok(isSameProgram(draft, renamed));
	assert.ok(!isSameProgram(draft, { ...draft, stdin: "2\n" }));
	assert.ok(!isSameProgram(draft, { ...draft, files: [...draft.files].reverse() }));
});

test("a version and an isolation that are gone are said to be, and what is nearest is picked", () => {
	const program = settled({ ...draft, version: "3.10", tier: "container" });
	assert.equal(program.version.version, "3.11");
	assert.equal(program.tier, null);
	assert.deepEqual(program.differences, [
		"Python 3.10 is no longer offered here; 3.11 is the nearest.",
		"Container is not offered for it here; the server chooses the isolation.",
	]);
	assert.deepEqual(settled(draft).differences, []);
});

test("ATTACKS.md 17, 40: what no schema sees is refused: paths that leave, files that collide, text that is none", () => {
	const bad: Partial<SnippetDraft>[] = [
		{ files: [] },
		{ files: [{ name: "../../etc/passwd", content: "" }] },
		{ files: [{ name: "/abs", content: "" }] },
		{ files: [{ name: "a\u202etxt", content: "" }] },
		{ files: [draft.files[0] ?? { name: "", content: "" }, { name: "LIB.py", content: "" }] },
		{ files: [{ name: "a", content: "x".repeat(300_000) }] },
		{ files: [{ name: "a", content: "\ud83d" }] },
		{ arguments: ["\0"] },
		{ stdin: "\ud83d" },
		{ language: "cobol" },
		{ language: "__proto__" },
	];
	for (const change of bad)
		assert.ok("problem" in settleProgram({ ...draft, ...change }, [python], tiers), JSON.stringify(change).slice(0, 80));
});

test("what the reader wrote is kept when a program takes its place, and comes back, in turn keeping that one", () => {
	const mine = workWith("mine");
	const { work, hasKept } = openProgram(mine, settled(draft));
	assert.ok(hasKept);
	assert.equal(work.workspaces.python?.files.length, 2);
	const back = bringBack(work, [python]);
	assert.equal(back.workspaces.python?.files[0]?.content, "mine");
	assert.equal(back.argumentLine, "mine");
	assert.equal(back.versions.python, "3.13");
	assert.equal(back.extras?.python, undefined);
	assert.equal(back.earlier?.extras?.title, "T");
	assert.equal(bringBack(back, [python]).workspaces.python?.files.length, 2);
	assert.ok((back.workspaces.python?.nextKey ?? 0) >= (work.workspaces.python?.nextKey ?? 0), "no key is given twice");
});

test("an example that nobody touched is not kept, and what was kept before stays", () => {
	assert.ok(!openProgram(workWith("example"), settled(draft)).hasKept);
	const { work } = openProgram(workWith("mine"), settled(draft));
	const untouched = { ...work, workspaces: { python: openWorkspace({ name: "main.py", content: "example" }) } };
	assert.equal(openProgram(untouched, settled(draft)).work.earlier?.workspace.files[0]?.content, "mine");
});
