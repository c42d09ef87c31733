import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { RelayChain } from "./relay-chain.ts";

test("what goes in comes back through two processes, and none of them is left when it is closed", async () => {
	const chain = await RelayChain.open();
	try {
		for (let at = 0; at < 3; at++) await chain.send(Buffer.from("x"));
		assert.equal(new Set(chain.pids).size, 2);
		for (const pid of chain.pids) assert.ok(existsSync(`/proc/${pid}`));
	} finally {
		await chain.close();
	}
	for (const pid of chain.pids) assert.equal(existsSync(`/proc/${pid}`), false);
});
