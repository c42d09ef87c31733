import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findProgram } from "../server/program-path.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { canInstallPackages, ensurePackages, type Progress, runApt, SetupError } from "./debian-packages.ts";

/**
 * The OCI runtimes that a private engine is told of beside its own runc: gVisor's `runsc`, and `crun`. What cannot be installed is left
 * out; the tier that needs it is then missing, and says so.
 */

/**
 * No network stack of its own beyond loopback: the sandbox's namespace has no device to take over. systrap needs nothing of the host; the
 * kvm platform can hang for ever. runsc leaves out the system-call filter of the container unless it is told not to.
 */
const runscArguments = ["--network=none", "--platform=systrap", "--oci-seccomp=true"];

const backportsSuite = "bookworm-backports";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

export type EngineRuntimes = Readonly<Record<string, { readonly path: string; readonly runtimeArgs?: readonly string[] }>>;

export function isBookworm(osRelease: string): boolean {
	return /^VERSION_CODENAME="?bookworm"?$/m.test(osRelease);
}

/**
 * apt's options for one suite and nothing else, with lists, cache and pins of its own below `folder`: the host's sources neither count nor
 * change. Signatures are checked against Debian's keyring as always.
 */
export function privateAptOptions(folder: string): string[] {
	const options = {
		"Dir::Etc::sourcelist": join(folder, "sources.list"),
		"Dir::Etc::sourceparts": "-",
		"Dir::Etc::preferences": "-",
		"Dir::Etc::preferencesparts": "-",
		"Dir::State::lists": join(folder, "lists"),
		"Dir::Cache": join(folder, "cache"),
		"Acquire::Languages": "none",
	};
	return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Fetches the package from the backports of bookworm and installs that one file. */
async function installFromBackports(folder: string): Promise<void> {
	rmSync(folder, { recursive: true, force: true });
	for (const name of ["lists/partial", "cache/archives/partial", "packages"]) mkdirSync(join(folder, name), { recursive: true });
	writeFileSync(join(folder, "sources.list"), `deb [signed-by=${keyring}] http://deb.debian.org/debian ${backportsSuite} main\n`);
	try {
		const options = privateAptOptions(folder);
		const packages = join(folder, "packages");
		await runApt([...options, "update"]);
		await runApt([...options, "download", "runsc"], packages);
		const [file] = readdirSync(packages).filter((name) => name.endsWith(".deb"));
		if (file === undefined) throw new SetupError(`${backportsSuite} has no runsc.`);
		await runApt(["install", "-y", "--no-install-recommends", join(packages, file)]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Throws SetupError where it cannot be had. */
async function installRunsc(stateDir: string, progress: Progress): Promise<void> {
	if (!canInstallPackages()) throw new SetupError("Please install runsc (gVisor).");
	if (!isBookworm(readFileSync("/etc/os-release", "utf8"))) return ensurePackages(["runsc"], "the gVisor tier", progress);
	if (!existsSync(keyring)) await ensurePackages(["debian-archive-keyring"], "the gVisor tier", progress);
	progress("installing runsc for the gVisor tier …");
	return installFromBackports(join(stateDir, "apt"));
}

async function tryInstall(name: string, install: () => Promise<void>, progress: Progress): Promise<void> {
	if (findProgram(name) !== null) return;
	try {
		await install();
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		progress(`${name} could not be installed; going on without it: ${error.message.trim().split("\n").at(-1)}`);
	}
}

/** What this machine has of them, after what is missing was installed where that is allowed. A program on the PATH is taken as it is. */
export async function ensureRuntimes(
	options: { readonly stateDir: string; readonly wantsGvisor: boolean },
	progress: Progress,
): Promise<EngineRuntimes> {
	if (options.wantsGvisor) await tryInstall("runsc", () => installRunsc(options.stateDir, progress), progress);
	await tryInstall("crun", () => ensurePackages(["crun"], "the container tier", progress), progress);
	const runsc = findProgram("runsc");
	const crun = findProgram("crun");
	return {
		...(runsc === null ? {} : { runsc: { path: runsc, runtimeArgs: runscArguments } }),
		...(crun === null ? {} : { crun: { path: crun } }),
	};
}

/** dockerd's `--config-file`; it may hold nothing that is also said on the command line. */
export function writeEngineConfig(path: string, runtimes: EngineRuntimes): void {
	writeFileSync(path, `${JSON.stringify({ runtimes }, null, "\t")}\n`, { mode: 0o600 });
}

const EngineInfo = z.object({ Runtimes: z.record(z.string(), z.unknown()) });

/** The names of runtimes that a running engine does not list. */
export async function unlistedRuntimes(dockerHost: string, runtimes: EngineRuntimes): Promise<string[]> {
	const info = EngineInfo.parse(await connectEngine(dockerHost).info());
	return Object.keys(runtimes).filter((name) => !(name in info.Runtimes));
}
