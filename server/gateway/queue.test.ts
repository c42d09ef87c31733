import assert from "node:assert/strict";
import { test } from "node:test";
import { IdleLeases } from "./idle-leases.ts";
import { FairQueue, type Overload, type Slot, type Ticket } from "./queue.ts";
import type { Place } from "./turns.ts";

class Guest {
	readonly told: number[] = [];
	readonly waits: (number | null)[] = [];
	slot: Slot | null = null;
	place: Ticket | Overload;
	turnedAway: Overload | null = null;

	constructor(queue: FairQueue, who: string | Place, onGranted: () => void = () => {}) {
		this.place = queue.enter({
			...(typeof who === "string" ? { visitor: who } : who),
			ahead: (count, waitMs) => {
				this.told.push(count);
				this.waits.push(waitMs);
			},
			granted: (slot) => {
				this.slot = slot;
				onGranted();
			},
			turnedAway: (overload) => {
				this.turnedAway = overload;
			},
		});
	}

	leave(): void {
		if ("leave" in this.place) this.place.leave();
	}

	/** null: it has a place, or a slot. */
	get refusal(): Overload | null {
		return "leave" in this.place ? null : this.place;
	}
}

function open(options: { capacity: number; length?: number; visitorLength?: number; longestWaitMs?: number }) {
	const pressure = { count: 0 };
	const clock = { ms: 0 };
	const { capacity, length = 10_000, visitorLength = 10_000, longestWaitMs = 600_000 } = options;
	const onPressure = (): void => void pressure.count++;
	const queue = new FairQueue({ capacity: () => capacity, length, visitorLength, longestWaitMs, onPressure, now: () => clock.ms });
	return { queue, pressure, clock };
}

/** One slot, given on as soon as each run ends: who was served, in order, when a run of each visitor takes so many seconds. */
function serveAll(
	queue: FairQueue,
	clock: { ms: number },
	secondsOf: (who: Place) => number,
	waiting: readonly Place[],
	turns: number,
): string[] {
	const order: string[] = [];
	const running: Place[] = [];
	const guests = waiting.map((who) => ({ who, guest: new Guest(queue, who, () => running.push(who)) }));
	while (order.length < turns) {
		const who = running.shift();
		const at = guests.findIndex((it) => it.who === who && it.guest.slot !== null);
		const [served] = guests.splice(at, 1);
		if (who === undefined || served === undefined) break;
		order.push(who.visitor);
		clock.ms += secondsOf(who) * 1_000;
		queue.charge(who, secondsOf(who));
		served.guest.slot?.release();
	}
	return order;
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
	second.leave();
	second.leave();
	third.leave();
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
		greedy.map(({ refusal }) => refusal === null),
		[true, true, true, false],
	);
	for (const visitor of ["a", "b"]) assert.equal(new Guest(queue, visitor).refusal, null);
	assert.equal(greedy[2]?.turnedAway, null);
});

test("in a full queue the longest line gives up its last for who has less waiting, and nobody else gives way", () => {
	const { queue } = open({ capacity: 1, length: 4 });
	new Guest(queue, "holder");
	const greedy = Array.from({ length: 4 }, () => new Guest(queue, "greedy"));
	const [first, second, third, fourth] = ["a", "b", "c", "d"].map((visitor) => new Guest(queue, visitor));
	assert.deepEqual([first?.refusal, second?.refusal, third?.refusal], [null, null, null]);
	assert.deepEqual(
		greedy.map(({ turnedAway }) => turnedAway !== null),
		[false, true, true, true],
	);
	assert.ok((fourth?.refusal?.retryAfterMs ?? 0) >= 1_000, "one each is as fair as it gets");
	assert.equal(queue.waiting, 4);
});

test("visitors and sites come out equal in what they use, not in how many runs they start", () => {
	const { queue, clock } = open({ capacity: 1 });
	const [heavy, light] = [{ visitor: "heavy" }, { visitor: "light" }];
	const waiting = Array.from({ length: 200 }, (_, index) => (index % 4 === 0 ? heavy : light));
	const order = serveAll(queue, clock, ({ visitor }) => (visitor === "heavy" ? 4 : 0.5), waiting, 60);
	const heavyRuns = order.filter((visitor) => visitor === "heavy").length;
	const [heavySeconds, lightSeconds] = [heavyRuns * 4, (60 - heavyRuns) * 0.5];
	assert.ok(Math.abs(Math.log(heavySeconds / lightSeconds)) < Math.log(1.33), `${heavySeconds} s and ${lightSeconds} s`);
	// The control: where nothing is charged both have as many runs, and one eight times the seconds.
	const free = open({ capacity: 1 });
	const turns = serveAll(free.queue, free.clock, () => 0, waiting, 60);
	assert.equal(turns.filter((visitor) => visitor === "heavy").length, 30);
});

test("ATTACKS 39: a site's thousand readers put exactly one before the first run of another site or of a page", () => {
	const { queue } = open({ capacity: 1 });
	const holder = new Guest(queue, "holder");
	for (let reader = 0; reader < 1_000; reader++) new Guest(queue, { visitor: `frame ${reader}`, site: "https://big.example" });
	const [small, page] = [new Guest(queue, { visitor: "frame x", site: "https://small.example" }), new Guest(queue, "reader")];
	assert.deepEqual([small.told, page.told], [[1], [2]]);
	holder.slot?.release();
	assert.equal(queue.waiting, 1_001);
});

test("ATTACKS 39: inside a site its readers take turns as well", () => {
	const { queue, clock } = open({ capacity: 1 });
	const site = "https://docs.example";
	const waiting = [...Array.from({ length: 50 }, () => ({ visitor: "greedy", site })), { visitor: "modest", site }];
	assert.equal(serveAll(queue, clock, () => 1, waiting, 4).indexOf("modest"), 1);
});

test("who has just used much comes after who has not, and it is forgotten", () => {
	const { queue, clock } = open({ capacity: 1 });
	const holder = new Guest(queue, "holder");
	queue.charge({ visitor: "heavy" }, 60);
	const [heavy, light] = [new Guest(queue, "heavy"), new Guest(queue, "light")];
	assert.deepEqual([heavy.told, light.told], [[0, 1], [0]]);
	holder.slot?.release();
	assert.deepEqual([heavy.slot !== null, light.slot !== null], [false, true]);
	heavy.leave();
	clock.ms += 900_000;
	const [later, other] = [new Guest(queue, "heavy"), new Guest(queue, "other")];
	light.slot?.release();
	assert.deepEqual([later.slot !== null, other.slot !== null], [true, false]);
});

test("a place comes with an estimate once something is known, and it grows while nothing moves", () => {
	const { queue, clock } = open({ capacity: 1 });
	const holder = new Guest(queue, "holder");
	const first = new Guest(queue, "a");
	assert.deepEqual(first.waits, [null]);
	first.leave();
	queue.ranFor(4_000);
	const [second, third] = [new Guest(queue, "b"), new Guest(queue, "c")];
	assert.deepEqual([second.waits, third.waits], [[4_000], [8_000]]);
	clock.ms += 10_000;
	queue.review();
	assert.ok((third.waits.at(-1) ?? 0) > 20_000, `${third.waits}`);
	holder.slot?.release();
	assert.ok(second.slot !== null);
});

test("who has waited too long, or would have to, is told when to come back", () => {
	const { queue, clock } = open({ capacity: 1, longestWaitMs: 30_000 });
	new Guest(queue, "holder");
	const patient = new Guest(queue, "a");
	clock.ms += 29_000;
	queue.review();
	assert.equal(queue.waiting, 1);
	clock.ms += 1_000;
	queue.review();
	assert.ok((patient.turnedAway?.retryAfterMs ?? 0) >= 30_000);
	assert.equal(queue.waiting, 0);

	const later = open({ capacity: 1, longestWaitMs: 30_000 });
	new Guest(later.queue, "holder");
	later.queue.ranFor(20_000);
	const [next, second] = [new Guest(later.queue, "b"), new Guest(later.queue, "c")];
	assert.equal(next.refusal, null);
	assert.ok((second.refusal?.retryAfterMs ?? 0) >= 40_000 && second.told.length === 0);
	assert.equal(later.queue.waiting, 1);
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
