import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgo } from "./relative-time.ts";

test("an age is told in its largest whole unit", () => {
	const now = 1_800_000_000_000;
	assert.equal(formatAgo(now - 59_000, now), "less than a minute ago");
	assert.equal(formatAgo(now - 61_000, now), "1 minute ago");
	assert.equal(formatAgo(now - 59 * 60_000, now), "59 minutes ago");
	assert.equal(formatAgo(now - 2 * 3_600_000, now), "2 hours ago");
	assert.equal(formatAgo(now - 50 * 3_600_000, now), "2 days ago");
});

test("a server whose clock is ahead measured just now, not in the future", () => {
	assert.equal(formatAgo(2_000_000, 1_000_000), "less than a minute ago");
});
