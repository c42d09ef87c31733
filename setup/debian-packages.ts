import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Debian packages, installed when missing and when this machine lets us. */

export type Progress = (line: string) => void;

export class SetupError extends Error {}

/** True as root on Debian, Ubuntu or what calls itself like them. */
export function canInstallPackages(): boolean {
	if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get") || !existsSync("/etc/os-release")) return false;
	return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
}

export function isInstalled(name: string): Promise<boolean> {
	return new Promise((resolve) => {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is dpkg-query's.
		const child = spawn("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { stdio: ["ignore", "pipe", "ignore"] });
		let output = "";
		child.stdout.on("data", (chunk: Buffer) => {
			output += chunk.toString();
		});
		child.on("error", () => resolve(false));
		child.on("close", () => resolve(output === "installed"));
	});
}

/** `folder`: where it starts, and so where `download` writes. */
export function runApt(args: string[], folder?: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
		const child = spawn("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], {
			stdio: ["ignore", "pipe", "pipe"],
			env: environment,
			cwd: folder,
		});
		let tail = "";
		const keep = (chunk: Buffer): void => {
			tail = (tail + chunk.toString()).slice(-4_000);
		};
		child.stdout.on("data", keep);
		child.stderr.on("data", keep);
		child.on("error", reject);
		child.on("close", (code) => (code === 0 ? resolve() : reject(new SetupError(`apt-get ${args.join(" ")} failed:\n${tail}`))));
	});
}

/**
 * Makes sure that the packages are there. `purpose` completes the sentence "… is needed for …".
 * Throws SetupError, with one sentence on what to install, where we may not install it ourselves.
 */
export async function ensurePackages(names: readonly string[], purpose: string, progress: Progress): Promise<void> {
	const missing: string[] = [];
	for (const name of names) if (!(await isInstalled(name))) missing.push(name);
	if (missing.length === 0) return;
	if (!canInstallPackages()) throw new SetupError(`Please install ${missing.join(", ")}: needed for ${purpose}.`);
	progress(`installing ${missing.join(", ")} for ${purpose} …`);
	await runApt(["update"]);
	await runApt(["install", "-y", "--no-install-recommends", ...missing]);
}
