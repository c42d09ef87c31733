import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ensureMicrovmImages } from "../../../setup/microvm-images.ts";
import { engine, type Offered, offer } from "../testing/rig.ts";
import { assessWeakened } from "./testing/weakened.ts";

const skip = process.arch === "x64" ? false : "no microVM on this architecture";

let bash: Offered;

before(async () => {
	const [offered] = await offer("bash");
	assert.ok(offered);
	if (skip !== false) return;
	const languages = [{ ...offered, memoryBytes: 268_435_456 }];
	const progress = (line: string): void => void process.stderr.write(`${line}\n`);
	const images = await ensureMicrovmImages({ docker: engine, instance: "sandglass-runner-test", progress, languages });
	bash = { ...offered, image: images[offered.toolchain.key] ?? assert.fail("no image") };
});

test("a microVM passes: what is inside is the guest's, and the monitor's container has its walls", { skip }, async () => {
	const report = await assessWeakened("microvm", bash);
	assert.deepEqual([report.problem, report.differences], [null, []]);
});

test("a microVM is caught with a capability and a folder of the host that only its monitor would see", { skip }, async () => {
	const report = await assessWeakened("microvm", bash, () => ({ CapAdd: ["SYS_ADMIN"], Binds: ["/etc:/host-etc:ro"] }));
	assert.deepEqual(
		report.differences.map((it) => it.path),
		["engine.binds", "engine.capabilitiesAdded", "engine.mounts"],
	);
});

test("a microVM whose monitor has no filter on its system calls is caught", { skip }, async () => {
	const report = await assessWeakened("microvm", bash, () => ({ SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] }));
	assert.deepEqual(
		report.differences.map((it) => it.path),
		["engine.seccomp.default"],
	);
});
