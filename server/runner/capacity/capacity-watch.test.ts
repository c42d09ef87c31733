import assert from "node:assert/strict";
import { test } from "node:test";
import { CapacityWatch } from "./capacity-watch.ts";
import { MachineGauge } from "./machine-gauge.ts";

test("a change of what there is room for is told when leases come near it, and not while there is room to spare", async () => {
	const machine = new MachineGauge();
	// The machine's own readings, with memory as the test wants it: a machine cannot be made short of it for a test.
	const memory = { rooms: 40 };
	const use = { leases: 0, computing: 0, cores: 0 };
	const told: number[] = [];
	const read: number[] = [];
	const wakes = new Set<() => void>();
	const watch: CapacityWatch = new CapacityWatch({
		gauge: {
			read(nowMs) {
				const reading = machine.read(nowMs);
				read.push(memory.rooms);
				for (const wake of wakes) wake();
				return reading === null ? null : { ...reading, totalBytes: 0, availableBytes: memory.rooms * 1_000 };
			},
		},
		settings: { maxLeases: 100, memoryBytes: 1_000, memoryReservePercent: 0, processes: 1, busyPerCore: 0 },
		use: () => use,
		changed: () => told.push(watch.capacity.leases),
	});
	const readings = async (count: number): Promise<void> => {
		const until = read.length + count;
		await new Promise<void>((resolve) => {
			const wake = (): void => void (read.length >= until && wakes.delete(wake) && setImmediate(resolve));
			wakes.add(wake);
		});
	};
	watch.start();
	assert.deepEqual(told, [40]);
	memory.rooms = 36;
	await readings(1);
	assert.deepEqual([told, watch.capacity.leases], [[40], 36]);
	use.leases = 30;
	memory.rooms = 6;
	await readings(2);
	assert.deepEqual(told, [40, 36]);
	memory.rooms = 5;
	await readings(2);
	assert.deepEqual(told, [40, 36, 35]);
	watch.close();
});
