import { execFile, spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { z } from "zod";

/**
 * The `debian:<suite>-slim` images that every Dockerfile starts from. Hosts without a way to a registry get the same
 * name, bootstrapped from Debian's own packages, so that the Dockerfiles stay ordinary. The host's apt sources are
 * never touched: a newer suite there would replace the host's own python3.
 */

export type Progress = (line: string) => void;

const run = promisify(execFile);

/** A registry that says nothing for this long counts as out of reach. */
const PULL_SILENCE_LIMIT_MS = 8_000;

/** An engine that was restarted under a call may never answer it. */
const inspectTimeoutMs = 30_000;

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** One line of what the engine streams while it pulls, imports or builds. */
const EngineEvent = z.object({ error: z.string().optional() });

export const baseImageName = (suite: string): string => `debian:${suite}-slim`;

/** The id of the suite's base image: present, pulled or bootstrapped, in that order of preference. */
export async function ensureBaseImage(docker: Docker, suite: string, progress: Progress): Promise<string> {
	const name = baseImageName(suite);
	const present = await imageId(docker, name);
	if (present) return present;
	progress(`base image ${name}: asking the registry`);
	const refusal = await pull(docker, name);
	if (refusal) {
		progress(`base image ${name}: no registry (${refusal}), bootstrapping from Debian's packages`);
		await ensureMmdebstrap(progress);
		await bootstrap(docker, suite, progress);
	}
	const made = await imageId(docker, name);
	if (!made) throw new Error(`The base image ${name} is missing although the engine reported no error.`);
	return made;
}

/** Undefined when the engine has no such image. */
export async function imageId(docker: Docker, reference: string): Promise<string | undefined> {
	try {
		return (await Promise.race([docker.getImage(reference).inspect(), silence(inspectTimeoutMs)])).Id;
	} catch (error) {
		if (z.object({ statusCode: z.literal(404) }).safeParse(error).success) return undefined;
		throw error;
	}
}

async function silence(limitMs: number): Promise<never> {
	await wait(limitMs, undefined, { ref: false });
	throw new Error(`the engine said nothing for ${limitMs / 1000} s`);
}

/** Undefined when the pull succeeded, else why not. */
async function pull(docker: Docker, name: string): Promise<string | undefined> {
	const controller = new AbortController();
	const giveUp = () => controller.abort(new Error(`silent for ${PULL_SILENCE_LIMIT_MS / 1000} s`));
	let silence = setTimeout(giveUp, PULL_SILENCE_LIMIT_MS);
	const heard = () => {
		clearTimeout(silence);
		silence = setTimeout(giveUp, PULL_SILENCE_LIMIT_MS);
	};
	try {
		const stream = await docker.pull(name, { abortSignal: controller.signal });
		await follow(docker, stream, heard);
		return undefined;
	} catch (error) {
		return firstLine(controller.signal.aborted ? controller.signal.reason : error);
	} finally {
		clearTimeout(silence);
	}
}

async function bootstrap(docker: Docker, suite: string, progress: Progress): Promise<void> {
	const child = spawn("mmdebstrap", mmdebstrapArguments(suite), { stdio: ["ignore", "pipe", "pipe"] });
	const closed = new Promise<number | null>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", resolve);
	});
	const imported = docker
		.importImage(child.stdout, {
			repo: "debian",
			tag: `${suite}-slim`,
			message: "bootstrapped by sandglass from Debian's packages",
			changes: ["LABEL dev.sandglass.bootstrapped=mmdebstrap", 'CMD ["bash"]'],
		})
		.then((stream) => follow(docker, stream, () => {}));
	// A failed bootstrap makes the import fail too, but only mmdebstrap's own words tell why.
	const [code, complaints, import_] = await Promise.allSettled([closed, text(child.stderr), imported]);
	if (code.status === "rejected") throw new Error("mmdebstrap could not be started", { cause: code.reason });
	if (code.value !== 0) {
		if (import_.status === "fulfilled") await docker.getImage(baseImageName(suite)).remove();
		const words = complaints.status === "fulfilled" ? complaints.value : "";
		throw new Error(`mmdebstrap ${suite} ended with ${code.value}:\n${words.split("\n").slice(-20).join("\n")}`);
	}
	if (import_.status === "rejected") throw import_.reason;
	progress(`base image ${baseImageName(suite)}: bootstrapped`);
}

function mmdebstrapArguments(suite: string): string[] {
	const archive = "http://deb.debian.org";
	const sources = [
		`deb ${archive}/debian ${suite} main`,
		`deb ${archive}/debian ${suite}-updates main`,
		`deb ${archive}/debian-security ${suite}-security main`,
	];
	const options = [
		"--variant=minbase",
		"--quiet",
		`--keyring=${KEYRING}`,
		'--aptopt=APT::Install-Recommends "false"',
		'--aptopt=APT::Install-Suggests "false"',
		'--aptopt=Acquire::Languages "none"',
		'--aptopt=Acquire::GzipIndexes "true"',
	];
	for (const folder of ["doc", "man", "info", "locale", "lintian"]) options.push(`--dpkgopt=path-exclude=/usr/share/${folder}/*`);
	return [...options, suite, "-", ...sources];
}

async function ensureMmdebstrap(progress: Progress): Promise<void> {
	const isThere = await run("mmdebstrap", ["--version"]).then(
		() => true,
		() => false,
	);
	const hasKeyring = await access(KEYRING).then(
		() => true,
		() => false,
	);
	if (isThere && hasKeyring) return;
	if (process.getuid?.() !== 0) throw new Error("No registry is in reach and mmdebstrap is missing: install mmdebstrap, or run as root.");
	progress("installing mmdebstrap");
	const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	const install = () =>
		run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "mmdebstrap", "debian-archive-keyring"], { env: environment });
	try {
		await install();
	} catch {
		// A fresh machine has no package lists yet; the second failure is the one worth telling.
		await run("apt-get", ["update", "-q"], { env: environment });
		await install();
	}
}

/** Waits for the end of an engine stream; an error event in it rejects. */
async function follow(docker: Docker, stream: NodeJS.ReadableStream, heard: () => void): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		docker.modem.followProgress(
			stream,
			(error) => (error ? reject(error) : resolve()),
			(event: unknown) => {
				heard();
				const parsed = EngineEvent.safeParse(event);
				if (parsed.success && parsed.data.error) reject(new Error(parsed.data.error));
			},
		);
	});
}

function firstLine(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 160) ?? "";
}
