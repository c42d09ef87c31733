import { type AttackedTier, attackedTiers } from "./tiers.ts";

/**
 * Which row of ATTACKS.md is tried in which tier, and why not where it is not. accounting.test.ts holds the table to the tests.
 *
 * `tried`: a test of the tier's own, by a program (by-programs.ts). A path: a test in that file, which comes before any tier or is the
 * same for all of them. Anything else: the reason.
 */

export const tried = "tried";

export type Expression = typeof tried | { readonly test: string } | { readonly reason: string };

const at = (test: string): Expression => ({ test });
const not = (reason: string): Expression => ({ reason });

const socket = at("e2e/attacks/36-socket.test.ts");
const browserTier = at("e2e/browser-tier.e2e.ts");
const browserWalls = at("e2e/browser-walls.e2e.ts");
const noCalls = "A script has no system calls of its own, and the container around it is the one that row 26 looks at from within.";
const noProcesses = not("A program here cannot start another, nor signal one: there is no such thing in its language.");
const inBrowser = {
	limits: not("The reader's own tab is the limit: what it uses up is his, and Stop ends the worker."),
	calls: not("A worker of a browser makes no system calls; the browser's own sandbox is not ours to test."),
	server: not("No server and no agent take part: there is nothing of ours to reach."),
};

type Row = Readonly<Record<AttackedTier, Expression>>;

function everywhere(expression: Expression): Row {
	return row(expression, { deno: expression, isolate: expression, wasm: expression }, expression);
}

function row(programs: Expression, scripts: Readonly<Record<"deno" | "isolate" | "wasm", Expression>>, browser: Expression): Row {
	return { container: programs, gvisor: programs, microvm: programs, ...scripts, browser };
}

function inScripts(expression: Expression): Readonly<Record<"deno" | "isolate" | "wasm", Expression>> {
	return { deno: expression, isolate: expression, wasm: expression };
}

const javascript = (wasm: Expression): Readonly<Record<"deno" | "isolate" | "wasm", Expression>> => ({ deno: tried, isolate: tried, wasm });

export const expressible: Readonly<Record<number, Row>> = {
	1: row(tried, javascript(noProcesses), inBrowser.limits),
	2: row(tried, inScripts(tried), browserTier),
	3: row(tried, inScripts(tried), inBrowser.limits),
	4: row(tried, { deno: not("No file can be made (row 3)."), isolate: not("No file can be made (row 3)."), wasm: tried }, inBrowser.limits),
	// Over the WebSocket (01-resources.ts, scripts.ts) and over HTTP (05-rest-flood.ts).
	5: row(tried, inScripts(tried), browserTier),
	6: row(tried, inScripts(tried), inBrowser.server),
	7: row(tried, inScripts(tried), inBrowser.server),
	8: row(tried, inScripts(tried), not("Nothing travels: the worker's bytes are the page's.")),
	9: row(tried, inScripts(tried), inBrowser.limits),
	10: row(tried, inScripts(noProcesses), not("Stop and the end of a run terminate the worker; nothing of it can stay.")),
	11: row(tried, inScripts(tried), not("The worker is the page's: a browser ends it with the page.")),
	12: everywhere(at("e2e/attacks/07-streams.ts")),
	13: everywhere(at("e2e/attacks/13-killed.test.ts")),
	14: row(tried, inScripts(tried), inBrowser.server),
	15: row(tried, inScripts(tried), inBrowser.server),
	16: row(tried, javascript(noProcesses), inBrowser.server),
	17: everywhere(socket),
	18: row(tried, inScripts(tried), not("The worker's files are memory of the worker, made anew for each run.")),
	19: row(tried, inScripts(not(noCalls)), inBrowser.calls),
	20: row(tried, inScripts(not(noCalls)), inBrowser.calls),
	21: row(tried, javascript(not(noCalls)), inBrowser.calls),
	22: row(tried, inScripts(not(noCalls)), inBrowser.calls),
	23: row(tried, inScripts(not(noCalls)), inBrowser.calls),
	24: row(tried, inScripts(not(`Files of the kernel are files: row 27 reaches for them. ${noCalls}`)), inBrowser.calls),
	25: row(tried, inScripts(not(`Devices are files: row 27 reaches for them. ${noCalls}`)), inBrowser.calls),
	26: row(
		tried,
		inScripts(not("A script cannot ask for its rights; the tier's posture reads them of the process itself.")),
		inBrowser.calls,
	),
	27: row(tried, inScripts(tried), inBrowser.server),
	28: row(tried, inScripts(tried), inBrowser.server),
	29: row(tried, inScripts(tried), browserWalls),
	30: row(tried, inScripts(tried), inBrowser.calls),
	31: row(tried, inScripts(tried), browserWalls),
	32: row(tried, inScripts(tried), not("A run's worker is terminated, and the next is another.")),
	33: row(tried, inScripts(tried), inBrowser.server),
	34: row(tried, inScripts(tried), inBrowser.server),
	35: row(tried, inScripts(tried), browserTier),
	36: everywhere(socket),
	37: everywhere(socket),
	38: everywhere(at("e2e/attacks/38-proxy.test.ts")),
	39: everywhere(at("e2e/attacks/39-queue.test.ts")),
	40: everywhere(at("e2e/markup.e2e.ts")),
	41: row(tried, javascript(not("C has no objects to climb out of; row 27 tries descriptors and paths.")), browserWalls),
	42: everywhere(socket),
};

const rows = Array.from({ length: 42 }, (_, index) => index + 1);

/** Every cell of the table. */
export function cells(): readonly (readonly [row: number, tier: AttackedTier, expression: Expression | undefined])[] {
	return rows.flatMap((number) => attackedTiers.map((tier) => [number, tier, expressible[number]?.[tier]] as const));
}
