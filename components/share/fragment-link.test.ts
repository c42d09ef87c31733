import assert from "node:assert/strict";
import test from "node:test";
import { deflateSync } from "fflate";
import { maxFragmentLength, SnippetDraft } from "../../protocol/snippets.ts";
import { decodeFragment, encodeFragment } from "./fragment-link.ts";

const draft = SnippetDraft.parse({
	title: "Grüße 🏜",
	language: "python",
	version: "3.13",
	tier: "gvisor",
	files: [{ name: "main.py", content: "print('ü')\n" }],
	arguments: ["two words"],
	stdin: "1\n",
	limits: { cpuMs: 500 },
});

const fragmentOf = (bytes: Uint8Array): string => `#code=${Buffer.from(bytes).toString("base64url")}`;
const fragmentOfJson = (value: unknown): string => fragmentOf(deflateSync(new TextEncoder().encode(JSON.stringify(value))));

test("a program goes into a link and comes out of it as it was", () => {
	const fragment = encodeFragment(draft);
	assert.ok(fragment !== null);
	assert.match(fragment, /^#code=[A-Za-z0-9_-]+$/);
	assert.deepEqual(decodeFragment(fragment), { draft });
});

test("a recording stays out of links, whoever put it there", () => {
	const recording = {
		language: "python",
		version: "3.13",
		tier: "gvisor",
		recordedAt: "2026-01-01T00:00:00Z",
		outcome: { kind: "stopped" as const },
		columns: 80,
		rows: 24,
		events: [],
	};
	const fragment = encodeFragment({ ...draft, recording });
	assert.ok(fragment !== null);
	assert.deepEqual(decodeFragment(fragment), { draft });
	assert.ok("problem" in decodeFragment(fragmentOfJson({ ...draft, recording })));
});

test("a program that is too large for a link is told so", () => {
	const content = Array.from({ length: 20_000 }, (_, index) => String((index * 7_919) % 104_729)).join(" ");
	assert.equal(encodeFragment({ ...draft, files: [{ name: "main.py", content }] }), null);
});

test("ATTACKS.md 40: a link that is none of ours, is broken, or has anything that no draft has is refused", () => {
	const good = encodeFragment(draft) ?? "";
	const hostile = [
		"#code=",
		"#code=%3Cscript%3E",
		"#code=....",
		"#other=abc",
		good.slice(0, -20),
		fragmentOf(new Uint8Array(100)),
		fragmentOf(new TextEncoder().encode("<script>")),
		fragmentOf(deflateSync(new Uint8Array([0xff, 0xfe, 0x22]))),
		fragmentOfJson(null),
		fragmentOfJson([draft]),
		fragmentOfJson({ ...draft, autorun: true }),
		fragmentOfJson({ ...draft, files: "main.py" }),
		fragmentOfJson({ ...draft, limits: { cpuMs: -1 } }),
		`#code=${"A".repeat(maxFragmentLength)}`,
	];
	for (const hash of hostile) assert.ok("problem" in decodeFragment(hash), hash.slice(0, 40));
});

test("a bomb is put down before it fills the memory", () => {
	// As much as fits into the longest link: 11 MiB of blanks.
	const bomb = fragmentOf(deflateSync(new Uint8Array(11 * 1_048_576).fill(32), { level: 9 }));
	assert.ok(bomb.length < maxFragmentLength && bomb.length > maxFragmentLength * 0.85, String(bomb.length));
	const before = process.memoryUsage().arrayBuffers;
	assert.ok("problem" in decodeFragment(bomb));
	assert.ok(process.memoryUsage().arrayBuffers - before < 6 * 1_048_576);
});
