import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import type { Config } from "../../../config.ts";
import { findProgram } from "../../../program-path.ts";
import type { Shapes } from "../shapes.ts";
import { trialSpec, tryTier } from "../trial.ts";
import { ensureTrialImage, trialImage } from "../trial-image.ts";
import { groupDriverOf, groupParentOf } from "./group-parent.ts";
import type { RuntimeProgram } from "./host-runtime.ts";
import { OciDriver } from "./oci-driver.ts";
import { runtimeFolder } from "./runtime-folder.ts";
import { UnpackedImages } from "./unpacked-images.ts";

/**
 * Whether this machine can run sandboxes by its OCI runtime alone, found by doing it: a sandbox made exactly as the tiers' are has to start in time and find
 * our system-call filter in force. Whether the tiers then hold is for their posture.
 */

export interface OciSearch {
	readonly docker: Docker;
	readonly config: Pick<Config, "instance" | "stateDir" | "runDir" | "ociRuntime">;
	readonly shapes: Shapes;
	/** Told of images that were found changed on disk. */
	onNotice(notice: string): void;
}

export interface OciFinding {
	readonly driver: OciDriver | null;
	/** For the operator's log: what was chosen, or each thing that was tried and why it cannot be. */
	readonly notes: readonly string[];
}

const trialLimitMs = 10_000;
/** A private engine that died is started again meanwhile; a runner that gave up at once would go its way for the rest of its life. */
const engineLimitMs = 15_000;
const engineRetryMs = 250;

async function untilEngineAnswers(docker: Docker): Promise<void> {
	const giveUpAtMs = performance.now() + engineLimitMs;
	for (;;) {
		try {
			await docker.ping();
			return;
		} catch (error) {
			if (performance.now() > giveUpAtMs) throw error;
			await wait(engineRetryMs);
		}
	}
}

function candidates(wish: string): RuntimeProgram[] {
	const names = wish === "auto" ? ["crun", "runc"] : [wish];
	return names.flatMap((name) => {
		const path = name.startsWith("/") ? name : findProgram(name);
		if (path === null) return [];
		return [{ name: path.endsWith("/crun") ? ("crun" as const) : ("runc" as const), path }];
	});
}

/** Never rejects: what cannot be is a finding. */
export async function findOci(search: OciSearch): Promise<OciFinding> {
	const { docker, config, shapes } = search;
	if (process.platform !== "linux") return { driver: null, notes: ["OCI runtimes are called straight on Linux only"] };
	if (process.getuid?.() !== 0) return { driver: null, notes: ["an OCI runtime is called straight by root only"] };
	const found = candidates(config.ociRuntime);
	if (found.length === 0) return { driver: null, notes: [`no OCI runtime (${config.ociRuntime}) is on this machine`] };
	let groupDriver: string;
	try {
		await untilEngineAnswers(docker);
		groupDriver = await groupDriverOf(docker);
	} catch {
		return { driver: null, notes: ["the engine, which holds the images, does not answer"] };
	}
	const notes: string[] = [];
	const images = new UnpackedImages(docker, join(config.stateDir, "roots"), config.instance, search.onNotice);
	for (const runtime of found) {
		const make = (instance: string): OciDriver => {
			const groupParent = groupParentOf(instance, groupDriver);
			return new OciDriver({ runtime, images, instance, shapes, runDir: runtimeFolder(config.runDir, instance), groupParent });
		};
		try {
			if (!(await ensureTrialImage(docker, { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch)))
				throw new Error("there is no trial for this machine's processor");
			await images.removeLeft();
			await images.removeUnused();
			const trial = make(`${config.instance}-trial`);
			const verdict = await tryTier(trial, trialSpec("container", trialImage), trialLimitMs);
			await trial.reap();
			await trial.close();
			if ("note" in verdict) throw new Error(verdict.note);
			const driver = make(config.instance);
			const ids = driver.hasOwnIds ? "user ids of their own" : "the machine's user ids, for its kernel gives no user namespaces";
			return { driver, notes: [...notes, `sandboxes are made by ${runtime.path}, with ${ids}`] };
		} catch (error) {
			notes.push(`${runtime.path}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500));
		}
	}
	return { driver: null, notes };
}
