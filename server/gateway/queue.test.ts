import assert from "node:assert/strict";
import { test } from "node:test";
import { IdleLeases } from "./idle-leases.ts";
import { FairQueue, type Slot, type Ticket } from "./queue.ts";

class Guest {
	readonly told: number[] = [];
	slot: Slot | null = null;
	ticket: Ticket | null;

	constructor(queue: FairQueue, visitor: string, onGranted: () => void = () => {}) {
		this.ticket = queue.enter({
			visitor,
			ahead: (count) => this.told.push(count),
			granted: (slot) => {
				this.slot = slot;
				onGranted();
			},
		});
	}
}

function open(options: { capacity: number; length?: number; visitorLength?: number }) {
	const pressure = { count: 0 };
	const { capacity, length = 10_000, visitorLength = 10_000 } = options;
	const queue = new FairQueue({ capacity: () => capacity, length, visitorLength, onPressure: () => pressure.count++ });
	return { queue, pressure };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("ATTACKS 39: one visitor's 1,000 waiting runs put exactly one before another visitor's first", () => {
	const { queue } = open({ capacity: 1 });
	const holder = new Guest(queue, "holder");
	const order: string[] = [];
	const greedy = Array.from({ length: 1_000 }, () => {
		const guest: Guest = new Guest(queue, "greedy", () => order.push("greedy"));
		return guest;
	});
	const modest: Guest = new Guest(queue, "modest", () => order.push("modest"));
	assert.deepEqual(modest.told, [1]);
	assert.equal(greedy.at(-1)?.told.at(0), 999);
	holder.slot?.release();
	greedy[0]?.slot?.release();
	assert.deepEqual(order, ["greedy", "modest"]);
});

test("the place is told at once and whenever it changes, several changes as one", async () => {
	const { queue } = open({ capacity: 1 });
	const first = new Guest(queue, "a");
	const [second, third, fourth] = [new Guest(queue, "b"), new Guest(queue, "c"), new Guest(queue, "d")];
	assert.deepEqual([second.told, third.told, fourth.told], [[0], [1], [2]]);
	second.ticket?.leave();
	second.ticket?.leave();
	third.ticket?.leave();
	await turn();
	assert.deepEqual(fourth.told, [2, 0]);
	first.slot?.release();
	assert.ok(fourth.slot !== null);
	await turn();
	assert.deepEqual(fourth.told, [2, 0]);
	assert.equal(queue.waiting, 0);
});

test("a slot released twice counts once, and one announced is not asked for again", () => {
	const { queue, pressure } = open({ capacity: 2 });
	const [first, second] = [new Guest(queue, "a"), new Guest(queue, "b")];
	const third = new Guest(queue, "c");
	assert.equal(pressure.count, 1);
	assert.equal(queue.unserved, 1);
	first.slot?.announceRelease();
	assert.equal(queue.unserved, 0);
	first.slot?.release();
	first.slot?.release();
	assert.ok(third.slot !== null);
	assert.equal(queue.slotsInUse, 2);
	const fourth = new Guest(queue, "d");
	assert.equal(fourth.slot, null);
	assert.equal(queue.unserved, 1);
	second.slot?.release();
	assert.ok(fourth.slot !== null);
});

test("the queue and each visitor's part of it are bounded", () => {
	const { queue } = open({ capacity: 1, length: 5, visitorLength: 3 });
	new Guest(queue, "holder");
	const greedy = Array.from({ length: 4 }, () => new Guest(queue, "greedy"));
	assert.deepEqual(
		greedy.map(({ ticket }) => ticket !== null),
		[true, true, true, false],
	);
	assert.ok(new Guest(queue, "a").ticket && new Guest(queue, "b").ticket);
	assert.equal(new Guest(queue, "c").ticket, null);
});

test("visitors take turns as long as they wait, whoever came first", () => {
	const { queue } = open({ capacity: 1 });
	const order: string[] = [];
	const holder = new Guest(queue, "holder");
	const slots = [holder.slot];
	for (const visitor of ["a", "a", "a", "b", "b", "c"]) {
		const guest: Guest = new Guest(queue, visitor, () => {
			order.push(visitor);
			slots.push(guest.slot);
		});
	}
	for (const slot of slots) slot?.release();
	assert.equal(order.slice(0, 3).sort().join(""), "abc");
	assert.equal(order.slice(3, 5).sort().join(""), "ab");
});

test("idle sandboxes are asked back longest idle first, only as many as are wanted, and not before their time", async () => {
	let nowMs = 0;
	let wanted = 1;
	const back: string[] = [];
	const idle = new IdleLeases({ graceMs: 20, wanted: () => wanted, now: () => nowMs });
	let wake = (): void => {};
	const lease = (visitor: string) => ({
		consumer: { visitor, address: "x" },
		giveBack: () => {
			wanted--;
			back.push(visitor);
			wake();
		},
	});
	idle.add(lease("first"));
	nowMs = 5;
	idle.add(lease("second"));
	assert.deepEqual(back, []);
	const given = new Promise<void>((resolve) => {
		wake = resolve;
	});
	nowMs = 20;
	await given;
	assert.deepEqual(back, ["first"]);
	assert.equal(idle.giveBackOneOf({ visitor: "first", address: "x" }, "visitor"), false);
	assert.equal(idle.giveBackOneOf({ visitor: "third", address: "x" }, "address"), true);
	assert.deepEqual(back, ["first", "second"]);
	idle.close();
});
