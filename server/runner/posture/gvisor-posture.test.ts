import assert from "node:assert/strict";
import { before, test } from "node:test";
import { DockerDriver } from "../drivers/docker.ts";
import type { SandboxDriver } from "../drivers/driver.ts";
import type { Shapes } from "../drivers/shapes.ts";
import { engine, type Offered, offer } from "../testing/rig.ts";
import { assessWeakened, hasRuntime } from "./testing/weakened.ts";

const skip = (await hasRuntime("runsc")) ? false : "the engine has no runsc";

let bash: Offered;

before(async () => {
	const [offered] = await offer("bash");
	assert.ok(offered);
	bash = offered;
});

const paths = (differences: readonly { readonly path: string }[]): string[] => differences.map((it) => it.path);

test("gVisor with every wall passes; what works inside is told as contained", { skip }, async () => {
	const report = await assessWeakened("gvisor", bash);
	assert.deepEqual([report.problem, report.differences], [null, []]);
	assert.equal(report.verdict, "passed");
	const read = report.attacks.find((it) => it.id === "16-read-agent");
	assert.match(read?.happened ?? "", /^Inside: /);
	assert.equal(report.facts["kernel.release"], "4.4.0");
});

test("gVisor with an agent that watches no memory is held by the engine's limit, and the attack goes far enough to meet it", {
	skip,
}, async () => {
	const unwatched = ({ gvisor, ...others }: Shapes): Shapes => ({
		...others,
		gvisor: (...asked) => ({ ...(gvisor ?? assert.fail("no shape"))(...asked), Env: [] }),
	});
	const makeDriver = (shapes: Shapes): SandboxDriver => new DockerDriver(engine, `posture-test-${process.pid}`, unwatched(shapes));
	const report = await assessWeakened("gvisor", bash, undefined, undefined, makeDriver);
	const attack = report.attacks.find((it) => it.id === "02-memory");
	assert.equal(attack?.outcome, "held");
	assert.match(attack.happened, /whole sandbox|ENOMEM|killed/);
	assert.doesNotMatch(attack.happened, /\(memory\)/);
});

test("a gvisor tier that is not gVisor is caught by its kernel", { skip }, async () => {
	const report = await assessWeakened("gvisor", bash, () => ({ Runtime: "runc" }));
	assert.equal(report.verdict, "failed");
	assert.ok(paths(report.differences).includes("kernel.release"));
});

test("gVisor is caught with a capability left on, a folder of the host and a root that can be written", { skip }, async () => {
	const report = await assessWeakened("gvisor", bash, (host) => ({
		CapAdd: [...(host.CapAdd ?? []), "NET_RAW"],
		Binds: ["/etc:/host-etc:ro"],
		ReadonlyRootfs: false,
	}));
	assert.equal(report.verdict, "failed");
	for (const path of ["engine.capabilitiesAdded", "engine.binds", "mounts.table", "mounts.isRootReadOnly"])
		assert.ok(paths(report.differences).includes(path), path);
});

test("gVisor without our filter on system calls is caught", { skip }, async () => {
	const report = await assessWeakened("gvisor", bash, () => ({ SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] }));
	assert.equal(report.verdict, "failed");
	for (const path of ["engine.seccomp.default", "syscalls.reachable", "sockets.open"])
		assert.ok(paths(report.differences).includes(path), path);
});
