import assert from "node:assert/strict";
import { test } from "node:test";
import { allPids, availableBytesOfMachine, commandOf, cpuMsOf, memoryOf, parentOf, usedBytesOfMachine } from "./processes.ts";

const MiB = 1_048_576;

test("a process's memory is read as its own runtime tells it, and a share is no more than the whole", () => {
	const { residentBytes, proportionalBytes, privateBytes } = memoryOf(process.pid);
	assert.ok(Math.abs(residentBytes - process.memoryUsage().rss) < 32 * MiB);
	assert.ok(proportionalBytes > MiB && proportionalBytes <= residentBytes);
	assert.ok(privateBytes > MiB && privateBytes < residentBytes);
});

test("memory that a process takes is seen, as private", () => {
	const before = memoryOf(process.pid).privateBytes;
	const taken = Buffer.alloc(64 * MiB, 1);
	const grown = memoryOf(process.pid).privateBytes - before;
	assert.ok(grown > 60 * MiB && grown < 100 * MiB, `${grown} bytes for ${taken.length}`);
});

test("processor time is that which was worked, finer than a clock tick", () => {
	const from = { ours: cpuMsOf(process.pid), theirs: process.cpuUsage() };
	const until = performance.now() + 120;
	while (performance.now() < until);
	const { user, system } = process.cpuUsage(from.theirs);
	assert.ok(Math.abs(cpuMsOf(process.pid) - from.ours - (user + system) / 1_000) < 20);
});

test("a process is found, with its parent and its command; one that is not there holds nothing", () => {
	assert.ok(allPids().includes(process.pid));
	assert.equal(parentOf(process.pid), process.ppid);
	assert.match(commandOf(process.pid), /node|MainThread/);
	assert.equal(memoryOf(4_194_305).residentBytes, 0);
	assert.equal(parentOf(4_194_305), 0);
});

test("the machine holds something, and has something left", () => {
	assert.ok(usedBytesOfMachine() > 64 * MiB);
	assert.ok(availableBytesOfMachine() > 64 * MiB);
});
