import assert from "node:assert/strict";
import { test } from "node:test";
import { pistonExecutePath } from "../../protocol/piston.ts";
import { RunTiming, serverTiming } from "../../protocol/run-timing.ts";
import { post, program } from "./testing/api-calls.ts";
import { timing } from "./testing/door-double.ts";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

/** Where a run's time went, and what became of it: the same figures to its reader, to a caller over HTTP and to the operator. */

async function metricsOf(url: string): Promise<string[]> {
	return (await (await fetch(`${url}/metrics`)).text()).split("\n");
}

/** The runner's part of what a header says; the queue's is the gateway's own. */
function afterQueue(header: string | null): string {
	const [, rest] = /^queue;dur=[0-9]+\.[0-9], (.+)$/.exec(header ?? "") ?? [];
	return rest ?? `not what it should be: ${header}`;
}

const sandboxPart = serverTiming({ queueMs: 0, ...timing }).replace("queue;dur=0.0, ", "");

test("a page, POST /api/v1/run and Piston's execute are told the same stages, and the histograms hold them", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "print hello");
	const exit = await page.exitOf(1);
	const { queueMs, ...sandbox } = RunTiming.parse(exit.timing);
	assert.deepEqual(sandbox, timing);
	assert.ok(queueMs >= 0 && queueMs < 5_000, `${queueMs} ms`);

	const answer = await post(url, program("print hello"));
	assert.equal(afterQueue(answer.headers.get("server-timing")), sandboxPart);
	const piston = await fetch(url + pistonExecutePath, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ language: "python", version: "*", files: [{ content: "print hello" }] }),
	});
	assert.equal(afterQueue(piston.headers.get("server-timing")), sandboxPart);
	page.close();

	const lines = await metricsOf(url);
	for (const line of [
		'sandglass_run_stage_seconds_count{stage="queue",language="python",tier="container"} 3',
		'sandglass_run_stage_seconds_count{stage="start",language="python",tier="container"} 3',
		'sandglass_run_stage_seconds_sum{stage="start",language="python",tier="container"} 0.09',
		'sandglass_run_stage_seconds_sum{stage="claim",language="python",tier="container"} 0.006',
		'sandglass_run_stage_seconds_bucket{le="0.025",stage="start",language="python",tier="container"} 0',
		'sandglass_run_stage_seconds_bucket{le="0.05",stage="start",language="python",tier="container"} 3',
		'sandglass_runs_total{language="python",tier="container",outcome="exited"} 3',
		"sandglass_output_bytes_total 15",
	])
		assert.ok(
			lines.includes(line),
			`${line}\n${lines.filter((it) => it.startsWith("sandglass_run") || it.includes("_output_")).join("\n")}`,
		);
	assert.ok(!lines.some((line) => line.startsWith('sandglass_run_stage_seconds_count{stage="compile"')), "nothing was compiled");
});

test("kills and refusals are counted by their reason, and labels hold no word of a reader's", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "wait");
	await page.next("started");
	page.send({ type: "stop", run: 1 });
	await page.exitOf(1);
	page.run(2, "print x", { language: "a language of the reader's own" });
	await page.next("error");
	page.close();
	const lines = await metricsOf(url);
	for (const line of ['sandglass_kills_total{reason="stopped"} 1', 'sandglass_refusals_total{code="unknownLanguage"} 1'])
		assert.ok(lines.includes(line), line);
	assert.ok(!lines.some((line) => line.includes("of the reader's own")));
});

test("the runner's own figures stand beside the gateway's", async (context) => {
	const { url } = await openFixture(context);
	const lines = await metricsOf(url);
	for (const process of ["gateway", "runner"]) {
		assert.ok(
			lines.some((line) => line.startsWith(`sandglass_event_loop_delay_seconds{process="${process}",quantile="1"} `)),
			process,
		);
		assert.ok(
			lines.some((line) => line.startsWith(`sandglass_process_cpu_seconds_total{process="${process}"} `)),
			process,
		);
	}
});
