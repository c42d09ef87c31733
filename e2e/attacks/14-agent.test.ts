import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { waitUntil } from "../server-process.ts";
import { Arena, programRun, readReport } from "./arena.ts";
import { runControl } from "./control.ts";

/** Rows 14, 16, 18, 26–28, 32–33: a program against its agent, and what it finds in its sandbox. */

const secret = "canary-5d1f0c6e9a";
const arena = new Arena({ env: { SANDGLASS_CANARY: secret } });
const seccomp = readFileSync(fileURLToPath(new URL("../../sandbox-images/seccomp.json", import.meta.url)), "utf8");

/** `name: result` lines. */
function readResults(text: string): Map<string, string> {
	return new Map(
		text.split("\n").flatMap((line) => {
			const [, name, result] = /^(.*?): (.*)$/.exec(line) ?? [];
			return name === undefined || result === undefined ? [] : [[name, result] as const];
		}),
	);
}

test("ATTACKS.md 14: no descriptor of the agent can be opened or is inherited, and a forged exit is mere output", async () => {
	const { run, exit } = await arena.attack({ run: programRun("forge-frames.py") });
	const results = readResults(Buffer.concat(run.stderrChunks).toString());
	const opened = [...results].filter(([name, result]) => name.startsWith("/proc/1/") && !/^(Permission denied|No such file)/.test(result));
	assert.deepEqual(opened, []);
	assert.equal(results.get("/proc/1/fd"), "Permission denied");
	assert.equal(results.get("/proc/1/mem"), "Permission denied");
	assert.equal(results.get("inherited"), "0");
	assert.deepEqual(exit.outcome, { kind: "exited", code: 7 });
	assert.match(Buffer.concat(run.stdoutChunks).toString("latin1"), /\x86\0\0\0.*after the forged exit\n$/s);
});

test("ATTACKS.md 14, control: process 1 under the program's own uid has its descriptors written to", async () => {
	const control = await runControl(arena.server, seccomp, { command: ["naive-parent.py", "/programs/forge-frames.py"] });
	assert.match(control.output, /\/proc\/1\/fd\/1: written/);
	assert.match(control.output, /\/proc\/1\/environ: b'PATH/);
});

test("ATTACKS.md 16: nothing that a process can do to another works on the agent", async () => {
	const { run, exit } = await arena.attack({ run: programRun("harm-agent.py") });
	const results = readResults(run.text);
	assert.ok(results.size >= 18, run.text);
	for (const [name, result] of results) assert.match(result, /^(Operation not permitted|Permission denied|No such process)$/, name);
	assert.match(run.text, /\ndone\n$/);
	assert.deepEqual(exit.outcome, { kind: "exited", code: 0 });
});

test("ATTACKS.md 16, control: with one uid for both and without the seccomp profile signals, ptrace and memory writes get through", async () => {
	await runControl(arena.server, seccomp, {
		command: ["naive-parent.py", "/programs/harm-agent.py"],
		weaken: (_, host) => {
			host.SecurityOpt = ["no-new-privileges", "seccomp=unconfined"];
		},
		whileRunning: async (_, output) => {
			await waitUntil(() => output().includes("setpriority:"), "the program has tried it all");
			const results = readResults(output());
			for (const name of ["kill SIGXCPU", "kill SIGKILL", "pidfd_getfd", "ptrace attach", "setpriority"])
				assert.equal(results.get(name), "allowed", `${name}: ${output()}`);
		},
	});
});

test("ATTACKS.md 18, 32: links and leftovers of one run are gone in the next, whose files are written as files", async () => {
	const attacker = await arena.connect();
	try {
		await arena.besideNeighbour(async () => {
			const planting = attacker.run(programRun("plant-links.py"));
			assert.deepEqual((await planting.exit).outcome, { kind: "exited", code: 0 }, planting.text);
			// The control is in the program: within the run, writing through the link works.
			assert.equal(planting.text, "planted: through the link\n");
			const { files = [], ...rest } = programRun("read-files.py");
			const traps = ["notes.txt", "folder/loot", "etc/passwd", "descriptors/1", "twin/x"].map((name) => ({ name, content: "second run" }));
			const next = attacker.run({ ...rest, files: [...files, ...traps] });
			await next.exit;
			const lines = next.text.trim().split("\n");
			assert.ok(!next.text.includes("link "), next.text);
			for (const { name } of traps) assert.ok(lines.includes(`file /workspace/${name}`), `${name}: ${next.text}`);
			assert.equal(lines.at(-1), "elsewhere: []");
		});
	} finally {
		await attacker.close();
	}
});

for (const version of ["3.13", "3.11"]) {
	test(`ATTACKS.md 26, 27: a program (Python ${version}) holds no right and no way out, and finds nothing that lends one`, async () => {
		const { run } = await arena.attack({ run: { ...programRun("self-portrait.py"), version } });
		const report = readReport(run.text);
		for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) assert.equal(report.get(name), "0000000000000000", name);
		assert.equal(report.get("NoNewPrivs"), "1");
		assert.equal(report.get("Seccomp"), "2");
		assert.equal(report.get("Uid"), "1000 1000 1000 1000");
		assert.equal(report.get("Gid"), "1000 1000 1000 1000");
		assert.equal(report.get("Groups"), "");
		assert.equal(report.get("lenders"), "none");
		assert.ok(Number(report.get("seen")) > 500, "the census has seen the image");
		assert.equal(report.get("cwd"), "/workspace");
		const descriptors = [...report].filter(([name]) => name.startsWith("descriptor "));
		assert.equal(descriptors.length, 3, run.text);
		for (const [name, target] of descriptors) assert.match(target, /^pipe:/, name);
		const writable = [...report].filter(([name]) => name.startsWith("writable "));
		assert.ok(writable.length >= 4);
		for (const [name, result] of writable) assert.match(result, /^(Read-only file system|Permission denied|Text file busy)$/, name);
		const environment = [...report.keys()].filter((name) => name.startsWith("environment ")).map((name) => name.slice(12));
		const expected = new Set(["HOME", "LANG", "LC_CTYPE", "PATH", "PYTHONDONTWRITEBYTECODE", "TERM", "COLUMNS", "LINES"]);
		assert.deepEqual(
			environment.filter((name) => !expected.has(name)),
			[],
		);
	});
}

test("ATTACKS.md 26, control: without the dropped capabilities and with the default user they are there to be seen", async () => {
	const control = await runControl(arena.server, seccomp, {
		command: ["self-portrait.py"],
		weaken: (options, host) => {
			options.User = "0:0";
			host.CapDrop = [];
			host.SecurityOpt = ["seccomp=unconfined"];
		},
	});
	const report = readReport(control.output);
	assert.notEqual(report.get("CapEff"), "0000000000000000");
	assert.equal(report.get("NoNewPrivs"), "0");
	assert.equal(report.get("Seccomp"), "0");
});

test("ATTACKS.md 28, 29: no engine, no metadata, no host, no name and no other network can be reached (no control: the engine has no bridge to lend)", async () => {
	const { run } = await arena.attack({ run: programRun("network.py") });
	const report = readReport(run.text);
	assert.ok(report.size > 60, run.text);
	for (const [name, result] of report) {
		if (name.startsWith("tcp "))
			assert.match(result, /127\.0\.0\.1|::1/.test(name) ? /^ECONNREFUSED$/ : /^(ENETUNREACH|EADDRNOTAVAIL)$/, name);
		if (name.startsWith("udp ")) assert.match(result, /^(ENETUNREACH|EADDRNOTAVAIL)$/, name);
		if (name.startsWith("name ")) assert.match(result, /^-[235]$/, name);
		if (name.startsWith("path ")) assert.match(result, /^(ENOENT|EACCES|\[\])$/, name);
	}
	assert.equal(report.get("raw"), "EPERM");
	assert.equal(report.get("devices"), "lo");
	assert.equal(report.get("unix sockets"), "none");
});

test("ATTACKS.md 30, 31: two sandboxes find nothing of each other; control: within one sandbox all of it is found", async () => {
	const sign = "6f1d2c3b";
	const first = await arena.connect();
	const second = await arena.connect();
	try {
		const leaving = first.run(programRun("meeting-place.py", ["leave", sign]));
		await leaving.waitForOutput("ready");
		const looking = second.run(programRun("meeting-place.py", ["look", sign]));
		await looking.exit;
		assert.deepEqual(Object.fromEntries(readReport(looking.text)), {
			files: "[]",
			shm: "none",
			queue: "none",
			abstract: "none",
			lock: "none",
			process: "none",
		});
		leaving.type("done\n");
		await leaving.exit;
		const control = await runControl(arena.server, seccomp, {
			command: ["meeting-place.py", "both", sign],
			weaken: (_, host) => {
				host.SecurityOpt = ["no-new-privileges", "seccomp=unconfined"];
			},
		});
		const found = readReport(control.output.slice(control.output.indexOf("files")));
		for (const what of ["shm", "queue", "abstract", "lock", "process"])
			assert.equal(found.get(what), "found", `${what}: ${control.output}`);
	} finally {
		await first.close();
		await second.close();
	}
});

test("ATTACKS.md 32: random numbers differ between runs of a sandbox and between sandboxes", async () => {
	const seen = new Set<string>();
	for (let session = 0; session < 2; session++) {
		const client = await arena.connect();
		for (let count = 0; count < 2; count++) {
			const run = client.run(programRun("random-numbers.py"));
			await run.exit;
			for (const number of run.text.trim().split(" ")) seen.add(number);
		}
		await client.close();
	}
	assert.equal(seen.size, 16);
});

test("ATTACKS.md 33: the server's environment, secret, folder and host name are nowhere to be read; control: what is there is found", async () => {
	const projectDir = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
	const stateDir = process.env.SANDGLASS_STATE_DIR ?? "/var/lib/sandglass";
	const visitorSecret = readFileSync(`${stateDir}/visitor-secret`, "utf8").trim();
	const hostId = readFileSync("/etc/machine-id", "utf8").trim() || "no machine id";
	const { run } = await arena.attack({
		run: programRun("find-secrets.py", [secret, projectDir, visitorSecret, hostId, "door.sock", "uid=1000"]),
	});
	const report = readReport(run.text);
	assert.ok(Number(report.get("places")) > 30, run.text);
	for (const number of [0, 1, 2, 3, 4]) assert.equal(report.get(`wanted ${number}`), "nowhere", run.text);
	assert.match(report.get("wanted 5") ?? "", /\/proc\/self\/mountinfo|\/proc\/\d+\/mountinfo/);
	const name = await arena.attack({
		run: { language: "python", files: [{ name: "main.py", content: "import os\nprint(os.uname().nodename)" }], mode: "pipes" },
	});
	assert.equal(name.run.text, "sandbox\n");
});
