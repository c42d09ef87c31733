import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Logger } from "pino";
import { pino } from "pino";
import { readConfig } from "../../config.ts";
import { containersOf, engine, offer, seccompProfile } from "../testing/rig.ts";
import { noOciRuntime } from "../testing/straight.ts";
import { chooseDriver, NoStraightWay } from "./choose-driver.ts";
import { contractSpec, runOnce } from "./contract.ts";
import type { SandboxDriver } from "./driver.ts";
import { tierShapes } from "./shapes.ts";

/** Which way sandboxes are made, what the operator is told of it, and what never happens: a weaker sandbox, or another than was asked for. */

const skip = noOciRuntime("crun");

interface Chosen {
	readonly driver: SandboxDriver;
	readonly told: string;
	readonly instance: string;
}

async function choose(context: TestContext, environment: Record<string, string>): Promise<Chosen> {
	const folder = mkdtempSync(join(tmpdir(), "choice-"));
	// A sandbox's ids, which are nobody's, walk through it to their root.
	chmodSync(folder, 0o711);
	const instance = `choice-${process.pid}`;
	const config = { ...readConfig({ SANDGLASS_RUN_DIR: join(folder, "run"), ...environment }, folder), instance };
	const lines: string[] = [];
	const log: Logger = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
	const driver = await chooseDriver({ docker: engine, config, shapes: tierShapes(seccompProfile()), log });
	context.after(async () => {
		await driver.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { driver, instance, told: lines.join("") };
}

test("auto takes the OCI runtime where a trial of it works, and says which", { skip }, async (context) => {
	const { driver, told, instance } = await choose(context, {});
	assert.equal(driver.name, "oci, docker");
	assert.match(told, /sandboxes are made by \S+crun, with user ids of their own/);
	const spec = await contractSpec("container");
	await driver.prepare("container", spec.image);
	assert.equal(await runOnce(driver, spec, "print('straight')"), "straight\n");
	assert.deepEqual(await containersOf(instance), []);
});

test("a runtime that cannot start anything, and none at all, leave the engine's way, which is told", { skip }, async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "runtime-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const broken = join(folder, "crun");
	writeFileSync(broken, "#!/bin/sh\necho it is broken >&2\nexit 1\n", { mode: 0o755 });
	const other = await choose(context, { SANDGLASS_OCI_RUNTIME: broken });
	assert.equal(other.driver.name, "docker");
	assert.match(other.told, /it is broken/);
	assert.match(other.told, /containers are made by the engine/);
	const none = await choose(context, { SANDGLASS_OCI_RUNTIME: "sandglass-no-such-runtime" });
	assert.equal(none.driver.name, "docker");
	assert.match(none.told, /no OCI runtime \(sandglass-no-such-runtime\) is on this machine/);
});

test("a runtime that leaves the system-call filter out is not taken", { skip }, async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "runtime-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const lax = join(folder, "crun");
	const edit = `import json,sys;p=sys.argv[1]+"/config.json";c=json.load(open(p));del c["linux"]["seccomp"];json.dump(c,open(p,"w"))`;
	const script = `for word; do [ "$last" = --bundle ] && python3 -c '${edit}' "$word"; last=$word; done\nexec crun "$@"\n`;
	writeFileSync(lax, `#!/bin/sh\n${script}`, { mode: 0o755 });
	const { driver, told } = await choose(context, { SANDGLASS_OCI_RUNTIME: lax });
	assert.equal(driver.name, "docker");
	assert.match(told, /system-call filter is in mode/);
});

test("whoever asks for the OCI runtime alone is refused where there is none, with what was tried", { skip }, async (context) => {
	const wanted = choose(context, { SANDGLASS_DRIVER: "oci", SANDGLASS_OCI_RUNTIME: "sandglass-no-such-runtime" });
	await assert.rejects(wanted, (error) => error instanceof NoStraightWay && /no OCI runtime/.test(error.message));
});

test("whoever asks for the engine gets the engine, and nothing is tried", { skip }, async (context) => {
	const { driver, told } = await choose(context, { SANDGLASS_DRIVER: "docker" });
	assert.deepEqual([driver.name, told], ["docker", ""]);
});

test("an image for which the disk has no room is started by the engine, and the operator is told", { skip }, async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "narrow-"));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	const { driver, told, instance } = await choose(context, { SANDGLASS_STATE_DIR: folder });
	assert.equal(driver.name, "oci, docker", told);
	// A file where the folder would be: nothing can be unpacked any more.
	rmSync(join(folder, "roots"), { recursive: true });
	writeFileSync(join(folder, "roots"), "");
	const [bash] = await offer("bash");
	assert.ok(bash);
	const spec = { ...(await contractSpec("container")), image: bash.image };
	await driver.prepare("container", spec.image);
	const sandbox = await driver.create(spec);
	assert.equal((await containersOf(instance)).length, 1);
	await sandbox.destroy();
});
