import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { z } from "zod";
import type { EngineConnection } from "../server/runner/drivers/engine-connection.ts";

/** What the figures were taken on. No names of hosts and no paths: the results are published. */
export interface Machine {
	readonly processor: string;
	readonly cores: number;
	readonly memoryMiB: number;
	readonly system: string;
	readonly kernel: string;
	readonly cgroup: string;
	readonly engine: string;
	readonly storageDriver: string;
	readonly runtime: string;
	readonly node: string;
	readonly chromium: string;
	/** Of one minute, before the first measurement: what else was going on. */
	readonly loadBefore: number;
}

const EngineInfo = z.object({
	CgroupVersion: z.string().default("1"),
	Driver: z.string(),
	DefaultRuntime: z.string(),
	ServerVersion: z.string(),
});
const EngineVersion = z.object({
	Components: z.array(z.object({ Name: z.string(), Version: z.string() })).default([]),
});

/** The first line of `--version`; "none" where the program is not there. */
function versionOf(program: string): string {
	try {
		return (
			execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
				.split("\n")[0]
				?.trim() ?? "none"
		);
	} catch {
		return "none";
	}
}

function systemName(): string {
	return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
}

export async function describeMachine(docker: EngineConnection): Promise<Machine> {
	const info = EngineInfo.parse(await docker.info());
	const { Components } = EngineVersion.parse(await docker.version());
	const runtime = Components.find((component) => component.Name === info.DefaultRuntime);
	return {
		processor: cpus()[0]?.model.trim() ?? "unknown",
		cores: cpus().length,
		memoryMiB: Math.round(totalmem() / 1_048_576),
		system: systemName(),
		kernel: /^\d+(\.\d+)*/.exec(release())?.[0] ?? "unknown",
		cgroup: `v${info.CgroupVersion}`,
		engine: `Docker ${info.ServerVersion}`,
		storageDriver: info.Driver,
		runtime: `${info.DefaultRuntime} ${runtime?.Version ?? ""}`.trim(),
		node: process.versions.node,
		chromium: versionOf("chromium"),
		loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
	};
}
