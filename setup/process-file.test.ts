import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { enterUsers, withLock } from "./process-file.ts";

const dir = mkdtempSync(join(tmpdir(), "sandglass-process-file-"));
after(() => rmSync(dir, { recursive: true }));

async function deadPid(): Promise<number> {
	const child = spawn(process.execPath, ["-e", ""]);
	await once(child, "exit");
	return child.pid ?? 0;
}

test("the last living user is told that it is the last; the dead are swept out", async () => {
	const users = join(dir, "users");
	const own = enterUsers(users);
	writeFileSync(join(users, String(await deadPid())), "");
	assert.deepEqual(own.leave(), { isLast: true });
	assert.deepEqual(readdirSync(users), []);
});

test("while another process is entered, nobody is the last", () => {
	const users = join(dir, "shared");
	const own = enterUsers(users);
	writeFileSync(join(users, String(process.ppid)), "");
	assert.deepEqual(own.leave(), { isLast: false });
});

test("a lock whose holder died is taken over; a held one is waited for in turn", async () => {
	const lock = join(dir, "lock");
	writeFileSync(lock, String(await deadPid()));
	const order: string[] = [];
	await Promise.all([
		withLock(lock, 5_000, async () => {
			order.push("first in");
			await new Promise((resolve) => setImmediate(resolve));
			order.push("first out");
		}),
		withLock(lock, 5_000, async () => {
			order.push("second in");
		}),
	]);
	assert.deepEqual(order, ["first in", "first out", "second in"]);
});
