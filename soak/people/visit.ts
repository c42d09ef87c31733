import { setTimeout as pause } from "node:timers/promises";
import { type RunInput, SessionClient } from "../../e2e/session-client.ts";
import type { RunEnd, SessionRun } from "../../e2e/session-run.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { describeLast } from "../last-words.ts";
import type { Fate, Ledger, OpenRun } from "../ledger.ts";
import { type Program, type Programs, prompt } from "../programs.ts";
import type { Dice } from "../seed.ts";
import { silenceMs } from "../silence.ts";

/** One visit of one person: a session, a run in it, and what it came to, entered in the ledger. */

export interface Visit {
	readonly url: string;
	readonly dice: Dice;
	readonly programs: Programs;
	readonly ledger: Ledger;
	readonly now: () => number;
	/** All limits of a run together, with the slack. */
	readonly longestRunMs: number;
	/** Told once of a program that has said nothing for `silenceMs` or somewhat longer. */
	readonly onSilence: (program: Program) => void;
}

export interface Person {
	readonly name: string;
	visit(visit: Visit): Promise<void>;
}

/** What a person does while the run goes on. Rejects with what was missed. */
type Play = (run: SessionRun, client: SessionClient) => Promise<"left" | undefined>;

/** From a key to its echo, on a machine that two dozen others keep busy, bombs among them. Far above what is normal: it tells "lost" from "slow". */
const echoTimeoutMs = 15_000;
const comeBackMs = 90_000;
const comeBackPauseMs = 250;

/** The container is held to the program's own end; a slow wall on a full machine may meet a time limit, which is told. */
export function endsWell(tier: string): (outcome: Outcome) => boolean {
	const walls = ["idleWall", "totalWall", "compileWall", "cpu"];
	return (outcome) =>
		(outcome.kind === "exited" && outcome.code === 0) ||
		(tier !== "container" && outcome.kind === "limited" && walls.includes(outcome.limit));
}

/** Half of all get the container, which is what most readers get; the others any other place. */
export function chooseProgram({ dice, programs: { asking } }: Visit): Program {
	const wantsContainer = dice.below(2) === 0;
	const chosen = asking.filter(({ tier }) => (tier === "container") === wantsContainer);
	return dice.pick(chosen.length > 0 ? chosen : asking);
}

/** Resolves as `spoken` does; has a program looked at that says nothing though it runs. */
export async function minded<T>(spoken: Promise<T>, visit: Visit, program: Program, isRunning = (): boolean => true): Promise<T> {
	const timer = setInterval(() => {
		if (!isRunning()) return;
		clearInterval(timer);
		visit.onSilence(program);
	}, silenceMs);
	return spoken.finally(() => clearInterval(timer));
}

/** Waits for the prompt however long the limits let the program take. */
export async function waitForPrompt(run: SessionRun, visit: Visit, program: Program): Promise<void> {
	await minded(run.waitForOutput(prompt, { timeoutMs: visit.longestRunMs }), visit, program, () => run.started.length > 0);
}

/** Each key is waited for: it comes back once, from the terminal or from the program. */
export async function typeWatched(run: SessionRun, word: string): Promise<void> {
	for (const key of word) {
		const from = run.text.length;
		run.type(key);
		await run.waitForOutput(key, { from, timeoutMs: echoTimeoutMs });
	}
}

/** Enter, and the program's answer, which says the name. */
export async function enterWatched(run: SessionRun, word: string): Promise<void> {
	const from = run.text.length;
	run.type("\r");
	await run.waitForOutput(word, { from, timeoutMs: echoTimeoutMs });
}

export async function attend(
	visit: Visit,
	person: string,
	order: RunInput,
	expects: (outcome: Outcome) => boolean,
	play: Play,
): Promise<void> {
	const record = visit.ledger.open({ person, language: order.language, tier: order.tier ?? "", expects });
	let client: SessionClient;
	try {
		client = await SessionClient.connect({ url: visit.url });
	} catch {
		return record.end({ kind: "closed", closeCode: null });
	}
	try {
		await follow(visit, client, order, play, record);
	} finally {
		await client.close();
	}
}

async function follow(visit: Visit, client: SessionClient, order: RunInput, play: Play, record: OpenRun): Promise<void> {
	const { session } = client.welcome;
	const run = client.run(order);
	try {
		if ((await play(run, client)) === "left") return record.end({ kind: "left" });
	} catch (error) {
		// Who misses something because the run is over is told by its end, which is judged below.
		if (!run.isOver) return record.end({ kind: "wrong", what: describeProblem(error) });
	}
	const end = await Promise.race([run.ended, pause(visit.longestRunMs, null, { ref: false })]);
	// Without an end the record stays open, which is a fault.
	if (end === null) return;
	const atMs = visit.now();
	const fate = fateOf(end, run.text);
	if (fate.kind !== "closed") return record.end(fate, atMs);
	// Who came back already has a new session, and was told so.
	const told = client.welcome.session === session ? await comeBack(client) : "over";
	record.end(told === "over" ? fate : { kind: "wrong", what: told }, atMs);
}

const describeProblem = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function fateOf(end: RunEnd, printed: string): Fate {
	if (end.kind === "exit")
		return { kind: "exit", outcome: end.exit.outcome, seen: describeLast(end.exit.program ?? end.exit.compile, printed) };
	return end.kind === "refused" ? { kind: "refused", code: end.code } : { kind: "closed", closeCode: end.closeCode };
}

/** As a page does after its connection was closed: until somebody answers what became of the session. */
async function comeBack(client: SessionClient): Promise<string> {
	try {
		return (await reconnectPatiently(client)) ? "the server closed the connection of a session that it still had" : "over";
	} catch (error) {
		return `the connection was closed, and nobody said what became of the run: ${describeProblem(error)}`;
	}
}

/** Tries as long as a gateway may take to be back; resolves to whether it still had the session. */
export async function reconnectPatiently(client: SessionClient): Promise<boolean> {
	const deadline = Date.now() + comeBackMs;
	for (;;) {
		try {
			return (await client.reconnect()).isResumed;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await pause(comeBackPauseMs);
		}
	}
}
