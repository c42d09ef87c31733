import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { Visitors, visitorCookie } from "./visitor.ts";

const dayMs = 86_400_000;

test("a visitor's token is read back, and nothing altered, foreign or outworn is", () => {
	let nowMs = 1_790_000_000_000;
	const visitors = new Visitors("one secret", () => nowMs);
	const visitor = visitors.create();
	assert.deepEqual(visitors.read(visitor.token), visitor);
	for (let index = 0; index < visitor.token.length; index++) {
		const other = visitor.token[index] === "A" ? "B" : "A";
		const altered = visitor.token.slice(0, index) + other + visitor.token.slice(index + 1);
		assert.equal(visitors.read(altered), null, `altered at ${index}`);
	}
	for (const junk of ["", ".", "..", "a.b.c", `${visitor.token} `, visitor.token.repeat(2)]) assert.equal(visitors.read(junk), null);
	assert.equal(new Visitors("another secret", () => nowMs).read(visitor.token), null);
	nowMs += 364 * dayMs;
	assert.notEqual(visitors.read(visitor.token), null);
	nowMs += 2 * dayMs;
	assert.equal(visitors.read(visitor.token), null);
});

test("over https the cookie is bound to the host and to https, and a plain one of that name is not believed there", () => {
	const visitors = new Visitors("one secret");
	const visitor = visitors.create();
	assert.match(visitorCookie(visitor, true), /^__Host-sandglass-visitor=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
	const request = new IncomingMessage(new Socket());
	request.headers.cookie = `other=1; sandglass-visitor=${visitor.token}`;
	assert.deepEqual(visitors.fromRequest(request, false), visitor);
	assert.equal(visitors.fromRequest(request, true), null);
	request.headers.cookie = `sandglass-visitor=broken; __Host-sandglass-visitor=${visitor.token}`;
	assert.deepEqual(visitors.fromRequest(request, true), visitor);
	assert.equal(visitors.fromRequest(request, false), null);
});
