import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCheckOptions, UsageError } from "./options.ts";

test("what is not said has its default", () => {
	const options = parseCheckOptions(["docs/**/*.md"], {});
	assert.deepEqual(
		{ ...options, server: String(options.server) },
		{
			patterns: ["docs/**/*.md"],
			server: "http://127.0.0.1:3000/",
			update: "never",
			bake: undefined,
			reporter: "text",
			output: undefined,
			jobs: 4,
			timeoutMs: 30_000,
			maxWaitMs: 120_000,
		},
	);
	assert.equal(parseCheckOptions(["a.md"], { GITHUB_ACTIONS: "true" }).reporter, "github");
});

test("options stand before and behind documents", () => {
	const options = parseCheckOptions(
		["--local", "a.md", "--update=add", "b.md", "--bake", "book.json", "--reporter=junit", "--jobs=8", "--timeout", "5"],
		{},
	);
	assert.deepEqual(
		[options.patterns, options.server, options.update, options.bake, options.reporter, options.jobs, options.timeoutMs],
		[["a.md", "b.md"], "local", "add", "book.json", "junit", 8, 5_000],
	);
	assert.equal(parseCheckOptions(["--update", "a.md"], {}).update, "outputs");
});

test("what cannot be meant is told", () => {
	for (const [words, told] of [
		[[], /Which documents/],
		[["a.md", "--wat"], /--wat/],
		[["a.md", "--local", "--server=http://x"], /exclude each other/],
		[["a.md", "--server=ftp://x"], /no http/],
		[["a.md", "--server=nonsense"], /no http/],
		[["a.md", "--reporter=xml"], /text, github, junit/],
		[["a.md", "--jobs=0"], /from 1 to 64/],
		[["a.md", "--timeout=soon"], /--timeout/],
	] as const)
		assert.throws(
			() => parseCheckOptions(words, {}),
			(error) => error instanceof UsageError && told.test(error.message),
			words.join(" "),
		);
});
