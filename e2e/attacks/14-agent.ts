import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { waitUntil } from "../server-process.ts";
import { straightSandboxes } from "../straight-sandboxes.ts";
import { type Arena, patientLimits, programRun, projectDir, pythonRun, readReport, seccompProfile as seccomp } from "./arena.ts";
import { runControl } from "./control.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { Portrait, PortraitPlan } from "./portrait.ts";
import type { ProgramTier } from "./tiers.ts";

/** Rows 14, 16, 18, 26–33: a program against its agent, and what it finds in its sandbox. */

/** In the environment of the server under attack, and to be found nowhere else. */
export const canary = "canary-5d1f0c6e9a";

/** What find-secrets.py must not find, and at the end what it must: "uid=1000" is there to be found, so that a search that finds nothing is known to search. */
function secrets(): string[] {
	const stateDir = process.env.SANDGLASS_STATE_DIR ?? "/var/lib/sandglass";
	const visitorSecret = readFileSync(`${stateDir}/visitor-secret`, "utf8").trim();
	const hostId = readFileSync("/etc/machine-id", "utf8").trim() || "no machine id";
	return [canary, projectDir, visitorSecret, hostId, "door.sock", "engine.sock", "uid=1000"];
}

export function agentPortrait(): PortraitPlan {
	return {
		parts: [["harm-agent.py"], ["self-portrait.py"], ["network.py"], ["find-secrets.py"]],
		files: [{ name: "wanted.txt", content: [...secrets(), engineFolder].join("\n") }],
	};
}

/** In the path of every layer of the engine. */
const engineFolder = "overlay2/";

/** `name: result` lines. */
function readResults(text: string): Map<string, string> {
	return new Map(
		text.split("\n").flatMap((line) => {
			const [, name, result] = /^(.*?): (.*)$/.exec(line) ?? [];
			return name === undefined || result === undefined ? [] : [[name, result] as const];
		}),
	);
}

/**
 * gVisor shows a process's list of descriptors and its environment to every user; what they lead to it guards. The folders are the
 * program's own mounts, and the environment holds a limit.
 */
function isReadableInGvisor(name: string, result: string): boolean {
	if (name === "/proc/1/fd") return /^\['0', /.test(result);
	if (name === "/proc/1/environ") return /^b'(SANDGLASS_MEMORY_BYTES=\d+|PATH=[^\\]*|HOSTNAME=sandbox|HOME=\/root|\\x00)*'$/.test(result);
	return name.startsWith("/proc/1/fd/") && result === "Is a directory";
}

export function attackAgent({ arena, tier, test }: Ground<ProgramTier>, portrait: Portrait): void {
	test(`ATTACKS.md 14 in ${tier}: no descriptor of the agent can be opened or is inherited, and a forged exit is mere output`, async () => {
		const { run, exit } = await arena.attack({ tier, run: programRun("forge-frames.py", ["except-own"]) });
		const results = readResults(Buffer.concat(run.stderrChunks).toString());
		const isHarmless = (name: string, result: string): boolean =>
			/^(Permission denied|No such file|my own pipe)/.test(result) || (tier === "gvisor" && isReadableInGvisor(name, result));
		const opened = [...results].filter(([name, result]) => name.startsWith("/proc/1/") && !isHarmless(name, result));
		assert.deepEqual(opened, []);
		if (tier !== "gvisor") assert.equal(results.get("/proc/1/fd"), "Permission denied");
		assert.equal(results.get("/proc/1/mem"), "Permission denied");
		assert.equal(results.get("inherited"), "0");
		assert.deepEqual(exit.outcome, { kind: "exited", code: 7 });
		assert.match(Buffer.concat(run.stdoutChunks).toString("latin1"), /\x86\0\0\0.*after the forged exit\n$/s);
	});

	test(`ATTACKS.md 16 in ${tier}: nothing that a process can do to another works on the agent`, async () => {
		const text = await portrait.section("harm-agent.py");
		const results = readResults(text);
		assert.ok(results.size >= 18, text);
		// gVisor keeps a niceness for each process, and goes by none of them.
		if (tier === "gvisor") results.delete("setpriority");
		// It knows no policy of scheduling but the usual one, for anybody.
		if (tier === "gvisor") assert.equal(results.get("sched_setscheduler"), "Invalid argument");
		if (tier === "gvisor") results.delete("sched_setscheduler");
		for (const [name, result] of results)
			assert.match(result, /^(Operation not permitted|Permission denied|No such process|Function not implemented)$/, name);
		assert.match(text, /\ndone\n$/);
	});

	test(`ATTACKS.md 18, 32 in ${tier}: links and leftovers of one run are gone in the next, whose files are written as files`, async () => {
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const planting = attacker.run({ ...programRun("plant-links.py"), tier, limits: patientLimits });
				assert.deepEqual((await planting.exit).outcome, { kind: "exited", code: 0 }, planting.text);
				// The control is in the program: within the run, writing through the link works.
				assert.equal(planting.text, "planted: through the link\n");
				const { files = [], ...rest } = programRun("read-files.py");
				const traps = ["notes.txt", "folder/loot", "etc/passwd", "descriptors/1", "twin/x"].map((name) => ({
					name,
					content: "second run",
				}));
				const next = attacker.run({ ...rest, files: [...files, ...traps], tier, limits: patientLimits });
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

	test(`ATTACKS.md 26, 27 in ${tier}: a program holds no right and no way out, and finds nothing that lends one`, async () =>
		assertPlain(await portrait.section("self-portrait.py")));

	if (tier === "container")
		test("ATTACKS.md 26, 27 in container: the same in another version of the language", async () => {
			const { run } = await arena.attack({ tier, run: { ...programRun("self-portrait.py"), version: "3.11" } });
			assertPlain(run.text);
		});

	test(`ATTACKS.md 28, 29 in ${tier}: no engine, no metadata, no host, no name and no other network can be reached (no control: the engine has no bridge to lend)`, async () => {
		const text = await portrait.section("network.py");
		const report = readReport(text);
		assert.ok(report.size > 60, text);
		for (const [name, result] of report) {
			if (name.startsWith("tcp "))
				assert.match(
					result,
					/127\.0\.0\.1|::1/.test(name) ? /^(ECONNREFUSED|ENETUNREACH)$/ : /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/,
					name,
				);
			if (name.startsWith("udp ")) assert.match(result, /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/, name);
			if (name.startsWith("name ")) assert.match(result, /^-[235]$/, name);
			if (name.startsWith("path ")) assert.match(result, /^(ENOENT|EACCES|\[\])$/, name);
		}
		assert.match(report.get("raw") ?? "", /^(EPERM|EACCES)$/);
		assert.equal(report.get("devices"), "lo");
		assert.equal(report.get("unix sockets"), "none");
	});

	test(`ATTACKS.md 30, 31 in ${tier}: two sandboxes find nothing of each other`, async () => {
		const sign = "6f1d2c3b";
		const first = await arena.connect();
		const second = await arena.connect();
		try {
			const leaving = first.run({ ...programRun("meeting-place.py", ["leave", sign]), tier, limits: patientLimits });
			await leaving.waitForOutput("ready");
			const looking = second.run({ ...programRun("meeting-place.py", ["look", sign]), tier, limits: patientLimits });
			await looking.exit;
			assert.deepEqual(
				Object.fromEntries(readReport(looking.text)),
				{ files: "[]", shm: "none", queue: "none", abstract: "none", lock: "none", process: "none" },
				looking.text,
			);
			leaving.type("done\n");
			await leaving.exit;
		} finally {
			await first.close();
			await second.close();
		}
	});

	test(`ATTACKS.md 32 in ${tier}: random numbers differ between runs of a sandbox and between sandboxes`, async () => {
		const seen = new Set<string>();
		for (let session = 0; session < 2; session++) {
			const client = await arena.connect();
			for (let count = 0; count < 2; count++) {
				const run = client.run({ ...programRun("random-numbers.py"), tier, limits: patientLimits });
				await run.exit;
				for (const number of run.text.trim().split(" ")) seen.add(number);
			}
			await client.close();
		}
		assert.equal(seen.size, 16);
	});

	test(`ATTACKS.md 33 in ${tier}: the server's environment, secret, folder and sockets are nowhere to be read; control: what is there is found`, async () => {
		const { DockerRootDir } = z.object({ DockerRootDir: z.string() }).parse(await arena.server.engine.info());
		const text = await portrait.section("find-secrets.py");
		const report = readReport(text);
		assert.ok(Number(report.get("places")) > 20, text);
		const wanted = secrets();
		for (const [at, secret] of wanted.slice(0, -1).entries()) assert.equal(report.get(`wanted ${at}`), "nowhere", `${secret}: ${text}`);
		// Each kernel says somewhere who it thinks the program is.
		assert.notEqual(report.get(`wanted ${wanted.length - 1}`), undefined);
		const toldAt = report.get(`wanted ${wanted.length}`) ?? "";
		// SECURITY.md, "A place's name leaks": the kernel that the container shares with the engine tells where its layers lie.
		if (tier === "container" && straightSandboxes(arena.server.straight).length === 0)
			assert.match(toldAt, /^((\/proc\/\d+\/(mountinfo|mounts)|\/etc\/mtab) ?)+$/, `${DockerRootDir} is told elsewhere`);
		else assert.equal(toldAt, "nowhere", text);
		const name = await arena.attack({ tier, run: pythonRun("import os\nprint(os.uname().nodename)") });
		assert.equal(name.run.text, "sandbox\n");
	});
}

function assertPlain(text: string): void {
	const report = readReport(text);
	for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd"]) assert.equal(report.get(name), "0000000000000000", name);
	// gVisor has no ambient set to show.
	assert.match(report.get("CapAmb") ?? "0000000000000000", /^0{16}$/);
	assert.equal(report.get("NoNewPrivs"), "1");
	assert.equal(report.get("Seccomp"), "2");
	assert.equal(report.get("Uid"), "1000 1000 1000 1000");
	assert.equal(report.get("Gid"), "1000 1000 1000 1000");
	assert.equal(report.get("Groups"), "");
	assert.equal(report.get("lenders"), "none");
	assert.ok(Number(report.get("seen")) > 500, "the census has seen the image");
	assert.equal(report.get("cwd"), "/workspace");
	const descriptors = [...report].filter(([name]) => name.startsWith("descriptor "));
	assert.equal(descriptors.length, 3, text);
	for (const [name, target] of descriptors) assert.match(target, /^pipe:/, name);
	const writable = [...report].filter(([name]) => name.startsWith("writable "));
	assert.ok(writable.length >= 4);
	for (const [name, result] of writable) assert.match(result, /^(Read-only file system|Permission denied|Text file busy)$/, name);
	const environment = [...report.keys()].filter((name) => name.startsWith("environment ")).map((name) => name.slice(12));
	const expected = new Set(["HOME", "LANG", "LC_CTYPE", "NO_COLOR", "PATH", "PYTHONDONTWRITEBYTECODE", "TERM", "COLUMNS", "LINES"]);
	assert.deepEqual(
		environment.filter((name) => !expected.has(name)),
		[],
	);
}

export function controlAgent(arena: Arena, test: TestMaker): void {
	test("ATTACKS.md 14, control: process 1 under the program's own uid has its descriptors written to", async () => {
		const control = await runControl(arena.server, seccomp, { command: ["naive-parent.py", "/programs/forge-frames.py"] });
		assert.match(control.output, /\/proc\/1\/fd\/1: written/);
		assert.match(control.output, /\/proc\/1\/environ: b'PATH/);
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

	test("ATTACKS.md 30, 31, control: within one sandbox all of it is found", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["meeting-place.py", "both", "6f1d2c3b"],
			weaken: (_, host) => {
				host.SecurityOpt = ["no-new-privileges", "seccomp=unconfined"];
			},
		});
		const found = readReport(control.output.slice(control.output.indexOf("files")));
		for (const what of ["shm", "queue", "abstract", "lock", "process"])
			assert.equal(found.get(what), "found", `${what}: ${control.output}`);
	});
}
