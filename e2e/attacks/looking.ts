import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { instanceLabel } from "../../server/runner/drivers/docker-container.ts";
import { type Arena, patientLimits, pythonRun, readReport, seccompProfile as seccomp } from "./arena.ts";
import { checks, Inspected, inapplicable, type Surroundings, violations } from "./benchmark.ts";
import { containersOfTier, type LiveContainer } from "./containers.ts";
import { findPythonImage, runControl } from "./control.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { Portrait, PortraitPart } from "./portrait.ts";
import { inspectedOf } from "./straight-inspected.ts";
import type { ProgramTier } from "./tiers.ts";

/** The agent's (ARCHITECTURE.md, "Two uids"); the program under it has none, which row 26 asks the program itself. */
const agentCapabilities = ["SETUID", "SETGID", "KILL", "SETPCAP"];

/**
 * What somebody sees who looks around with the scripts that are run first in a container that was broken into (deepce, amicontained,
 * CDK's evaluate, LinPEAS). look-around.py asks what their documentation says that they ask; in the tiers of one language it is
 * portrait.js and portrait.c that do.
 */

export const lookingPortraitPart: PortraitPart = ["look-around.py"];
const areaCount = 32;

export function attackLooking({ arena, tier, test }: Ground<ProgramTier>, portrait: Portrait): void {
	test(`ATTACKS.md 24, 25, 26, 27, 28, 29, 33 in ${tier}: who looks around as the well-known scripts do finds nothing that leads anywhere`, async () => {
		const report = readReport(await portrait.section("look-around.py"));
		const areas = [...report].filter(([name]) => !name.startsWith("about "));
		assert.equal(areas.length, areaCount, [...report.keys()].join());
		assert.ok(Number(report.get("about files seen")) > 1_000, "it has looked at the image's files");
		// The run of several programs is the parent of this one, and nobody else is there.
		assert.deepEqual(
			areas.filter(([, found]) => found !== "nothing"),
			[],
		);
	});

	test(`CIS Docker Benchmark, section 5, in ${tier}: no check of the container section is violated by a live sandbox`, async () => {
		const attacker = await arena.connect();
		try {
			const run = attacker.run({ ...pythonRun("input('up')"), tier, limits: patientLimits });
			await run.waitForOutput("up");
			let looked = 0;
			for (const container of await containersOfTier(arena.server, tier)) {
				const inspected = await inspect(arena, container);
				if (inspected === null || !existsSync(`/proc/${container.pid}`)) continue;
				assert.deepEqual(violations(inspected, await surroundings(arena, tier, container)), []);
				looked++;
			}
			assert.ok(looked > 0);
		} finally {
			await attacker.close();
		}
	});
}

/** null: one of the pool that has been given up since the list was made. */
async function inspect({ server }: Arena, { id, bundle }: LiveContainer): Promise<Inspected | null> {
	if (bundle !== null) return inspectedOf(bundle, await findPythonImage(server.engine));
	const raw: unknown = await server.engine
		.getContainer(id)
		.inspect()
		.catch(() => null);
	return raw === null ? null : Inspected.parse(raw);
}

async function surroundings(arena: Arena, tier: ProgramTier, { pids }: Pick<LiveContainer, "pids">): Promise<Surroundings> {
	const { SecurityOptions } = z.object({ SecurityOptions: z.array(z.string()) }).parse(await arena.server.engine.info());
	return {
		securityOptions: SecurityOptions,
		processes: pids.filter((pid) => existsSync(`/proc/${pid}`)).map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim()),
		allowedCapabilities: tier === "microvm" ? [] : agentCapabilities,
		allowedDevices: tier === "microvm" ? ["/dev/kvm"] : [],
	};
}

export function controlLooking(arena: Arena, test: TestMaker): void {
	test("CIS Docker Benchmark, section 5: every number has a check or a reason; control: a container with everything wrong violates each of them", async () => {
		const numbers = Array.from({ length: 31 }, (_, at) => `5.${at + 1}`);
		assert.deepEqual([...checks.map(({ number }) => number), ...Object.keys(inapplicable)].sort(), numbers.sort());
		const { engine } = arena.server;
		const instance = `control-${randomBytes(5).toString("hex")}`;
		// It is looked at and never started.
		const container = await engine.createContainer({
			name: instance,
			Image: await findPythonImage(engine),
			Labels: { [instanceLabel]: instance },
			ExposedPorts: { "22/tcp": {} },
			HostConfig: {
				Privileged: true,
				Binds: ["/etc:/host", "/var/run/docker.sock:/var/run/docker.sock", "/opt:/shared:rshared"],
				NetworkMode: "host",
				PidMode: "host",
				IpcMode: "host",
				UTSMode: "host",
				UsernsMode: "host",
				PortBindings: { "22/tcp": [{ HostPort: "22" }] },
				RestartPolicy: { Name: "always" },
				Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "rwm" }],
				SecurityOpt: ["seccomp=unconfined"],
				CgroupParent: "/elsewhere",
			},
		});
		try {
			const details = Inspected.parse(await container.inspect());
			const wrong = { ...details, ExecIDs: ["exec"], Mounts: details.Mounts.map((it) => ({ ...it, Propagation: "rshared" })) };
			const withBridge = { ...wrong, NetworkSettings: { ...wrong.NetworkSettings, Networks: { bridge: {} } } };
			const found = violations(
				{ ...withBridge, Config: { ...details.Config, Image: "python:latest" } },
				{ securityOptions: ["name=apparmor", "name=selinux"], processes: ["sshd"], allowedCapabilities: [], allowedDevices: [] },
			);
			assert.deepEqual(found.map((it) => it.split(" ")[0]).sort(), checks.map(({ number }) => number).sort());
		} finally {
			await container.remove({ force: true });
		}
	});

	test("ATTACKS.md 26, 27, 33, control: in a container as people make one the same look finds rights, secrets, the host's folders and writable places", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["look-around.py"],
			weaken: (options, host) => {
				options.User = "0:0";
				options.Env = ["API_TOKEN=visible"];
				host.CapDrop = [];
				host.ReadonlyRootfs = false;
				host.SecurityOpt = ["seccomp=unconfined"];
				host.Binds = [...(host.Binds ?? []), "/etc/ssl:/host:ro", "/etc:/mnt/host:ro"];
			},
		});
		const report = readReport(control.output);
		const finding = [
			"user",
			"capabilities",
			"no seccomp filter",
			"secret places",
			"secret files",
			"telling environment",
			"folders of the host",
			"writable places",
			"writable files of the system",
			"levers",
			"other roots",
		];
		for (const area of finding) assert.notEqual(report.get(area), "nothing", `${area}: ${control.output}`);
	});
}
