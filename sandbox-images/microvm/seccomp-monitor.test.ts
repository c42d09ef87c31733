import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";

const Rule = z.object({ comment: z.string().min(1), names: z.array(z.string()).min(1), action: z.string() });
const Profile = z.object({ defaultAction: z.literal("SCMP_ACT_ERRNO"), archMap: z.array(z.unknown()).length(1), syscalls: z.array(Rule) });
const profile = Profile.parse(JSON.parse(readFileSync(new URL("seccomp-monitor.json", import.meta.url), "utf8")));
const allowed = profile.syscalls.filter((rule) => rule.action === "SCMP_ACT_ALLOW").flatMap((rule) => rule.names);

test("the monitor may open no socket, trace nobody, mount nothing and make nothing in the file system", () => {
	const forbidden = [
		...[
			"socket",
			"socketpair",
			"connect",
			"bind",
			"accept",
			"accept4",
			"sendmsg",
			"recvmsg",
			"ptrace",
			"process_vm_readv",
			"process_vm_writev",
		],
		...["mount", "umount2", "unshare", "setns", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "clone3", "bpf", "keyctl"],
		...["io_uring_setup", "perf_event_open", "userfaultfd", "kexec_load", "init_module", "finit_module", "reboot", "personality"],
		...["mknod", "mknodat", "mkdir", "mkdirat", "unlink", "unlinkat", "rename", "renameat2", "link", "linkat", "symlink", "symlinkat"],
		...["chmod", "fchmod", "chown", "execveat", "open_by_handle_at", "shmget", "mq_open", "setxattr"],
	];
	assert.deepEqual(
		forbidden.filter((name) => allowed.includes(name)),
		[],
	);
});

test("what is allowed under a condition is not allowed without one", () => {
	const twice = allowed.filter((name, at) => allowed.indexOf(name) !== at && name !== "ioctl");
	assert.deepEqual(twice, []);
});
