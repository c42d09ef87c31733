import assert from "node:assert/strict";
import { test } from "node:test";
import { SnippetDraft } from "../../../protocol/snippets.ts";
import type { RunnerStatus } from "../../runner/door-protocol.ts";
import { makeCatalogue } from "../testing/fixture.ts";
import { completeDraft } from "./snippet-content.ts";

const catalogue = await makeCatalogue();

function complete(part: object, status: RunnerStatus | null): string {
	const draft = SnippetDraft.parse({ language: "python", files: [{ name: "main.py", content: "" }], ...part });
	const content = completeDraft(draft, catalogue, status);
	return "code" in content ? content.code : `${content.version} ${content.imageDigest}`;
}

const offered = { tier: "container", state: "offered", reason: null, checkedAtMs: 0 } as const;
const language = { language: "python", tier: "container", isReady: true, idle: 0, starting: 0 } as const;
const status: RunnerStatus = {
	engine: "up",
	leases: 0,
	maxLeases: 1,
	capacity: 1,
	bottleneck: "ceiling",
	tiers: [offered],
	languages: [
		{ ...language, version: "3.13", isReady: false },
		{ ...language, version: "3.11", imageDigest: "0123456789ab" },
	],
};

test("without a version a snippet gets the one that would run now, with its image's digest", () => {
	assert.equal(complete({}, status), "3.11 0123456789ab");
	assert.equal(complete({ version: "3.11", tier: "container" }, status), "3.11 0123456789ab");
});

test("a version whose image is not there, and a runner that is down, give a snippet without a digest", () => {
	assert.equal(complete({ version: "3.13" }, status), "3.13 null");
	assert.equal(complete({}, null), "3.13 null");
	assert.equal(complete({ version: "3.11" }, { ...status, tiers: [{ ...offered, state: "failed" }] }), "3.11 null");
});
