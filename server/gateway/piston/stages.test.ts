import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Outcome, StepReport } from "../../../protocol/outcome.ts";
import { CollectedRun } from "./collected-run.ts";
import type { WatchedLimits } from "./limits.ts";
import { Stages } from "./stages.ts";

const report = (fields: Partial<StepReport> = {}): StepReport => ({
	exitCode: 0,
	signal: null,
	wallMs: 12.4,
	cpuMs: 7.6,
	peakMemoryBytes: 9_000_000,
	...fields,
});

function open(context: TestContext, watched: WatchedLimits = {}) {
	const collected = new CollectedRun();
	let stops = 0;
	const stages = new Stages({
		watched,
		sink: collected,
		stop: () => {
			stops++;
		},
	});
	context.after(() => stages.close());
	return { stages, collected, stops: () => stops };
}

const zeros = { cpu_time: 8, wall_time: 12, memory: 9_000_000 };

test("a program that prints and ends well has no status, and its streams are told apart and together", (context) => {
	const { stages, collected } = open(context);
	stages.started("run");
	stages.output("stdout", Buffer.from("a\n"));
	stages.output("stderr", Buffer.from("b\n"));
	stages.output("stdout", Buffer.from("c\n"));
	stages.step(report());
	stages.exit({ kind: "exited", code: 0 });
	assert.deepEqual(collected.result(), {
		run: { stdout: "a\nc\n", stderr: "b\n", output: "a\nb\nc\n", code: 0, signal: null, message: null, status: null, ...zeros },
	});
});

test("a character cut by a chunk's end is whole, and bytes that are no text are shown as such", (context) => {
	const { stages, collected } = open(context);
	stages.started("run");
	const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
	stages.output("stdout", first);
	stages.output("stderr", Buffer.from("x"));
	stages.output("stdout", second);
	stages.output("stdout", Buffer.from([0xff, 0xc3]));
	stages.exit({ kind: "exited", code: 0 });
	assert.equal(collected.result()?.run.stdout, "é\ufffd\ufffd");
});

test("after a failed compilation, run equals compile", (context) => {
	const { stages, collected } = open(context);
	stages.started("compile");
	stages.output("stderr", Buffer.from("error: ;"));
	stages.step(report({ exitCode: 1 }));
	stages.exit({ kind: "compileFailed", code: 1 });
	const result = collected.result();
	assert.equal(result?.compile?.status, "RE");
	assert.equal(result?.compile?.code, 1);
	assert.deepEqual(result?.run, result?.compile);
});

test("after a good compilation both stages are there, each with its own figures", (context) => {
	const { stages, collected } = open(context);
	stages.started("compile");
	stages.output("stderr", Buffer.from("warning"));
	stages.step(report());
	stages.started("run");
	stages.output("stdout", Buffer.from("hello"));
	stages.step(report({ exitCode: 3, cpuMs: 1 }));
	stages.exit({ kind: "exited", code: 3 });
	const result = collected.result();
	assert.deepEqual([result?.compile?.code, result?.compile?.status, result?.compile?.stderr], [0, null, "warning"]);
	assert.deepEqual([result?.run.code, result?.run.status, result?.run.stdout, result?.run.cpu_time], [3, "RE", "hello", 1]);
});

const endings: readonly [string, Outcome, { code: number | null; signal: string | null; status: string | null }][] = [
	["a signal", { kind: "signalled", signal: 11 }, { code: null, signal: "SIGSEGV", status: "SG" }],
	["abort", { kind: "signalled", signal: 6 }, { code: null, signal: "SIGABRT", status: "SG" }],
	["idle time", { kind: "limited", limit: "idleWall", value: 1 }, { code: null, signal: "SIGKILL", status: "TO" }],
	["time in all", { kind: "limited", limit: "totalWall", value: 1 }, { code: null, signal: "SIGKILL", status: "TO" }],
	["processor time", { kind: "limited", limit: "cpu", value: 1 }, { code: null, signal: "SIGKILL", status: "TO" }],
	["memory", { kind: "limited", limit: "memory", value: 1 }, { code: null, signal: "SIGKILL", status: "SG" }],
	["output", { kind: "limited", limit: "output", value: 1 }, { code: null, signal: "SIGKILL", status: "OL" }],
	["a stop", { kind: "stopped" }, { code: null, signal: "SIGKILL", status: "SG" }],
	["our own fault", { kind: "lost", code: "sandboxLost" }, { code: null, signal: null, status: "XX" }],
];
for (const [name, outcome, expected] of endings)
	test(`an end by ${name} is told in Piston's words`, (context) => {
		const { stages, collected } = open(context);
		stages.started("run");
		stages.exit(outcome);
		const run = collected.result()?.run;
		assert.deepEqual({ code: run?.code, signal: run?.signal, status: run?.status }, expected);
		assert.ok(run?.message);
	});

test("too much output on stderr is EL", (context) => {
	const { stages, collected } = open(context);
	stages.started("run");
	stages.output("stderr", Buffer.from("xx"));
	stages.output("stdout", Buffer.from("x"));
	stages.exit({ kind: "limited", limit: "output", value: 3 });
	assert.equal(collected.result()?.run.status, "EL");
});

test("a program over the memory that the request allows is stopped at the next look, and told as killed", (context) => {
	const { stages, collected, stops } = open(context, { runMemoryBytes: 50_000_000 });
	stages.started("run");
	stages.measured({ cpuMs: 1, memoryBytes: 49_000_000 });
	assert.equal(stops(), 0);
	stages.measured({ cpuMs: 2, memoryBytes: 51_000_000 });
	assert.equal(stops(), 1);
	stages.measured({ cpuMs: 3, memoryBytes: 90_000_000 });
	stages.exit({ kind: "stopped" });
	assert.equal(stops(), 1);
	const run = collected.result()?.run;
	assert.deepEqual([run?.status, run?.signal, run?.code], ["SG", "SIGKILL", null]);
	assert.match(run?.message ?? "", /memory, the limit that was asked for/);
});

test("a program that was over it between two looks is told as killed too", (context) => {
	const { stages, collected } = open(context, { runMemoryBytes: 8_000_000 });
	stages.started("run");
	stages.step(report());
	stages.exit({ kind: "exited", code: 0 });
	assert.deepEqual([collected.result()?.run.status, collected.result()?.run.code], ["SG", null]);
});

test("a compile stage over a limit of the request's is the last, though the sandbox went on to run", (context) => {
	const { stages, collected, stops } = open(context, { compileCpuMs: 5 });
	stages.started("compile");
	stages.step(report());
	assert.equal(stops(), 1);
	stages.started("run");
	stages.output("stdout", Buffer.from("must not be told"));
	stages.step(report());
	stages.exit({ kind: "stopped" });
	const result = collected.result();
	assert.deepEqual([result?.compile?.status, result?.compile?.signal, result?.compile?.cpu_time], ["TO", "SIGKILL", 8]);
	assert.deepEqual(result?.run, result?.compile);
	assert.equal(JSON.stringify(result).includes("must not"), false);
});

test("compile_timeout ends a compile stage", (context) => {
	context.mock.timers.enable({ apis: ["setTimeout"] });
	const { stages, collected, stops } = open(context, { compileWallMs: 200 });
	stages.started("compile");
	context.mock.timers.tick(199);
	assert.equal(stops(), 0);
	context.mock.timers.tick(1);
	assert.equal(stops(), 1);
	stages.exit({ kind: "stopped" });
	assert.equal(collected.result()?.run.status, "TO");
});

test("a run that never began has no result", (context) => {
	const { stages, collected } = open(context);
	assert.equal(stages.exit({ kind: "stopped" }), false);
	assert.equal(collected.result(), null);
});
