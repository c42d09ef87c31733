import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission, type AdmissionSettings } from "./admission.ts";
import { ComputingRuns } from "./computing-runs.ts";
import type { Reading } from "./machine-gauge.ts";

const MiB = 1_048_576;
const GiB = 1_024 * MiB;
const settings: AdmissionSettings = { maxLeases: 48, memoryBytes: 256 * MiB, memoryReservePercent: 10, processes: 64, busyPerCore: 8 };
const idle: Reading = {
	availableBytes: 22 * GiB,
	totalBytes: 24 * GiB,
	memoryStall: 0,
	idleCores: 2,
	cores: 2,
	freeTasks: 31_000,
	maxTasks: 32_768,
};

/** A machine that changes: `lease` counts what was let in so far. */
class Machine {
	readonly admission: Admission;
	leases = 0;
	computing = 0;
	nowMs = 0;

	constructor(changed: Partial<AdmissionSettings> = {}) {
		this.admission = new Admission({ ...settings, ...changed });
	}

	read(changed: Partial<Reading> = {}, passedMs = 250): number {
		this.nowMs += passedMs;
		const use = { leases: this.leases, computing: this.computing, cores: Math.min(2, this.computing) };
		return this.admission.take({ ...idle, ...changed }, use, this.nowMs).leases;
	}

	get bottleneck(): string {
		return this.admission.capacity.bottleneck;
	}
}

test("an idle machine with room holds what the operator allows, or what its cores take at once", () => {
	const machine = new Machine();
	assert.deepEqual([machine.read(), machine.bottleneck], [16, "cpu"]);
	machine.leases = 40;
	assert.deepEqual([machine.read(), machine.bottleneck], [48, "ceiling"]);
	assert.equal(new Machine({ busyPerCore: 0 }).read(), 48);
});

test("a further lease needs its whole memory limit above the reserve, and a small machine has room for few", () => {
	const small = { totalBytes: 2 * GiB, availableBytes: 1_230 * MiB };
	const machine = new Machine();
	// 1,230 - 204.8 MiB are four times 256 MiB.
	assert.deepEqual([machine.read(small), machine.bottleneck], [4, "memory"]);
	machine.leases = 3;
	// Three that wait for a key have taken 10 MiB each.
	assert.equal(machine.read({ ...small, availableBytes: 1_200 * MiB }), 6);
});

test("what is short opens again only with room for two, so that admission does not flutter", () => {
	const machine = new Machine({ busyPerCore: 0 });
	machine.leases = 5;
	const at = (rooms: number): number => machine.read({ availableBytes: 2.4 * GiB + rooms * 256 * MiB + MiB });
	assert.equal(at(3), 8);
	assert.equal(at(0.9), 5);
	const edge = [1, 0.9, 1.2, 1.9, 1].map(at);
	assert.deepEqual(edge, [5, 5, 5, 5, 5]);
	assert.equal(machine.admission.isShort("memory"), true);
	assert.equal(at(2), 7);
	assert.equal(at(1), 6);
});

test("a machine that waits for memory most of the time is short of it, whatever it says is available", () => {
	const machine = new Machine();
	machine.leases = 7;
	assert.equal(machine.read({ memoryStall: 0.3 }), 7);
	assert.equal(machine.read({ memoryStall: 0.15 }), 7);
	assert.ok(machine.read({ memoryStall: 0.05 }) > 7);
	assert.ok(machine.read({ memoryStall: null }) > 7);
});

test("programs that compute close admission within two seconds, and it opens when they are three quarters of the limit", () => {
	const machine = new Machine();
	machine.leases = 20;
	machine.computing = 20;
	let readings = 0;
	while (machine.read({ idleCores: 0 }) > 20) readings++;
	assert.ok(readings * 250 <= 2_000, `${readings} readings`);
	assert.equal(machine.bottleneck, "cpu");
	machine.computing = 14;
	for (let passed = 0; passed < 40; passed++) assert.equal(machine.read({ idleCores: 0 }), 20);
	machine.computing = 8;
	readings = 0;
	while (machine.read({ idleCores: 0 }) === 20) readings++;
	assert.ok(readings * 250 <= 2_000, `${readings} readings`);
});

test("a machine whose cores are busy with other things takes fewer, and never none", () => {
	const machine = new Machine();
	for (let passed = 0; passed < 20; passed++) machine.read({ idleCores: 0 });
	assert.equal(machine.read({ idleCores: 0 }), 4);
	assert.equal(new Machine().read({ availableBytes: 0, freeTasks: 0, idleCores: 0 }), 1);
});

test("processes and threads that the machine may still have bound it too", () => {
	const machine = new Machine({ busyPerCore: 0 });
	assert.deepEqual([machine.read({ freeTasks: 3_277 + 10 * 64 }), machine.bottleneck], [10, "processes"]);
});

test("a machine that cannot be read has the operator's ceiling", () => {
	const machine = new Machine();
	machine.leases = 7;
	machine.read({ availableBytes: 0 });
	assert.deepEqual(machine.admission.take(null, { leases: 7, computing: 0, cores: 0 }, 1_000), { leases: 48, bottleneck: "ceiling" });
	assert.equal(machine.admission.isShort("memory"), false);
});

test("ATTACKS 1: a run counts as one that computes, whatever it says that it uses, and one at a prompt does not", () => {
	const clock = { ms: 0 };
	const runs = new ComputingRuns<string>({ coresOfOne: 1, now: () => clock.ms });
	for (const wallMs of [250, 500]) {
		clock.ms = wallMs;
		runs.note("bomb", { wallMs, cpuMs: wallMs * 64 });
		runs.note("loop", { wallMs, cpuMs: wallMs * 0.4 });
		runs.note("prompt", { wallMs, cpuMs: wallMs === 250 ? 30 : 30.1 });
	}
	assert.deepEqual(runs.use(), { computing: 2, cores: 1.4 + 0.1 / 250 });
	// A new step begins anew, and who says nothing any more has ended.
	runs.note("loop", { wallMs: 250, cpuMs: 250 });
	assert.equal(runs.use().cores.toFixed(2), "2.00");
	runs.forget("bomb");
	assert.equal(runs.use().computing, 1);
	clock.ms += 1_001;
	assert.deepEqual(runs.use(), { computing: 0, cores: 0 });
});
