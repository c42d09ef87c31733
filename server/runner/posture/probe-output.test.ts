import assert from "node:assert/strict";
import { test } from "node:test";
import { ProbeOutput } from "./probe-output.ts";

function read(...chunks: (string | Buffer)[]): ProbeOutput {
	const output = new ProbeOutput();
	for (const chunk of chunks) output.take(Buffer.from(chunk));
	output.end();
	return output;
}

const fact = (path: string, value: unknown): string => `${JSON.stringify({ fact: path, value })}\n`;
const attack = { row: 20, id: "20-mount", title: "Mount", outcome: "held", tried: "it", happened: "EPERM", why: "so" };

test("facts and attacks are read in whatever pieces they come, the last line with or without its end", () => {
	const text = `${fact("identity.uids", [1000])}${JSON.stringify({ attack })}`;
	for (const pieces of [[text], [...text]]) {
		const output = read(...pieces);
		assert.deepEqual([...output.facts], [["identity.uids", [1000]]]);
		assert.deepEqual([...output.attacks.values()], [attack]);
		assert.deepEqual(output.faults, []);
	}
});

test("what was told first stands; a second word on it is a fault", () => {
	const output = read(
		fact("a.b", 1),
		fact("a.b", 2),
		JSON.stringify({ attack }),
		"\n",
		JSON.stringify({ attack: { ...attack, outcome: "broke" } }),
	);
	assert.equal(output.facts.get("a.b"), 1);
	assert.equal(output.attacks.get("20-mount")?.outcome, "held");
	assert.equal(output.faults.length, 2);
});

test("a line of 10 MB is a fault, is not kept, and what follows is read", () => {
	const block = Buffer.alloc(1_048_576, "x");
	const output = read(...Array.from({ length: 10 }, () => block), "\n", fact("a.b", 1));
	assert.deepEqual(output.faults, ["a line that is too long"]);
	assert.equal(output.facts.get("a.b"), 1);
});

const wrong: Record<string, string | Buffer> = {
	"no JSON": "hello",
	"no UTF-8": Buffer.concat([Buffer.from('{"fact":"a.b","value":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
	"another form": '{"fact":"a.b"}',
	"a field more": '{"fact":"a.b","value":1,"verdict":"passed"}',
	"a path that is none": '{"fact":"__proto__","value":1}',
	"a text that is too long": fact("a.b", "x".repeat(2_001)),
	"an outcome that is none": JSON.stringify({ attack: { ...attack, outcome: "passed" } }),
	"a deep value": `{"fact":"a.b","value":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
};
for (const [name, line] of Object.entries(wrong)) {
	test(`a line with ${name} is a fault and nothing else`, () => {
		const output = read(line);
		assert.deepEqual([output.facts.size, output.attacks.size, output.faults], [0, 0, ["a line that is none of the probe's"]]);
	});
}

test("a flood of facts is cut, and told once and again no more than a few times", () => {
	const output = read(...Array.from({ length: 5_000 }, (_, at) => fact(`a.b${at}`, at)));
	assert.equal(output.facts.size, 300);
	assert.equal(output.faults.length, 5);
});
