import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";

const Argument = z.strictObject({ index: z.int(), value: z.int(), valueTwo: z.int(), op: z.string() });
const Rule = z.strictObject({
	comment: z.string().min(1),
	names: z.array(z.string()).min(1),
	action: z.enum(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"]),
	errnoRet: z.int().optional(),
	args: z.array(Argument).optional(),
});
const Profile = z.strictObject({
	defaultAction: z.literal("SCMP_ACT_ERRNO"),
	defaultErrnoRet: z.literal(1),
	archMap: z.array(z.strictObject({ architecture: z.string(), subArchitectures: z.array(z.string()) })),
	syscalls: z.array(Rule),
});

const profile = Profile.parse(JSON.parse(readFileSync(new URL("seccomp.json", import.meta.url), "utf8")));
const allowing = profile.syscalls.filter((rule) => rule.action === "SCMP_ACT_ALLOW");
const allowed = new Set(allowing.flatMap((rule) => rule.names));

/** DESIGN.md's hardening paragraph, and ATTACKS.md 19 to 25, by name. */
const forbidden = [
	...["unshare", "setns", "clone3", "chroot", "pivot_root"],
	...["mount", "umount", "umount2", "fsopen", "fsconfig", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr"],
	...["keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"],
	...["ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"],
	...["kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module"],
	...["swapon", "swapoff", "reboot", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup", "iopl", "ioperm", "modify_ldt"],
	...["settimeofday", "clock_settime", "clock_adjtime", "clock_adjtime64", "adjtimex", "stime", "sethostname", "setdomainname"],
	...[
		"open_by_handle_at",
		"name_to_handle_at",
		"lookup_dcookie",
		"fanotify_init",
		"fanotify_mark",
		"vmsplice",
		"splice",
		"tee",
		"sendfile",
		"memfd_secret",
	],
	...["shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl"],
	...["mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"],
	...["sync", "syncfs", "mbind", "migrate_pages", "move_pages", "uselib", "ustat", "sysfs", "_sysctl", "nfsservctl", "remap_file_pages"],
];

test("what DESIGN.md forbids is allowed by no rule", () => {
	assert.deepEqual(
		forbidden.filter((name) => allowed.has(name)),
		[],
	);
});

test("the two 64-bit machines, and no second entry point of either (ATTACKS.md 19)", () => {
	assert.deepEqual(profile.archMap, [
		{ architecture: "SCMP_ARCH_X86_64", subArchitectures: [] },
		{ architecture: "SCMP_ARCH_AARCH64", subArchitectures: [] },
	]);
});

test("no rule is there twice, and none without conditions widens one that has some", () => {
	const keys = profile.syscalls.flatMap((rule) => rule.names.map((name) => `${name} ${JSON.stringify(rule.args ?? [])}`));
	assert.deepEqual(
		keys.filter((key, at) => keys.indexOf(key) !== at),
		[],
	);
	const free = profile.syscalls.filter((rule) => rule.args === undefined).flatMap((rule) => rule.names);
	const conditional = new Set(profile.syscalls.filter((rule) => rule.args !== undefined).flatMap((rule) => rule.names));
	assert.deepEqual(
		free.filter((name) => conditional.has(name)),
		[],
	);
});

/** runc makes an OR of several conditions on one argument, which turns "neither A nor B" into "anything". */
test("no rule has two conditions on one argument", () => {
	for (const { names, args = [] } of allowing) assert.equal(new Set(args.map((it) => it.index)).size, args.length, names.join());
});

const conditionsOf = (name: string) => allowing.filter((rule) => rule.names.includes(name)).flatMap((rule) => rule.args ?? []);

test("sockets are AF_UNIX, AF_INET and AF_INET6; pairs AF_UNIX (CVE-2026-31431)", () => {
	assert.deepEqual(
		conditionsOf("socket").map((it) => [it.index, it.op, it.value]),
		[1, 2, 10].map((family) => [0, "SCMP_CMP_EQ", family]),
	);
	assert.deepEqual(
		conditionsOf("socketpair").map((it) => [it.index, it.op, it.value]),
		[[0, "SCMP_CMP_EQ", 1]],
	);
});

test("clone is refused with any flag that makes a namespace (CVE-2022-0185)", () => {
	const newNamespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
	const [condition, ...more] = conditionsOf("clone");
	assert.deepEqual(more, []);
	assert.deepEqual(condition, { index: 0, op: "SCMP_CMP_MASKED_EQ", value: newNamespaces.reduce((sum, flag) => sum + flag), valueTwo: 0 });
});

test("ioctl compares the low 32 bits, and neither TIOCSTI nor TIOCLINUX is among what it allows (CVE-2019-10063)", () => {
	const conditions = conditionsOf("ioctl");
	assert.ok(conditions.length > 10);
	for (const { index, op, value, valueTwo } of conditions) {
		assert.deepEqual([index, op, value], [1, "SCMP_CMP_MASKED_EQ", 0xffff_ffff]);
		assert.ok(valueTwo !== 0x5412 && valueTwo !== 0x541c);
	}
});

test("what libc has a fall-back for looks absent (ENOSYS)", () => {
	const absent = profile.syscalls.filter((rule) => rule.errnoRet === 38).flatMap((rule) => rule.names);
	for (const name of ["clone3", "mseal", "execveat", "seccomp"]) assert.ok(absent.includes(name), name);
});

test("what would hold a pipe's lock looks unfit for its source (EINVAL), so that who copies goes on by read and write", () => {
	const unfit = profile.syscalls.filter((rule) => rule.errnoRet === 22).flatMap((rule) => rule.names);
	assert.deepEqual(unfit, ["sendfile", "splice", "tee"]);
});
