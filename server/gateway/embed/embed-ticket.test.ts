import assert from "node:assert/strict";
import { test } from "node:test";
import { Visitors } from "../visitor.ts";
import { EmbedTickets } from "./embed-ticket.ts";

const secret = "a secret for tests, thirty-two bytes long";

test("a ticket names the site that it was given for", () => {
	const tickets = new EmbedTickets(secret);
	assert.equal(tickets.read(tickets.issue("https://docs.example.org:8443")), "https://docs.example.org:8443");
});

test("a ticket that is altered, forged, of another server or another purpose is none", () => {
	const tickets = new EmbedTickets(secret);
	const ticket = tickets.issue("https://docs.example.org");
	const [, issued, signature] = ticket.split(".");
	const other = Buffer.from("https://evil.example").toString("base64url");
	assert.equal(tickets.read(`${other}.${issued}.${signature}`), null);
	assert.equal(tickets.read(ticket.replace(/\.[0-9]{10}\./, ".9999999999.")), null);
	assert.equal(tickets.read(new EmbedTickets("another secret").issue("https://docs.example.org")), null);
	assert.equal(tickets.read(new Visitors(secret).create().token), null);
	for (const nothing of ["", "..", "a.b.c", ticket.slice(0, -1), `${ticket}x`]) assert.equal(tickets.read(nothing), null);
});

test("a ticket lasts twelve hours", () => {
	let nowMs = Date.now();
	const tickets = new EmbedTickets(secret, () => nowMs);
	const ticket = tickets.issue("https://docs.example.org");
	nowMs += 43_199_000;
	assert.equal(tickets.read(ticket), "https://docs.example.org");
	nowMs += 2_000;
	assert.equal(tickets.read(ticket), null);
});
