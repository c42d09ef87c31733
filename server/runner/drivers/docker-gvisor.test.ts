import assert from "node:assert/strict";
import { test } from "node:test";
import { containersOf, engine, lists, seccompProfile } from "../testing/rig.ts";
import { contractSpec, runOnce, testDriver } from "./contract.ts";
import { DockerDriver } from "./docker.ts";
import { gvisorSeccomp } from "./gvisor-container.ts";
import { tierShapes } from "./shapes.ts";

const driver = (instance: string): DockerDriver =>
	new DockerDriver(engine, instance, tierShapes(seccompProfile(), { container: { name: undefined }, gvisor: { name: "runsc" } }));
const run = async (program: string): Promise<string> => runOnce(driver("gvisor-test"), await contractSpec("gvisor"), program);

test("gvisor: of the profile only the error numbers that runsc does not know are said otherwise", () => {
	const [ours, theirs] = [JSON.parse(seccompProfile()), JSON.parse(gvisorSeccomp(seccompProfile()))];
	assert.equal(theirs.defaultAction, ours.defaultAction);
	assert.equal(theirs.syscalls.length, ours.syscalls.length);
	for (const [index, rule] of theirs.syscalls.entries()) {
		if (ours.syscalls[index].errnoRet === 38) assert.equal(rule.action, "SCMP_ACT_TRACE");
		else if (ours.syscalls[index].errnoRet === 22)
			assert.deepEqual([rule.action, rule.names], ["SCMP_ACT_ALLOW", ["sendfile", "splice", "tee"]]);
		else assert.deepEqual(rule, ours.syscalls[index]);
	}
});

if (await lists("runsc")) {
	testDriver("gvisor", {
		driver,
		kernel: "gvisor",
		spec: () => contractSpec("gvisor"),
		count: async (instance) => (await containersOf(instance)).length,
	});

	test("gvisor: a filtered program can start threads: what it must not call is missing, not forbidden (ATTACKS.md 20)", async () => {
		const program = `
import ctypes, errno, threading
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(435, 0, 0), errno.errorcode[ctypes.get_errno()])
print(libc.unshare(0x10000000), errno.errorcode[ctypes.get_errno()])
threading.Thread(target=lambda: print("a thread")).start()
`;
		assert.equal(await run(program), "-1 ENOSYS\n-1 EPERM\na thread\n");
	});

	test("gvisor: /dev holds the harmless few, and the terminal has its name (ATTACKS.md 25)", async () => {
		const program = "import os\nprint([n for n in ('fuse', 'net', 'kvm', 'mem') if os.path.lexists('/dev/' + n)])";
		assert.equal(await run(program), "[]\n");
	});
} else test("the driver under gVisor", { skip: "this engine lists no runsc" }, () => undefined);
