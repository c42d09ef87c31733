import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../config.ts";
import { DoorRequest } from "./door-protocol.ts";
import { tmpfsMounts } from "./drivers/docker-container.ts";
import { compileLimits, effectiveLimits, sandboxLimits } from "./limits.ts";

const MiB = 1_048_576;
const config = readConfig({}, "/");

test("a request may lower a limit and never raise one (ATTACKS.md 12)", () => {
	const limits = effectiveLimits(config, {}, { idleWallMs: 3_600_000, totalWallMs: 500, outputBytes: 1_073_741_824, cpuMs: 100 });
	assert.deepEqual(limits, {
		idleWallMs: config.idleWallMs,
		totalWallMs: 500,
		cpuMs: 100,
		outputBytes: config.outputBytes,
		memoryBytes: 256 * MiB,
		processes: 64,
		workspaceBytes: 64 * MiB,
	});
});

test("a language gets what it asks for up to the operator's maximum", () => {
	assert.equal(sandboxLimits(config, { memoryBytes: 512 * MiB }).memoryBytes, 512 * MiB);
	assert.equal(sandboxLimits(config, { memoryBytes: 4_096 * MiB }).memoryBytes, config.maxMemoryBytes);
	assert.equal(sandboxLimits(config, { processes: 4_096 }).processes, config.maxProcesses);
	assert.equal(sandboxLimits({ ...config, maxMemoryBytes: 16 * MiB }, {}).memoryBytes, 256 * MiB);
	assert.equal(compileLimits(config, { compileWallMs: 1_000 }, effectiveLimits(config, {}, {})).totalWallMs, 1_000);
	assert.equal(compileLimits(config, { compileWallMs: 120_000 }, effectiveLimits(config, {}, {})).idleWallMs, config.compileWallMs);
});

test("limits that are no positive whole numbers, and words for the engine, are refused at the door (ATTACKS.md 12, 42)", () => {
	const run = { type: "run", files: [], entry: "", arguments: [], mode: "pipes", columns: 80, rows: 24, limits: {} };
	assert.ok(DoorRequest.safeParse(run).success);
	for (const value of [0, -1, Number.NaN, 1e308, "10", null, 0.5, true]) {
		for (const name of ["idleWallMs", "totalWallMs", "cpuMs", "outputBytes"]) {
			assert.ok(!DoorRequest.safeParse({ ...run, limits: { [name]: value } }).success, `${name} ${value}`);
		}
	}
	for (const word of ["image", "mount", "runtime", "user", "memoryBytes"]) {
		assert.ok(!DoorRequest.safeParse({ ...run, [word]: "x" }).success);
		assert.ok(!DoorRequest.safeParse({ ...run, limits: { [word]: 1 } }).success);
		assert.ok(!DoorRequest.safeParse({ type: "claim", language: "python", version: "3", tier: "container", [word]: "x" }).success);
	}
});

test("what may be written stays below the memory limit, however small that is (ATTACKS.md 3)", () => {
	for (const memoryBytes of [16 * MiB, 64 * MiB, 256 * MiB, 512 * MiB]) {
		const limits = sandboxLimits({ ...config, memoryBytes }, {});
		const mounts = Object.values(tmpfsMounts({ ...limits, tier: "container", image: "x", label: "x" }));
		const sizes = mounts.map((options) => Number(/size=(\d+)/.exec(options)?.[1]));
		assert.equal(sizes.length, 3);
		assert.ok(sizes.reduce((sum, size) => sum + size, 0) < memoryBytes);
		assert.ok(mounts.every((options) => /nr_inodes=\d+/.test(options) && options.includes("nosuid,nodev")));
	}
});
