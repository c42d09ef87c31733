import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { PostureReport } from "../../protocol/posture.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { passAtOnce, silentLog, until } from "./testing/rig.ts";
import { type Assessment, TierBoard } from "./tier-board.ts";

/** The board with assessments that the test answers; what an assessment is made of is posture's own test. */

const catalogue = await readCatalogue(fileURLToPath(new URL("../../sandbox-images", import.meta.url)));
const [toolchain] = catalogue.toolchains;
assert.ok(toolchain);

interface Stage {
	readonly board: TierBoard;
	/** In the order in which they were asked for. */
	readonly asked: { readonly tier: ServerTierId; answer(report: PostureReport): void; fail(): void }[];
	readonly changes: string[];
	readonly signals: readonly AbortSignal[];
}

function stage(enabled: readonly ServerTierId[], intervalMs = 3_600_000): Stage {
	const asked: Stage["asked"] = [];
	const changes: string[] = [];
	const signals: AbortSignal[] = [];
	const board = new TierBoard({
		enabled,
		intervalMs,
		log: silentLog,
		assess: ({ tier }, signal) => {
			signals.push(signal);
			return new Promise((answer, reject) => asked.push({ tier, answer, fail: () => reject(new Error("a bug in the assessment")) }));
		},
		changed: (tier, isOffered) => changes.push(`${tier}${isOffered ? "+" : "-"}`),
		reported: () => undefined,
	});
	return { board, asked, changes, signals };
}

const subject = (tier: ServerTierId): Assessment => ({ tier, toolchain, image: "image" });
const passed = (tier: ServerTierId): Promise<PostureReport> => passAtOnce(null, subject(tier));
const failed = async (tier: ServerTierId): Promise<PostureReport> => ({
	...(await passed(tier)),
	verdict: "failed",
	differences: [{ path: "identity.capabilities", expected: "0", found: "CAP_SYS_ADMIN at /var/secret" }],
});
/** What is still asked for is answered, as a real assessment would be. */
async function end({ board, asked }: Stage): Promise<void> {
	const closed = board.close();
	for (const { answer, tier } of asked) answer(await passed(tier));
	await closed;
}
const stateOf = ({ board }: Stage, tier: ServerTierId): string => board.statuses.find((it) => it.tier === tier)?.state ?? "";

test("a tier is offered after its posture passed, and not a moment earlier", async () => {
	const it = stage(["gvisor", "container"]);
	assert.equal(stateOf(it, "gvisor"), "missing");
	it.board.imageReady(subject("gvisor"));
	assert.equal(stateOf(it, "gvisor"), "checking");
	assert.ok(!it.board.isOffered("gvisor"));
	it.asked[0]?.answer(await passed("gvisor"));
	await until(() => it.board.isOffered("gvisor"), 1_000, "offered");
	assert.deepEqual(
		it.board.statuses.slice(0, 3).map(({ tier, state }) => `${tier} ${state}`),
		["gvisor offered", "container missing", "microvm disabled"],
	);
	await end(it);
});

test("an image that only prints modules for browsers is no tier's first, whichever is built first", async () => {
	const it = stage(["wasm"]);
	it.board.imageReady({ ...subject("wasm"), toolchain: { ...toolchain, isForBrowsers: true } });
	assert.deepEqual([stateOf(it, "wasm"), it.asked.length], ["missing", 0]);
	it.board.imageReady(subject("wasm"));
	it.asked[0]?.answer(await passed("wasm"));
	await until(() => it.board.isOffered("wasm"), 1_000, "offered");
	await end(it);
});

test("one that fails is not offered; the reason names what differs and not what was found", async () => {
	const it = stage(["container"]);
	it.board.imageReady(subject("container"));
	it.asked[0]?.answer(await failed("container"));
	await until(() => stateOf(it, "container") === "failed", 1_000, "failed");
	const reason = it.board.statuses[0]?.reason ?? "";
	assert.match(reason, /identity\.capabilities/);
	assert.doesNotMatch(reason, /secret/);
	await end(it);
});

test("one that cannot be assessed is not offered, and is tried again", async () => {
	const it = stage(["container"], 20);
	it.board.imageReady(subject("container"));
	it.asked[0]?.fail();
	await until(() => it.asked.length === 2, 5_000, "a second try");
	assert.equal(stateOf(it, "container"), "failed");
	it.asked[1]?.answer(await passed("container"));
	await until(() => it.board.isOffered("container"), 1_000, "offered");
	await end(it);
});

test("an offered tier is assessed again and withdrawn when it no longer holds", async () => {
	const it = stage(["container"], 20);
	it.board.imageReady(subject("container"));
	it.asked[0]?.answer(await passed("container"));
	await until(() => it.asked.length === 2, 5_000, "the next assessment");
	assert.ok(it.board.isOffered("container"), "it serves while it is assessed");
	it.asked[1]?.answer(await failed("container"));
	await until(() => !it.board.isOffered("container"), 1_000, "withdrawn");
	assert.equal(it.changes.at(-1), "container-");
	await end(it);
});

test("an offered tier outlives two assessments that could not be made, and no third; and none that found a difference", async () => {
	const unfinished: PostureReport = {
		...(await passed("container")),
		verdict: "failed",
		problem: "Container: its agent did not get ready in time",
		differences: [{ path: "identity.uids", expected: "[1000]", found: "nothing: it was not told" }],
	};
	const it = stage(["container"], 5);
	it.board.imageReady(subject("container"));
	const answerNext = async (count: number, report: PostureReport): Promise<void> => {
		await until(() => it.asked.length === count, 5_000, `assessment ${count}`);
		it.asked[count - 1]?.answer(report);
	};
	await answerNext(1, await passed("container"));
	await answerNext(2, unfinished);
	await answerNext(3, unfinished);
	await until(() => it.asked.length === 4, 5_000, "the next try");
	assert.ok(it.board.isOffered("container"));
	it.asked[3]?.answer(unfinished);
	await until(() => !it.board.isOffered("container"), 1_000, "withdrawn");
	await answerNext(5, await passed("container"));
	await answerNext(6, { ...unfinished, differences: (await failed("container")).differences });
	await until(() => it.board.statuses[0]?.state === "failed", 1_000, "withdrawn at once");
	await end(it);
});

test("a board that is closed ends what is under way", async () => {
	const it = stage(["container"]);
	it.board.imageReady(subject("container"));
	const closed = it.board.close();
	assert.ok(it.signals[0]?.aborted);
	it.asked[0]?.answer(await passed("container"));
	await closed;
	assert.deepEqual(it.changes, ["container-"], "nothing is offered any more");
});

test("a tier that the operator does not allow is never assessed", async () => {
	const it = stage(["container"]);
	it.board.imageReady(subject("gvisor"));
	assert.equal(it.asked.length, 0);
	assert.equal(stateOf(it, "gvisor"), "disabled");
	await end(it);
});

test("at most two assessments are under way", async () => {
	const it = stage(["gvisor", "container", "deno"]);
	for (const tier of ["gvisor", "container", "deno"] as const) it.board.imageReady(subject(tier));
	assert.deepEqual(
		it.asked.map(({ tier }) => tier),
		["gvisor", "container"],
	);
	it.asked[0]?.answer(await passed("gvisor"));
	await until(() => it.asked.length === 3, 1_000, "the third");
	for (const { answer, tier } of it.asked) answer(await passed(tier));
	await end(it);
});
