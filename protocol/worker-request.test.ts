import assert from "node:assert/strict";
import test from "node:test";
import { maxRequestLineBytes, readResponseLine, requestLine, WorkerRequest } from "./worker-request.ts";

const request: WorkerRequest = { method: "POST", path: "/a?b", headers: { "x-a": "1" }, body: "two\nlines" };

test("a request is one line, whatever its body holds", () => {
	const line = requestLine(request) ?? assert.fail("refused");
	assert.equal(line.indexOf("\n"), line.length - 1);
	assert.deepEqual(WorkerRequest.parse(JSON.parse(line)), request);
});

test("a request that a terminal would cut is refused, counted in bytes", () => {
	assert.equal(requestLine({ ...request, body: "x".repeat(maxRequestLineBytes) }), null);
	assert.equal(requestLine({ ...request, body: "é".repeat(maxRequestLineBytes / 2) }), null);
});

test("a path begins with a slash", () => {
	assert.equal(WorkerRequest.safeParse({ ...request, path: "http://elsewhere/" }).success, false);
});

test("only a line that is a whole response is read as one", () => {
	const response = { status: 200, statusText: "", headers: [["a", "b"]], body: "<b>", isCut: false };
	assert.deepEqual(readResponseLine(JSON.stringify({ response })), response);
	assert.deepEqual(readResponseLine('{"response":{"error":"no"}}'), { error: "no" });
	for (const line of [
		"",
		"text",
		'{"response":',
		'{"response":{"status":20}}',
		'{"response":{"error":"no"},"more":1}',
		` ${JSON.stringify({ response })}`,
	])
		assert.equal(readResponseLine(line), undefined);
});
