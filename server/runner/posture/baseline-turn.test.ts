import assert from "node:assert/strict";
import { test } from "node:test";
import type { PostureReport } from "../../../protocol/posture.ts";
import { silentLog } from "../testing/rig.ts";
import { BaselineTurn, type MeasureBaselines } from "./baseline-turn.ts";

const report: PostureReport = {
	subject: "baseline-deny-list",
	startedAtMs: 0,
	tookMs: 0,
	verdict: "unjudged",
	problem: null,
	image: null,
	facts: {},
	attacks: [],
	differences: [],
	figures: { startMs: null, warmMs: null, idleMemoryBytes: null },
};

const image = (key: string) => ({ key, reference: `sandglass/${key}` });

function turn(measure: MeasureBaselines = async () => [report], retryMs?: number) {
	const state = { isCalm: true, measured: [] as string[], reported: [] as PostureReport[] };
	const turn = new BaselineTurn({
		measure(options) {
			state.measured.push(options.images.python.key + options.images.javascript.key);
			return measure(options);
		},
		isCalm: () => state.isCalm,
		reported: (it) => void state.reported.push(it),
		log: silentLog,
		...(retryMs === undefined ? {} : { retryMs }),
	});
	return { turn, state };
}

test("the baselines are measured once, when both images are there and no tier is being assessed", async () => {
	const { turn: it, state } = turn();
	state.isCalm = false;
	it.imageReady("python", image("python@3.13"));
	it.imageReady("python", image("python@3.11"));
	it.imageReady("javascript", image("javascript@20"));
	it.imageReady("ruby", image("ruby@3"));
	assert.deepEqual(state.measured, []);
	state.isCalm = true;
	it.consider();
	it.consider();
	await it.close();
	assert.deepEqual(state.measured, ["python@3.13javascript@20"]);
	assert.deepEqual(state.reported, [report]);
	assert.deepEqual(it.reports, [report]);
});

test("a baseline that said nothing is asked again, and not for ever", async () => {
	const silent = { ...report, problem: "The probe said nothing." };
	for (const [answers, tries] of [
		[[silent, report], 2],
		[[silent, silent, silent, silent], 3],
	] as const) {
		const left = [...answers];
		let last = (): void => undefined;
		const isOver = new Promise<void>((resolve) => {
			last = resolve;
		});
		const { turn: it, state } = turn(async () => {
			if (state.measured.length === tries) last();
			return [left.shift() ?? report];
		}, 5);
		it.imageReady("python", image("python@3.13"));
		it.imageReady("javascript", image("javascript@20"));
		await isOver;
		await it.close();
		assert.equal(state.measured.length, tries);
		assert.deepEqual(it.reports, [answers[tries - 1]]);
	}
});

test("closing ends what is under way and starts nothing any more", async () => {
	const { turn: it, state } = turn(
		({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
	);
	it.imageReady("python", image("python@3.13"));
	it.imageReady("javascript", image("javascript@20"));
	await it.close();
	it.consider();
	assert.equal(state.measured.length, 1);
	assert.deepEqual(state.reported, []);
});

test("a failure of ours is told to the log, and nobody else", async () => {
	const { turn: it, state } = turn(() => Promise.reject(new Error("a bug")));
	it.imageReady("python", image("python@3.13"));
	it.imageReady("javascript", image("javascript@20"));
	await it.close();
	assert.deepEqual(state.reported, []);
});
