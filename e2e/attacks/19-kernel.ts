import assert from "node:assert/strict";
import { type Arena, pythonRun, readReport, seccompProfile as seccomp } from "./arena.ts";
import { runControl } from "./control.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { Portrait, PortraitPart } from "./portrait.ts";
import type { ProgramTier } from "./tiers.ts";

/** Rows 19–25 and 35: the kernel's surface, as far as the tier's kernel has it. */

export const kernelPortraitParts: readonly PortraitPart[] = [["sockets.py"], ["namespaces.py"], ["kernel-calls.py"], ["proc-and-sys.py"]];

/** What the filter or the kernel says to a call that is not to be had, or that leads to nothing. */
const denied = /^(EPERM|EACCES|ENOSYS|EAFNOSUPPORT|ESOCKTNOSUPPORT|ENODEV|ENOTSUP|signal 31)$/;

export function attackKernel({ arena, tier, test }: Ground<ProgramTier>, portrait: Portrait): void {
	test(`ATTACKS.md 19 in ${tier}: sockets of other families than UNIX and the Internet's are refused, and so are the 32-bit and x32 doors`, async () => {
		const report = readReport(await portrait.section("sockets.py"));
		assert.ok(report.size > 90);
		for (const [name, result] of report) {
			const isOffered = /^AF_(UNIX|INET|INET6)\/[125]$/.test(name);
			// A guest's kernel may have no Internet at all.
			if (isOffered) assert.match(result, /^(allowed|ESOCKTNOSUPPORT|EPROTONOSUPPORT|EAFNOSUPPORT)$/, name);
			else if (/^AF_(UNIX|INET|INET6)\/3$/.test(name))
				assert.match(result, /^(allowed|EPROTONOSUPPORT|EPERM|ESOCKTNOSUPPORT|EAFNOSUPPORT)$/, name);
			else assert.match(result, denied, name);
		}
		assert.equal(report.get("AF_UNIX/1"), "allowed");
		// Where there is no such door, nobody stands behind it: the processor's trap (SIGSEGV) ends the caller.
		for (const name of ["int80 getpid", "int80 socket AF_ALG", "x32 getpid", "x32 socket AF_ALG"])
			assert.match(report.get(name) ?? "", /^(EPERM|EACCES|ENOSYS|EAFNOSUPPORT|signal (31|11|4))$/, name);
	});

	test(`ATTACKS.md 20 in ${tier}: no call makes a namespace or a mount`, async () => {
		const report = readReport(await portrait.section("namespaces.py"));
		assert.ok(report.size > 35);
		for (const [name, result] of report) assert.match(result, denied, name);
	});

	test(`ATTACKS.md 21, 25 in ${tier}: io_uring, bpf, keyrings, modules, raw devices and their like are refused`, async () => {
		const report = readReport(await portrait.section("kernel-calls.py"));
		assert.ok(report.size > 30);
		// TIOCSTI is no call of its own: there is no terminal to push keys into.
		for (const [name, result] of report) assert.match(result, name === "TIOCSTI" ? /^(EPERM|ENOTTY|EIO)$/ : denied, name);
	});

	test(`ATTACKS.md 22, 23, 24, 25 in ${tier}: cgroups and kernel settings cannot be written, kernel secrets are empty, the devices are the harmless few`, async () => {
		const report = readReport(await portrait.section("proc-and-sys.py"));
		const harmless = new Set(["null", "zero", "full", "random", "urandom", "tty", "pts/ptmx", "ptmx"].map((name) => `/dev/${name}`));
		let devices = 0;
		for (const [name, result] of report) {
			if (name.startsWith("write ") || name.startsWith("mkdir ")) assert.match(result, /^(EROFS|EACCES|ENOENT|EPERM|EISDIR)$/, name);
			// How many keys a user has is a count of our own uid; the keyring calls are gone.
			else if (name === "read /proc/key-users") continue;
			// gVisor shows what process 1 is to anybody; row 33 looks into it, and there is nothing to find.
			else if (tier === "gvisor" && name.startsWith("read /proc/1/")) continue;
			else if (name.startsWith("read ")) assert.match(result, /^(empty|EACCES|ENOENT|EPERM)$/, name);
			else if (name.startsWith("device ")) {
				devices++;
				assert.ok(harmless.has(name.slice(7)) || /^\/dev\/(pts\/\d+|console)$/.test(name.slice(7)), `${name} = ${result}`);
			}
		}
		assert.ok(devices >= 5);
		assert.ok([...report.keys()].some((name) => name.startsWith("write /sys/fs/cgroup")));
	});

	test(`ATTACKS.md 35 in ${tier}: the server answers no terminal query and types nothing by itself; that is the browser's terminal's part`, async () => {
		const content = [
			"import os, select, sys, termios, tty",
			"tty.setraw(0)",
			'os.write(1, b"\\x1b]52;c;b3duZWQ=\\x07\\x1b[c\\x1b[6n\\x1bP$qm\\x1b\\\\\\x1b[21t\\x1b[?1000h\\x1b[?1004h\\x1b]0;title\\x07")',
			"ready, _, _ = select.select([0], [], [], 1)",
			'os.write(1, b"typed: " + (os.read(0, 99) if ready else b"nothing"))',
		].join("\n");
		const { run } = await arena.attack({ tier, run: pythonRun(content, "pty") });
		assert.ok(run.text.endsWith("typed: nothing"), JSON.stringify(run.text));
		assert.ok(run.text.includes("\x1b]52;c;b3duZWQ=\x07"), "the bytes themselves pass unchanged");
	});
}

export function controlKernel(arena: Arena, test: TestMaker): void {
	const unconfined = async (program: string): Promise<Map<string, string>> => {
		const control = await runControl(arena.server, seccomp, {
			command: [program],
			weaken: (_, host) => {
				host.SecurityOpt = ["no-new-privileges", "seccomp=unconfined"];
			},
		});
		return readReport(control.output);
	};

	test("ATTACKS.md 19, control: without the seccomp profile AF_NETLINK opens", async () => {
		const report = await unconfined("sockets.py");
		assert.equal(report.get("AF_NETLINK/3"), "allowed");
		assert.notEqual(report.get("socketpair AF_NETLINK"), "EPERM");
	});

	test("ATTACKS.md 20, control: without the seccomp profile a user namespace is had by every call that makes one", async () => {
		const report = await unconfined("namespaces.py");
		for (const name of ["unshare user", "clone user", "clone3 user", "unshare user+mount"]) assert.equal(report.get(name), "allowed", name);
	});

	test("ATTACKS.md 21, control: without the seccomp profile io_uring, userfaultfd and keyrings are there", async () => {
		const report = await unconfined("kernel-calls.py");
		for (const name of ["io_uring_setup", "keyctl", "add_key", "ptrace traceme"]) assert.equal(report.get(name), "allowed", name);
	});

	test("ATTACKS.md 23, 24, control: with the paths unmasked and not read-only they are there to be read, and written by root", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["proc-and-sys.py"],
			weaken: (options, host) => {
				host.MaskedPaths = [];
				options.User = "0:0";
			},
		});
		const report = readReport(control.output);
		assert.notEqual(report.get("read /proc/timer_list"), "empty");
	});
}
