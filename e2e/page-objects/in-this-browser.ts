import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "playwright/test";
import type { Playground } from "./playground.ts";

/** The tier `browser` as a reader meets it, and as a hostile program does. */

/** Fetching and starting an interpreter on a machine that is busy with tests. */
export const bootMs = 120_000;

/** Opens the page and picks this browser for its programs. */
export async function openHere(playground: Playground, language: "Python" | "JavaScript" | "C" | "C++", url?: string): Promise<void> {
	await playground.open(url);
	if (language !== "Python") await playground.language.selectOption({ label: language });
	await playground.isolation.selectOption("browser");
}

/** Writes and runs it here, and waits for `until`. */
export async function runHere(playground: Playground, code: string, until: string | RegExp): Promise<void> {
	await playground.runCode(code);
	await expect(playground.output).toContainText(until, { timeout: bootMs });
}

/** That the page is as good as before: a Python program runs here, asks, is answered and ends. */
export async function expectRunsHere(playground: Playground): Promise<void> {
	await runHere(playground, 'print("still", input("? "))\n', "?");
	await playground.answer("well");
	await expect(playground.output).toContainText("still well");
	await playground.expectFinished();
}

/**
 * A Python program that runs a script in its worker's own realm, with everything that a worker has: an interpreter's walls are not what
 * the tests are about. `python` goes on from there; `js` is the realm.
 */
export function realmProgram(script: string, python: string): string {
	return `import js
from pyodide.ffi import run_sync, to_js
blob = js.Blob.new(to_js([${JSON.stringify(script)}]))
js.WorkerGlobalScope.prototype.importScripts.call(js.self, js.URL.createObjectURL(blob))
${python}
`;
}

export const reachOutScript = readFileSync(fileURLToPath(new URL("../attacks/programs/reach-out.js", import.meta.url)), "utf8");

/** Way → "open" or "held", and the wall; from what programs/reach-out.js says. */
export function readWays(text: string): Readonly<Record<string, string>> {
	const lines = text.split("\n").flatMap((line) => {
		const [, way, rest] = /^([a-z-]+) ((?:open|held) .*)$/.exec(line) ?? [];
		return way === undefined || rest === undefined ? [] : [[way, rest.trim()] as const];
	});
	return Object.fromEntries(lines);
}
