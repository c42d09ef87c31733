import assert from "node:assert/strict";
import test from "node:test";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { openLanguage, startWork } from "./start-work.ts";
import { loadWork, saveWork, type Work } from "./work.ts";

/** The part of a browser's Storage that is used, with room for so many characters. */
function store(room = Number.POSITIVE_INFINITY) {
	const values = new Map<string, string>();
	return {
		values,
		getItem: (key: string) => values.get(key) ?? null,
		setItem: (key: string, value: string) => {
			if (value.length > room) throw new DOMException("full", "QuotaExceededError");
			values.set(key, value);
		},
	};
}

function language(id: string, fileName: string): CatalogueLanguage {
	const example = { title: `First of ${id}`, fileName, content: `example of ${id}`, isInteractive: false };
	return {
		id,
		name: id,
		monacoId: id,
		aliases: [],
		fileName,
		versions: [{ version: "1", title: "1", tiers: ["container"], isReady: true }],
		examples: [example],
		memoryBytes: 1,
		hasCompileStep: false,
	};
}

const bash = language("bash", "main.sh");
const python = language("python", "main.py");

function work(content: string): Work {
	const workspace = { files: [{ key: 1, name: "main.py", content }], activeKey: 1, nextKey: 2 };
	return { form: 1, languageId: "python", versions: {}, tiers: {}, workspaces: { python: workspace }, argumentLine: "" };
}

test("two tabs do not trample each other: each reloads its own, a new one starts from the last written", () => {
	const browser = store();
	const first = { tab: store(), browser };
	const second = { tab: store(), browser };
	saveWork(first, work("first"));
	saveWork(second, work("second"));
	assert.deepEqual(loadWork(first), work("first"));
	assert.deepEqual(loadWork(second), work("second"));
	assert.deepEqual(loadWork({ tab: store(), browser }), work("second"));
});

test("what another time or hand has written is not taken for work", () => {
	for (const text of ["", "{", "null", "[]", JSON.stringify({ ...work("x"), form: 2 }), JSON.stringify({ ...work("x"), extra: 1 })]) {
		const tab = store();
		tab.values.set("sandglass.work", text);
		assert.equal(loadWork({ tab, browser: store() }), null, text);
	}
});

test("a full browser is told, and what fits is still kept", () => {
	const stores = { tab: store(), browser: store(10) };
	assert.equal(saveWork(stores, work("kept")), false);
	assert.deepEqual(loadWork(stores), work("kept"));
});

test("a new visitor sees the first example of a language that is offered", () => {
	assert.equal(startWork(null, [bash, python])?.workspaces.python?.files[0]?.content, "example of python");
	assert.equal(startWork(null, [bash])?.languageId, "bash");
	assert.equal(startWork(null, []), null);
});

test("each language keeps its own text", () => {
	const kept = work("mine");
	const inBash = openLanguage(kept, bash);
	assert.equal(inBash.workspaces.bash?.files[0]?.content, "example of bash");
	assert.equal(openLanguage(inBash, python).workspaces.python?.files[0]?.content, "mine");
});

test("work in a language that is no longer offered is kept, and another language opens", () => {
	const started = startWork({ ...work("mine"), languageId: "cobol" }, [bash]);
	assert.equal(started?.languageId, "bash");
	assert.equal(started?.workspaces.python?.files[0]?.content, "mine");
});

test("a shared program's edits have a place of their own, in their tab only", () => {
	const tab = store();
	const browser = store();
	const id = "A".repeat(22);
	saveWork({ tab, browser }, work("mine"));
	saveWork({ tab, browser: null }, work("edited"), id);
	assert.deepEqual(loadWork({ tab, browser }), work("mine"));
	assert.deepEqual(loadWork({ tab, browser: null }, id), work("edited"));
	assert.equal(loadWork({ tab: store(), browser }, id), null);
	assert.equal(loadWork({ tab, browser: null }, "B".repeat(22)), null);
});

test("what came with an opened program, and the one that it took the place of, are kept over a reload", () => {
	const opened: Work = {
		...work("theirs"),
		extras: { python: { title: "T", stdin: "1", entry: "main.py", limits: { cpuMs: 100 }, parent: "A".repeat(22) } },
		earlier: {
			languageId: "python",
			version: "3.11",
			tier: undefined,
			workspace: work("mine").workspaces.python ?? assert.fail(),
			argumentLine: "",
		},
	};
	const stores = { tab: store(), browser: store() };
	saveWork(stores, opened);
	assert.deepEqual(loadWork(stores), JSON.parse(JSON.stringify(opened)));
});
