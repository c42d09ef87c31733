import assert from "node:assert/strict";
import { test } from "node:test";
import { interleave } from "./interleave.ts";

test("sides take turns, each round begins with another one, and warm-up takes are not counted", async () => {
	const order: string[] = [];
	const side = (name: string, ms: number) => ({
		name,
		take: async () => {
			order.push(name);
			return ms + order.length / 1_000;
		},
	});
	const [first, second] = await interleave([side("a", 10), side("b", 20)], { rounds: 2, takesPerRound: 2, warmUpTakes: 1, pauseMs: 0 });
	assert.equal(order.join(""), "ab" + "abab" + "baba");
	assert.equal(first?.count, 4);
	assert.equal(second?.count, 4);
	assert.equal(first?.minimum, 10.003);
	assert.equal(second?.minimum, 20.004);
});

test("a side that fails fails the measurement: a figure is never made of what is missing", async () => {
	const broken = { name: "broken", take: () => Promise.reject(new Error("no first byte")) };
	await assert.rejects(interleave([broken], { rounds: 1, takesPerRound: 1, warmUpTakes: 0, pauseMs: 0 }), /no first byte/);
});
