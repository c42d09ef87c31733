import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttackProgram } from "../../protocol/attack-programs.ts";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { startWork } from "../storage/start-work.ts";
import type { Work } from "../storage/work.ts";
import { describeTrial, findTrial, isWorkAtStake, leaveTrial, openTrial } from "./open-trial.ts";

const language = (id: string, versions: CatalogueLanguage["versions"]): CatalogueLanguage => ({
	id,
	name: id,
	monacoId: id,
	aliases: [],
	fileName: `main.${id}`,
	versions,
	examples: [{ title: "Example", fileName: `main.${id}`, content: `example of ${id}`, isInteractive: false }],
	memoryBytes: 1,
	hasCompileStep: false,
});

const languages = [
	language("python", [{ version: "3.13", title: "3.13", tiers: ["container", "gvisor"], isReady: true }]),
	language("javascript", [
		{ version: "20", title: "Node 20", tiers: ["container", "gvisor"], isReady: true },
		{ version: "deno-2", title: "Deno 2", tiers: ["deno"], isReady: true },
	]),
];

const program = (id: string, languageId: string): AttackProgram => ({
	id,
	row: Number(id.slice(0, 2)),
	title: `Program ${id}`,
	language: languageId,
	fileName: "main.x",
	content: `program ${id}`,
	tiers: ["container", "deno"],
});

const programs = [program("20-namespaces", "python"), program("29-network", "javascript"), program("01-ruby", "ruby")];

function start(): Work {
	const work = startWork(null, languages);
	assert.ok(work !== null);
	return work;
}

function trialOf(id: string, tier: string) {
	const trial = findTrial({ id, tier }, programs, languages);
	assert.ok(trial !== null);
	return trial;
}

test("an address that names no program, or one in a language that is not offered, opens nothing", () => {
	assert.equal(findTrial({ id: "99-none", tier: "gvisor" }, programs, languages), null);
	assert.equal(findTrial({ id: "01-ruby", tier: "gvisor" }, programs, languages), null);
});

test("a baseline, or anything else that is no tier, is not picked by an address", () => {
	for (const tier of ["baseline-docker-run", "root", ""]) assert.equal(trialOf("20-namespaces", tier).tier, null);
	assert.equal(trialOf("20-namespaces", "gvisor").tier, "gvisor");
});

test("a program becomes its language's only file, in a version that runs in the tier", () => {
	const work = openTrial(start(), trialOf("29-network", "deno"));
	assert.equal(work.languageId, "javascript");
	assert.equal(work.versions.javascript, "deno-2");
	assert.equal(work.tiers.javascript, "deno");
	assert.deepEqual(
		work.workspaces.javascript?.files.map(({ name, content }) => [name, content]),
		[["main.x", "program 29-network"]],
	);
	assert.deepEqual(work.workspaces.python, start().workspaces.python);
});

test("the way back restores that language and keeps what was written elsewhere meanwhile", () => {
	const before = { ...start(), versions: { python: "3.13" } };
	const trial = trialOf("29-network", "deno");
	const opened = openTrial(before, trial);
	const meanwhile = openTrial(opened, trialOf("20-namespaces", "gvisor"));
	const back = leaveTrial(meanwhile, before, trial);
	assert.equal(back.languageId, "python");
	assert.equal(back.workspaces.javascript, undefined);
	assert.equal(back.versions.javascript, undefined);
	assert.equal(back.tiers.javascript, undefined);
	assert.equal(back.tiers.python, "gvisor");
	assert.equal(back.workspaces.python?.files[0]?.content, "program 20-namespaces");
});

test("only what a reader wrote is at stake: an example or another attack program is not", () => {
	const trial = trialOf("20-namespaces", "gvisor");
	const work = start();
	assert.equal(isWorkAtStake(work, trial, programs), false);
	assert.equal(isWorkAtStake(openTrial(work, trial), trial, programs), false);
	const workspace = work.workspaces.python;
	assert.ok(workspace !== undefined);
	const withFiles = (...contents: string[]): Work => ({
		...work,
		workspaces: { python: { ...workspace, files: contents.map((content, at) => ({ key: at + 1, name: `${at}.py`, content })) } },
	});
	assert.equal(isWorkAtStake(withFiles("print('mine')"), trial, programs), true);
	assert.equal(isWorkAtStake(withFiles("example of python", ""), trial, programs), true);
	assert.match(describeTrial(trial, true), /took the place of your python files.*gVisor/);
	assert.doesNotMatch(describeTrial(trial, false), /took the place/);
});
