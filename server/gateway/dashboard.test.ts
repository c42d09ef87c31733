import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { openFixture } from "./testing/fixture.ts";

/** docs/grafana.json and docs/operating.md against what the server really offers. */

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), "utf8");

const Panel = z.looseObject({
	id: z.int(),
	type: z.string(),
	title: z.string().min(1),
	gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int().positive(), h: z.int().positive() }),
	targets: z.array(z.looseObject({ refId: z.string(), expr: z.string().min(1) })).optional(),
});
const Dashboard = z.looseObject({ title: z.string(), uid: z.string(), schemaVersion: z.int(), panels: z.array(Panel).min(1) });

/** Name to kind, as /metrics announces them. */
async function offeredMetrics(url: string): Promise<Map<string, string>> {
	const text = await (await fetch(`${url}/metrics`)).text();
	return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind = ""]) => [name, kind]));
}

/** A histogram is asked for by its buckets, its sum or its count. */
const familyOf = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, "");

test("every metric of the dashboard exists, and only histograms are asked for quantiles, only counters for rates", async (context) => {
	const { url } = await openFixture(context);
	const offered = await offeredMetrics(url);
	const dashboard = Dashboard.parse(JSON.parse(read("grafana.json")));
	const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
	assert.ok(expressions.length > 15);
	for (const expression of expressions) {
		const names = expression.match(/\bsandglass_\w+/g) ?? [];
		assert.ok(names.length > 0, expression);
		for (const name of names) {
			const kind = offered.get(offered.has(name) ? name : familyOf(name));
			assert.ok(kind !== undefined, `${name} is not offered`);
			if (kind === "histogram") assert.match(name, /_(bucket|sum|count)$/);
			if (new RegExp(`rate\\(${name}\\b`).test(expression)) assert.match(kind, /counter|histogram/, expression);
		}
	}
	const ids = dashboard.panels.map(({ id }) => id);
	assert.equal(new Set(ids).size, ids.length, "ids are given once");
	for (const { title, gridPos } of dashboard.panels) assert.ok(gridPos.x + gridPos.w <= 24, title);
});

test("the operator's page tells every metric of ours, and none that is not there", async (context) => {
	const { url } = await openFixture(context);
	const offered = [...(await offeredMetrics(url)).keys()].filter((name) => !name.startsWith("sandglass_gateway_"));
	const told = [...read("operating.md").matchAll(/^\| `(sandglass_\w+)` \|/gm)].map(([, name]) => name);
	assert.deepEqual([...told].sort(), offered.sort());
});
