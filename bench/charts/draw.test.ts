import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFragment } from "parse5";
import type { BarChart, LineChart } from "./chart.ts";
import { draw } from "./draw.ts";
import { roundUp } from "./svg.ts";

const bars: BarChart = {
	kind: "bars",
	name: "start",
	title: 'Run <b> & "first" byte',
	unit: "ms",
	ratiosTo: "native",
	bars: [
		{ label: "native", value: 10, spread: [9, 11], isOurs: false, note: "" },
		{ label: "ours", value: 5, isOurs: true, note: "0.50 ×" },
	],
};
const lines: LineChart = {
	kind: "lines",
	name: "growth",
	title: "Growth",
	across: "sessions",
	panels: [
		{
			title: "p95 echo",
			unit: "ms",
			series: [
				{
					label: "echo",
					points: [
						[1, 2],
						[10, 2],
						[100, 4],
					],
				},
			],
			limit: { value: 50, label: "must" },
		},
		{ title: "once", unit: "ms", series: [{ label: "once", points: [[1, 3]] }] },
	],
};

const numbersOf = (svg: string, attribute: string): number[] =>
	[...svg.matchAll(new RegExp(` ${attribute}="([^"]*)"`, "g"))].map(([, value]) => Number(value));

test("a chart says in words what it shows, and text of any kind stays text", () => {
	const svg = draw(bars);
	assert.match(svg, /role="img" aria-labelledby="title description"/);
	assert.match(svg, /<title id="title">Run &lt;b&gt; &amp; &quot;first&quot; byte<\/title>/);
	assert.match(svg, /<desc id="description">.*native: 10\.0 ms; ours: 5\.00 ms, 0\.50 ×\.<\/desc>/);
	assert.match(svg, /In colour: Sandglass; × is to native\./);
	assert.match(svg, /prefers-color-scheme: dark/);
	assert.equal(parseFragment(svg).childNodes.length, 2);
});

test("bars are as long as their values, and what is ours is told by colour and word", () => {
	const [native = 0, ours = 0] = [...draw(bars).matchAll(/<rect class="(?:ours|rival)"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
		Number(width),
	);
	assert.ok(Math.abs(native / ours - 2) < 0.001);
	assert.equal(draw(bars).match(/<rect class="ours"/g)?.length, 1);
});

test("a curve rises with its values, powers of ten lie equally far apart, and one point alone is drawn", () => {
	const svg = draw(lines);
	const [x1 = 0, x10 = 0, x100 = 0] = numbersOf(svg, "cx");
	const [y1 = 0, y10 = 0, y100 = 0] = numbersOf(svg, "cy");
	assert.ok(Math.abs(x10 - x1 - (x100 - x10)) < 0.1);
	assert.equal(y1, y10);
	assert.ok(y100 < y1);
	assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
	assert.match(svg, /p95 echo: 2\.00 ms at 1 sessions, 2\.00 ms at 10 sessions, 4\.00 ms at 100 sessions\. once: 3\.00 ms at 1 sessions\./);
});

test("an axis ends at a round number that is not below its highest value", () => {
	assert.deepEqual([0.03, 1, 1.1, 2.5, 7, 51, 1_234].map(roundUp), [0.05, 1, 2, 5, 10, 100, 2_000]);
});
