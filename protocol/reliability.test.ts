import assert from "node:assert/strict";
import { test } from "node:test";
import { ackEveryBytes, ackEveryMessages, Inbox, Outbox, retainedOverheadBytes } from "./reliability.ts";

/** A small generator (mulberry32), so that a failing seed can be run again. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

type Packet = { kind: "counted"; value: number } | { kind: "ack"; received: number };

class End {
	readonly outbox = new Outbox<Packet>();
	readonly inbox = new Inbox();
	readonly delivered: number[] = [];
	wire: Packet[] = [];

	send(value: number): void {
		const packet: Packet = { kind: "counted", value };
		this.outbox.push(packet, 1);
		this.wire.push(packet);
	}

	take(packet: Packet): void {
		if (packet.kind === "ack") {
			assert.ok(this.outbox.acknowledge(packet.received));
			return;
		}
		this.delivered.push(packet.value);
		if (this.inbox.receive(1)) this.wire.push({ kind: "ack", received: this.inbox.takeAck() });
	}

	replayTo(other: End): void {
		const frames = this.outbox.resume(other.inbox.takeAck());
		assert.ok(frames !== null);
		this.wire = [...frames];
	}
}

test("PROTOCOL.md P10: over 400 random schedules of sends, deliveries and cuts nothing is lost, doubled or reordered", () => {
	for (let seed = 1; seed <= 400; seed++) {
		const random = randomFrom(seed);
		const page = new End();
		const gateway = new End();
		const sent = { page: 0, gateway: 0 };
		for (let turn = 0; turn < 400; turn++) {
			const dice = random();
			if (dice < 0.3) page.send(++sent.page);
			else if (dice < 0.6) gateway.send(++sent.gateway);
			else if (dice < 0.95) {
				const [from, to] = random() < 0.5 ? [page, gateway] : [gateway, page];
				for (const packet of from.wire.splice(0, 1 + Math.floor(random() * 4))) to.take(packet);
			} else {
				page.wire = [];
				gateway.wire = [];
				page.replayTo(gateway);
				gateway.replayTo(page);
			}
		}
		while (page.wire.length + gateway.wire.length > 0) {
			for (const packet of page.wire.splice(0)) gateway.take(packet);
			for (const packet of gateway.wire.splice(0)) page.take(packet);
		}
		const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
		assert.deepEqual(gateway.delivered, upTo(sent.page), `seed ${seed}`);
		assert.deepEqual(page.delivered, upTo(sent.gateway), `seed ${seed}`);
	}
});

test("PROTOCOL.md P8: an acknowledgement is due at once after 64 messages or 64 KiB, and not before", () => {
	const byCount = new Inbox();
	for (let count = 1; count < ackEveryMessages; count++) assert.equal(byCount.receive(1), false);
	assert.equal(byCount.receive(1), true);
	assert.equal(byCount.takeAck(), ackEveryMessages);
	assert.equal(byCount.isBehind, false);
	const byBytes = new Inbox();
	assert.equal(byBytes.receive(ackEveryBytes - 1), false);
	assert.equal(byBytes.isBehind, true);
	assert.equal(byBytes.receive(1), true);
});

test("PROTOCOL.md P9: acknowledged messages cost nothing any more, unacknowledged ones their bytes and an overhead", () => {
	const outbox = new Outbox<string>();
	for (let count = 0; count < 10; count++) outbox.push("x", 100);
	assert.equal(outbox.retainedBytes, 10 * (100 + retainedOverheadBytes));
	assert.equal(outbox.acknowledge(4), true);
	assert.equal(outbox.retainedBytes, 6 * (100 + retainedOverheadBytes));
	assert.equal(outbox.acknowledge(3), true);
	assert.equal(outbox.acknowledged, 4);
});

test("PROTOCOL.md P8: a count of messages that were never sent is a breach and frees nothing", () => {
	const outbox = new Outbox<string>();
	outbox.push("a", 1);
	assert.equal(outbox.acknowledge(2), false);
	assert.equal(outbox.acknowledged, 0);
	assert.equal(outbox.resume(2), null);
	assert.deepEqual(outbox.resume(0), ["a"]);
});

test("PROTOCOL.md P10: a resume from before what was acknowledged cannot be honoured", () => {
	const outbox = new Outbox<string>();
	for (const frame of ["a", "b", "c"]) outbox.push(frame, 1);
	outbox.acknowledge(2);
	assert.equal(outbox.resume(1), null);
	assert.deepEqual(outbox.resume(2), ["c"]);
});
