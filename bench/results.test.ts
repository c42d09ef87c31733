import assert from "node:assert/strict";
import { test } from "node:test";
import { barChart } from "./charts/section-bars.ts";
import { formatFigure, formatSection, formatTargets, isMet, type Results, type Section, toMarkdown } from "./results.ts";
import { summarise } from "./statistics.ts";

const section: Section = {
	title: "Start",
	note: "How.",
	rows: [
		{ name: "ours", unit: "ms", summary: summarise([[12, 12], [18]]), rival: "native" },
		{ name: "native", unit: "ms", summary: summarise([[8, 8], [8]]) },
		{ name: "script", unit: "KB", summary: summarise([[171]]) },
	],
};

test("a row is told beside its rival, median by median and p95 by p95", () => {
	const [ours, native] = formatSection(section)
		.split("\n")
		.filter((line) => /^(ours|native)/.test(line));
	assert.match(ours ?? "", /12\.0 +17\.4 +12\.0–18\.0 +3 +1\.50 × \/ 2\.17 × +native$/);
	assert.match(native ?? "", /8\.00 +8\.00 +8\.00–8\.00 +3$/);
});

test("a single number is not given a spread that it does not have", () => {
	const line = formatSection(section)
		.split("\n")
		.find((text) => text.startsWith("script"));
	assert.match(line ?? "", /^script +KB +171 +1$/);
});

test("a missed target is told as missed, and one that is just reached as met", () => {
	const missed = { name: "p50", value: 1.51, atMost: 1.5, unit: "×" } as const;
	assert.equal(isMet(missed), false);
	assert.match(formatTargets([missed]), /1\.51 × +1\.50 × +MISSED/);
	assert.equal(isMet({ ...missed, value: 1.5 }), true);
	assert.equal(isMet({ ...missed, value: Number.NaN }), false);
});

test("figures carry three digits, whatever their size", () => {
	assert.deepEqual([0.0456, 9.996, 12.34, 345.6].map(formatFigure), ["0.05", "10.00", "12.3", "346"]);
});

test("the page of results names machine, driver, goals, charts, targets and every section", () => {
	const results: Results = {
		measuredAt: "2026-01-02T03:04:05.000Z",
		isQuick: true,
		machine: {
			processor: "P",
			cores: 2,
			memoryMiB: 1,
			system: "S",
			kernel: "6",
			cgroup: "v1",
			engine: "E",
			storageDriver: "D",
			runtime: "R",
			node: "20",
			chromium: "C",
			loadBefore: 0.1,
		},
		driver: "docker",
		goals: [{ id: "cold", value: 61 }],
		sections: [section],
		targets: [{ name: "t", value: 1, atMost: 2, unit: "s" }],
		ratios: {},
		charts: [barChart("start", section, (row) => row.name === "ours")],
	};
	const text = toMarkdown(results, ({ name }) => `latest.${name}.svg`);
	assert.match(text, /`npm run bench -- --quick` on 2026-01-02\./);
	assert.match(text, /\| t \| 1\.00 s \| 2\.00 s \| met \|/);
	assert.match(text, /no warm sandbox \| ≤ 60 ms \| ≤ 40 ms \| 61\.0 ms \| MISSED \|/);
	assert.match(text, /\| ≥ 500 sessions \| ≥ 1500 sessions \| {2}\| not measured \|/);
	assert.match(text, /!\[Start\]\(latest\.start\.svg\)/);
	assert.match(text, /by the driver docker\./);
	assert.match(text, /## Start\n\nHow\.\n/);
});
