import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { containersOf, offer, startRig, until } from "./testing/rig.ts";

const program = fileURLToPath(new URL("testing/runner-process.ts", import.meta.url));

function startProcess(instance: string, what: "serve" | "close") {
	return spawn(process.execPath, ["--import", "tsx", program, instance, what], { stdio: ["ignore", "pipe", "inherit"] });
}

test("kill -9 of a runner with leases ends their programs, and its next start reaps all before it serves (ATTACKS.md 13)", async () => {
	const instance = `restart-${process.pid}`;
	const offered = await offer("python");
	const version = offered[0]?.toolchain.version.version ?? "";
	const child = startProcess(instance, "serve");
	const [line] = await once(createInterface(child.stdout), "line");
	const probes = Array.from({ length: 4 }, () => new LeaseProbe({ socketPath: String(line) }, "python", version));
	for (const probe of probes) probe.run("import time\nprint('up', flush=True)\ntime.sleep(1000)");
	await Promise.all(probes.map((probe) => probe.until(() => probe.stdout.includes("up"), "the program is up")));
	const left = await containersOf(instance);
	assert.ok(left.length >= 4);
	child.kill("SIGKILL");
	await once(child, "exit");
	for (const probe of probes) assert.equal((await probe.next("closed"))[0], "runner");
	const next = await startRig({ offered, instance });
	assert.deepEqual(await next.containers(), [], "reaped before it serves");
	const probe = new LeaseProbe(next, "python", version);
	probe.run("print('again')");
	assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
	await probe.close();
	await next.close();
	assert.deepEqual(await containersOf(instance), []);
});

test("a closed runner leaves no timer, socket or listener: its process ends by itself", async () => {
	const instance = `closing-${process.pid}`;
	const child = startProcess(instance, "close");
	let isOver = false;
	child.once("exit", () => {
		isOver = true;
	});
	child.stdout.resume();
	await until(() => isOver, 30_000, "the process ended");
	assert.equal(child.exitCode, 0);
	assert.deepEqual(await containersOf(instance), []);
});
