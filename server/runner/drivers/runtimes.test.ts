import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { defaultTierOrder } from "../../../protocol/tiers.ts";
import { type Engine, ensureEngine } from "../../../setup/engine.ts";
import { unlistedRuntimes, writeEngineConfig } from "../../../setup/runtimes.ts";
import { readConfig } from "../../config.ts";
import { containersOf, engine, seccompProfile } from "../testing/rig.ts";
import { connectEngine, type EngineConnection } from "./engine-connection.ts";
import { findRuntimes, type RuntimeFindings } from "./runtimes.ts";

/** What the engine under test lists is its own business; what it must make of a runtime that does not work is tried on an engine of the test's own. */

const instance = `runtimes-test-${process.pid}`;
const limitMs = 3_000;

const search = (docker: EngineConnection, kataRuntime: string, tiers = [...defaultTierOrder]): Promise<RuntimeFindings> =>
	findRuntimes({ docker, instance, seccompProfile: seccompProfile(), kataRuntime, tiers, limitMs });

test("the kata tier has whatever runtime the engine lists under the configured name, and none by another", async () => {
	const found = await search(engine, "runc");
	assert.deepEqual(found.runtimes.kata, { name: "runc" });
	assert.equal(found.lacking.kata, undefined);
	const none = await search(engine, "sandglass-no-such-runtime");
	assert.equal(none.runtimes.kata, undefined);
	assert.equal(none.lacking.kata, "This machine's container engine does not list a runtime of virtual machines (Kata).");
	assert.deepEqual(await containersOf(`${instance}-trial`), []);
});

test("what the operator does not offer is not tried", async () => {
	assert.equal((await search(engine, "runc", ["container"])).runtimes.kata, undefined);
});

const mayStartEngines = process.getuid?.() === 0 && existsSync("/usr/sbin/dockerd");

test("an engine of the test's own", { skip: mayStartEngines ? false : "only root can start an engine" }, async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-runtimes-"));
	const config = readConfig({ SANDGLASS_STATE_DIR: join(folder, "state"), SANDGLASS_RUN_DIR: join(folder, "run") }, folder);
	let own: Engine;
	let runsc: { path: string; runtimeArgs: string[] };

	const script = (name: string, text: string): { path: string } => {
		const path = join(folder, name);
		writeFileSync(path, `#!/bin/sh\n${text}\n`);
		chmodSync(path, 0o755);
		return { path };
	};
	const register = async (runtimes: Parameters<typeof writeEngineConfig>[1]): Promise<EngineConnection> => {
		writeEngineConfig(join(folder, "state/engine.json"), runtimes);
		process.kill(Number(readFileSync(join(folder, "run/engine.pid"), "utf8")), "SIGHUP");
		while ((await unlistedRuntimes(own.dockerHost, runtimes)).length > 0);
		return connectEngine(own.dockerHost);
	};
	before(async () => {
		own = await ensureEngine(config, () => undefined);
		runsc = JSON.parse(readFileSync(join(folder, "state/engine.json"), "utf8")).runtimes.runsc;
	});
	after(async () => {
		await own.release();
		rmSync(folder, { recursive: true, force: true });
	});

	await context.test("a runtime that leaves our system-call filter out is not taken (fail closed)", async () => {
		const runtimeArgs = runsc.runtimeArgs.filter((argument) => !argument.includes("seccomp"));
		const found = await search(await register({ runsc: { path: runsc.path, runtimeArgs }, other: { path: runsc.path } }), "none");
		assert.equal(found.runtimes.gvisor, undefined);
		assert.match(found.lacking.gvisor ?? "", /without the container's system-call filter/);
		assert.match(found.notes.join(), /in mode "0"/);
	});

	await context.test("crun is taken where it works", async () => {
		const docker = await register({ crun: { path: "/usr/bin/runc" }, another: { path: "/usr/bin/runc" } });
		assert.deepEqual((await search(docker, "none", ["container"])).runtimes, { container: { name: "crun" } });
	});

	await context.test("a runtime that hangs, and one that fails, cost their tier and no more than the time limit", async () => {
		const docker = await register({ runsc, crun: script("fails", "exit 1"), hangs: script("hangs", "exec sleep 1000") });
		const startedAtMs = performance.now();
		const found = await search(docker, "hangs");
		assert.ok(performance.now() - startedAtMs < limitMs + 3_000);
		assert.deepEqual(found.runtimes, { container: { name: undefined }, gvisor: { name: "runsc" } });
		assert.equal(
			found.lacking.kata,
			"This machine's container engine lists a runtime of virtual machines (Kata) and could not start anything with it.",
		);
		assert.equal(found.notes.length, 2, found.notes.join("\n"));
	});
});
