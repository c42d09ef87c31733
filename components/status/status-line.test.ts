import assert from "node:assert/strict";
import test from "node:test";
import type { Outcome } from "../../protocol/outcome.ts";
import { initialState, type RunState, type SessionState } from "../session/session-state.ts";
import { describeConnection, describeStatus, formatWall, type Tone } from "./status-line.ts";

function withRun(run: RunState): SessionState {
	return { ...initialState, connection: { kind: "open" }, run };
}

function ended(outcome: Outcome): SessionState {
	return withRun({ kind: "ended", run: 1, outcome, compile: null, program: null, at: null });
}

test("whose doing it was decides the tone: the program's, ours, or the reader's own press of Stop", () => {
	const expected: [Outcome, Tone][] = [
		[{ kind: "exited", code: 0 }, "good"],
		[{ kind: "exited", code: 3 }, "program"],
		[{ kind: "signalled", signal: 11 }, "program"],
		[{ kind: "compileFailed", code: 1 }, "program"],
		[{ kind: "limited", limit: "memory", value: 268_435_456 }, "program"],
		[{ kind: "stopped" }, "neutral"],
		[{ kind: "lost", code: "sandboxLost" }, "us"],
	];
	for (const [outcome, tone] of expected) assert.equal(describeStatus(ended(outcome)).tone, tone, outcome.kind);
});

test("the queue says how many are ahead and roughly how long it takes, and a full one when to come back", () => {
	const queued = (ahead: number, waitMs: number | null) => describeStatus(withRun({ kind: "queued", run: 1, ahead, waitMs })).sentence;
	assert.equal(queued(3, null), "Waiting: 3 ahead of you.");
	assert.equal(queued(3, 11_200), "Waiting: 3 ahead of you, about 15 s.");
	assert.equal(queued(0, 900), "Waiting: you are next, a few seconds.");
	const refused = { kind: "refused", run: 1, code: "queueFull", field: undefined } as const;
	assert.equal(describeStatus(withRun({ ...refused, retryAfterMs: 95_000 })).sentence, "The server is full. Try again in about 2 min.");
	assert.equal(describeStatus(withRun(refused)).sentence, "The server is full. Try again in a moment.");
});

test("a broken connection is told while a program waits for it, and changes no finished run's words", () => {
	const connection = { kind: "waiting", attempts: 1, code: null } as const;
	assert.equal(describeStatus({ ...withRun({ kind: "requested", run: 1 }), connection }).tone, "us");
	assert.equal(describeStatus({ ...ended({ kind: "exited", code: 0 }), connection }).sentence, "Finished.");
});

test("one short break says nothing above the page; a lasting one and a final one do", () => {
	assert.equal(describeConnection({ kind: "open" }), null);
	assert.equal(describeConnection({ kind: "waiting", attempts: 1, code: null }), null);
	assert.match(describeConnection({ kind: "waiting", attempts: 2, code: null }) ?? "", /kept/);
	assert.match(describeConnection({ kind: "closed", code: "unsupportedProtocol" }) ?? "", /Reload/);
});

test("wall time keeps one decimal under a minute", () => {
	assert.equal(formatWall(3_440), "3.4 s");
	assert.equal(formatWall(90_000), "1 min 30 s");
});
