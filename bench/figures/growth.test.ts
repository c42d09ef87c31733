import assert from "node:assert/strict";
import { test } from "node:test";
import { summarise } from "../statistics.ts";
import { type GrowthStep, tellGrowth } from "./growth.ts";

const one = (value: number) => summarise([[value]]);
const step = (sessions: number, figures: Partial<{ echoMs: number; cpuMs: number; gatewayBytes: number }> = {}): GrowthStep => ({
	sessions,
	seatedPerSecond: 10,
	echo: one(figures.echoMs ?? 2),
	cpuPerKeyMs: one(figures.cpuMs ?? 0.5),
	idleCpuMsPerSecond: one(0.1),
	claimMs: one(1),
	firstByteMs: one(12),
	gatewayBytes: figures.gatewayBytes ?? 100_000,
	runnerBytes: 50_000,
	machineBytes: 10_000_000,
});

test("sessions are held as far as the last step whose echo was in time, and why it went no further is told", () => {
	const { goals = [], sections } = tellGrowth([step(1), step(10), step(100, { echoMs: 51 })], "p95 echo passed 50 ms", 50);
	assert.deepEqual(goals, [{ id: "live-sessions", value: 10, note: "p95 echo passed 50 ms" }]);
	assert.match(sections[0]?.note ?? "", /ended at 100: p95 echo passed 50 ms/);
});

test("what grows with the sessions is told as a target of its own, memory from a hundred on", () => {
	const { targets } = tellGrowth([step(1), step(100), step(500, { cpuMs: 1, gatewayBytes: 400_000 })], "time", 50);
	assert.deepEqual(
		targets.map(({ value }) => value),
		[2, 1, 3],
	);
	assert.ok(targets.every(({ name }) => name.includes("500 sessions")));
});

test("ratios are those at a hundred sessions, so that a short run and a long one compare; without that step there are none", () => {
	const short = tellGrowth([step(1), step(10), step(100, { cpuMs: 0.6 })], "quick", 50);
	const long = tellGrowth([step(1), step(100, { cpuMs: 0.6 }), step(500, { cpuMs: 5 })], "time", 50);
	assert.deepEqual(short.ratios, { "growth-echo": 1, "growth-cpu": 1.2 });
	assert.deepEqual(long.ratios, short.ratios);
	assert.deepEqual(tellGrowth([step(1)], "memory", 50).ratios, {});
});

test("the curves hold every step, memory only where a session's share can be told apart", () => {
	const { charts = [] } = tellGrowth([step(1), step(10), step(100)], "time", 50);
	const [chart] = charts;
	assert.ok(chart?.kind === "lines");
	assert.deepEqual(
		chart.panels.map(({ series }) => series[0]?.points.map(([x]) => x)),
		[
			[1, 10, 100],
			[1, 10, 100],
			[10, 100],
			[1, 10, 100],
		],
	);
	assert.throws(() => tellGrowth([], "no sandbox", 50), /no sandbox/);
});
