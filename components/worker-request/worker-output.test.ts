import assert from "node:assert/strict";
import test from "node:test";
import { WorkerOutput } from "./worker-output.ts";

const response = { status: 200, statusText: "OK", headers: [], body: "é", isCut: false };
const line = `${JSON.stringify({ response })}\r\n`;

function open() {
	const seen: string[] = [];
	const output = new WorkerOutput({
		begin: () => seen.push("begin"),
		write: (stream, bytes, taken) => {
			seen.push(`${stream} ${bytes.length}`);
			taken();
		},
	});
	const write = (text: string | Uint8Array, stream: "stdout" | "stderr" = "stdout") =>
		output.write(stream, typeof text === "string" ? new TextEncoder().encode(text) : text, () => seen.push("taken"));
	return { output, seen, write };
}

test("everything is handed on, responses too", () => {
	const { output, seen, write } = open();
	output.begin();
	write("abc", "stderr");
	write(line);
	assert.deepEqual(seen, ["begin", "stderr 3", "taken", `stdout ${Buffer.byteLength(line)}`, "taken"]);
});

test("a response counts once the program has said that it takes requests, however it is cut", () => {
	const { output, write } = open();
	write(line);
	assert.equal(output.getState().responseCount, 0);
	write("Waiting for requests: one a line\r\n");
	assert.equal(output.getState().isAwaiting, true);
	for (const byte of new TextEncoder().encode(line)) write(new Uint8Array([byte]));
	assert.deepEqual([output.getState().responseCount, output.getState().last], [1, response]);
	write(line, "stderr");
	assert.equal(output.getState().responseCount, 1);
});

test("a line without end costs no memory, and the next line is read", () => {
	const { output, write } = open();
	write("Waiting for requests: one a line\n");
	for (let at = 0; at < 20; at++) write("x".repeat(65_536));
	write(`\n${line}`);
	assert.equal(output.getState().responseCount, 1);
});

test("a new run begins anew", () => {
	const { output, write } = open();
	write("Waiting for requests: one a line\nhalf");
	output.begin();
	assert.deepEqual(output.getState(), { isAwaiting: false, last: null, responseCount: 0 });
});
