import assert from "node:assert/strict";
import test from "node:test";
import { InputReceipts } from "./input-receipts.ts";

test("keys are told together, and much at once (PROTOCOL.md P7)", (context) => {
	context.mock.timers.enable({ apis: ["setTimeout"] });
	const told: number[] = [];
	const receipts = new InputReceipts((bytes) => told.push(bytes));
	for (let key = 0; key < 10; key++) receipts.add(1);
	assert.deepEqual(told, []);
	context.mock.timers.tick(250);
	assert.deepEqual(told, [10]);
	receipts.add(10_000);
	receipts.add(10_000);
	assert.deepEqual(told, [10, 20_000], "whoever has much to send does not wait");
	context.mock.timers.tick(1_000);
	assert.deepEqual(told, [10, 20_000], "nothing is told twice");
	receipts.add(5);
	receipts.flush();
	receipts.add(7);
	receipts.close();
	context.mock.timers.tick(1_000);
	assert.deepEqual(told, [10, 20_000, 5]);
});
