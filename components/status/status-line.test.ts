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

test("the queue says how many are ahead", () => {
	assert.equal(describeStatus(withRun({ kind: "queued", run: 1, ahead: 3 })).sentence, "Waiting: 3 ahead of you.");
	assert.match(describeStatus(withRun({ kind: "queued", run: 1, ahead: 0 })).sentence, /next/);
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
