import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbedEvent, embedMark } from "../protocol/embed.ts";
import { readEvent } from "./frame-messages.ts";

const mark = embedMark;
const good: readonly object[] = [
	{ mark, type: "hello" },
	{ mark, type: "ready" },
	{ mark, type: "started", tier: "gvisor", version: "3.13" },
	{ mark, type: "output", stream: "stderr", text: "" },
	{ mark, type: "exit", outcome: { kind: "exited", code: -1 }, message: "" },
	{ mark, type: "exit", outcome: { kind: "compileFailed", code: null }, message: "" },
	{ mark, type: "exit", outcome: { kind: "limited", limit: "cpu", value: 0.5 }, message: "" },
	{ mark, type: "exit", outcome: { kind: "stopped" }, message: "" },
	{ mark, type: "code", request: 0, code: "x" },
	{ mark, type: "change", code: "x" },
	{ mark, type: "resize", heightPx: 10 },
	{ mark, type: "problem", message: "x" },
];

test("what the schema takes, the hand check takes", () => {
	for (const event of good) {
		assert.deepEqual(EmbedEvent.parse(event), event);
		assert.deepEqual(readEvent(event), event);
	}
	assert.deepEqual(
		new Set(good.map((event) => Reflect.get(event, "type"))),
		new Set(EmbedEvent._zod.def.options.map((it) => it.shape.type._zod.def.values[0])),
	);
});

test("what the schema refuses, the hand check refuses: a wrong type, a name too many or missing, another's mark", () => {
	const bad: unknown[] = [
		...[null, 5, "hello", [], [{ mark, type: "hello" }]],
		...good.flatMap((event) => [
			{ ...event, more: 1 },
			{ ...event, mark: "other" },
			{ ...event, type: "toString" },
			{ ...event, type: ["hello"] },
		]),
		...good.flatMap((event) =>
			Object.keys(event).flatMap((name) => [
				Object.fromEntries(Object.entries(event).filter(([it]) => it !== name)),
				{ ...event, [name]: Symbol.iterator },
				{ ...event, [name]: {} },
			]),
		),
		{ mark, type: "resize", heightPx: -1 },
		{ mark, type: "resize", heightPx: Number.NaN },
		{ mark, type: "resize", heightPx: "10" },
		{ mark, type: "output", stream: "stdin", text: "" },
		{ mark, type: "exit", outcome: { kind: "__proto__" }, message: "" },
	];
	for (const event of bad) {
		assert.equal(EmbedEvent.safeParse(event).success, false, JSON.stringify(event));
		assert.equal(readEvent(event), null, JSON.stringify(event));
	}
});
