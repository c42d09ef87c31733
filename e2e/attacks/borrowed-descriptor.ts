import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/**
 * Writes into another process's descriptor, a socket too, as this machine's root may: pidfd_getfd(2), which Node has no call for. Python is on each
 * machine that these tests run on.
 */

const script = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
pidfd_open, pidfd_getfd = 434, 438
process = libc.syscall(pidfd_open, int(sys.argv[1]), 0)
descriptor = libc.syscall(pidfd_getfd, process, int(sys.argv[2]), 0)
if descriptor < 0: sys.exit(os.strerror(ctypes.get_errno()))
data = sys.stdin.buffer.read()
while data: data = data[os.write(descriptor, data):]
`;

export function writeInto(pid: number, descriptor: number, bytes: Uint8Array): void {
	const result = spawnSync("python3", ["-c", script, String(pid), String(descriptor)], { input: bytes, encoding: "utf8", timeout: 10_000 });
	assert.equal(result.status, 0, `descriptor ${descriptor} of process ${pid}: ${result.stderr}`);
}
