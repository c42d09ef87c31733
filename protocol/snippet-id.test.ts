import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, snippetIdOf } from "./snippet-id.ts";
import { SnippetContent, SnippetId } from "./snippets.ts";

const base = { language: "python", version: "3.13", imageDigest: null, files: [{ name: "main.py", content: "print(1)\n" }] };

const idOf = (part: object): Promise<string> => snippetIdOf(SnippetContent.parse({ ...base, ...part }));

test("an id is 22 characters of base64url and the same for the same content, in whatever order its keys came", async () => {
	const id = await idOf({});
	assert.equal(id, SnippetId.parse(id));
	const { files, ...rest } = base;
	assert.equal(await snippetIdOf(SnippetContent.parse({ files: files.map(({ name, content }) => ({ content, name })), ...rest })), id);
});

test("an id never changes from one release to the next: links outlive the program", async () => {
	assert.equal(await idOf({}), "HgQH9qJfUOEaP5VqHQMkkg");
});

test("each part of the content is in the id", async () => {
	const outcome = { kind: "exited", code: 0 };
	const recording = { language: "python", version: "3.13", tier: "container", recordedAt: "2026-01-01T00:00:00Z", outcome, events: [] };
	const parts = [
		{},
		{ title: "a title" },
		{ language: "ruby" },
		{ version: "3.11" },
		{ tier: "gvisor" },
		{ imageDigest: "0123456789ab" },
		{ files: [{ name: "main.py", content: "print(2)\n" }] },
		{ files: [{ name: "other.py", content: "print(1)\n" }] },
		{ entry: "main.py" },
		{ arguments: ["a", "b"] },
		{ arguments: ["a,b"] },
		{ stdin: "a" },
		{ limits: { cpuMs: 1_000 } },
		{ recording },
	];
	const ids = await Promise.all(parts.map(idOf));
	assert.equal(new Set(ids).size, parts.length);
});

test("canonical JSON has one form: keys sorted, undefined left out, text that UTF-8 cannot carry escaped", () => {
	assert.equal(canonicalJson({ b: [1, { d: null, c: undefined }], a: "\ud800\0" }), '{"a":"\\ud800\\u0000","b":[1,{"d":null}]}');
});
