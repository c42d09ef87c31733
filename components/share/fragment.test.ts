import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, strFromU8, strToU8 } from "fflate";
import { maxFragmentLength } from "../../protocol/snippets.ts";
import { decodeFragment, encodeFragment } from "./fragment.ts";

const draft = { language: "python", files: [{ name: "main.py", content: 'print("Grüße, 世界 🜚")\n' }], arguments: ["a b"], stdin: "Ada\n" };

const linkOf = (value: unknown): string =>
	`#code=${btoa(strFromU8(deflateSync(strToU8(JSON.stringify(value))), true))
		.replaceAll("+", "-")
		.replaceAll("/", "_")}`;

test("a program goes into a fragment and comes out as it was, in letters that a URL takes as they are", () => {
	const fragment = encodeFragment(draft);
	assert.match(String(fragment), /^#code=[A-Za-z0-9_-]+$/);
	const reading = decodeFragment(String(fragment));
	assert.equal(reading.kind, "draft");
	assert.deepEqual(reading.kind === "draft" && reading.draft, { ...draft, title: "", limits: {} });
});

test("a fragment without code is none, and other parts of it do not matter", () => {
	assert.equal(decodeFragment("").kind, "none");
	assert.equal(decodeFragment("#install").kind, "none");
	assert.equal(decodeFragment(`#theme=dark&${encodeFragment(draft)?.slice(1)}`).kind, "draft");
});

test("what was cut, is no JSON, or has a field that no draft has is broken and never throws", () => {
	const whole = String(encodeFragment(draft));
	for (const hash of [whole.slice(0, -8), "#code=", "#code=%%%", "#code=AAAA", linkOf("text"), linkOf({ ...draft, image: "evil" })])
		assert.equal(decodeFragment(hash).kind, "broken", hash);
});

test("a program too long for a link gets none, and a longer fragment is not even inflated", () => {
	const incompressible = Array.from(crypto.getRandomValues(new Uint8Array(30_000)), (byte) => byte.toString(16)).join("");
	assert.equal(encodeFragment({ ...draft, files: [{ name: "main.py", content: incompressible }] }), null);
	assert.equal(decodeFragment(`#code=${"A".repeat(maxFragmentLength)}`).kind, "broken");
});

test("a recording stays out of links, whoever put it there", () => {
	const recording = {
		language: "python",
		version: "3.13",
		tier: "gvisor",
		recordedAt: "2026-01-01T00:00:00Z",
		outcome: { kind: "stopped" as const },
		events: [],
	};
	assert.equal(encodeFragment({ ...draft, recording }), encodeFragment(draft));
	const reading = decodeFragment(linkOf({ ...draft, recording }));
	assert.ok(reading.kind === "draft" && reading.draft.recording === undefined);
});

test("ATTACKS.md 40: what no draft has is refused, whatever it would be", () => {
	for (const change of [
		{ autorun: true },
		{ files: "main.py" },
		{ limits: { cpuMs: -1 } },
		{ parent: "../../etc" },
		{ title: "x".repeat(201) },
	]) {
		assert.equal(decodeFragment(linkOf({ ...draft, ...change })).kind, "broken", JSON.stringify(change).slice(0, 60));
	}
});

test("a bomb is put down before it fills the memory", (context) => {
	// As much as fits into the longest link: 11 MiB of blanks, which are a valid draft's white space.
	const json = strToU8(`${JSON.stringify(draft)}${" ".repeat(11 * 1_048_576)}`);
	const bomb = `#code=${Buffer.from(deflateSync(json, { level: 9 })).toString("base64url")}`;
	assert.ok(bomb.length < maxFragmentLength, String(bomb.length));
	let inflatedBytes = 0;
	const { decode } = TextDecoder.prototype;
	context.mock.method(TextDecoder.prototype, "decode", function (this: TextDecoder, ...given: Parameters<TextDecoder["decode"]>) {
		inflatedBytes += given[0]?.byteLength ?? 0;
		return decode.apply(this, given);
	});
	assert.equal(decodeFragment(bomb).kind, "broken");
	assert.ok(inflatedBytes > 0 && inflatedBytes < 3 * 1_048_576, String(inflatedBytes));
});
