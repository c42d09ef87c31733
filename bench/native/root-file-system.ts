import { spawn } from "node:child_process";
import { accessSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { EngineConnection } from "../../server/runner/drivers/engine-connection.ts";

/**
 * An image's root file system for a native run. Where the engine keeps overlay layers that we can read, those very layers are used: the
 * same files and the same pages of the kernel's cache as in the sandbox, so that neither side runs from warmer memory. Else a copy is exported.
 */
export interface RootFileSystem {
	/** Where it is, or is to be mounted. */
	readonly dir: string;
	/** The layers for an overlay on `dir`, top first; empty when `dir` holds a copy. */
	readonly lowerDirs: readonly string[];
	readonly kind: "layers" | "copy";
	dispose(): void;
}

const OverlayLayers = z.object({
	GraphDriver: z.object({
		Name: z.literal("overlay2"),
		Data: z.object({ UpperDir: z.string().startsWith("/"), LowerDir: z.string().startsWith("/").optional() }),
	}),
});

function layersOf(inspected: unknown): string[] | null {
	const parsed = OverlayLayers.safeParse(inspected);
	if (!parsed.success) return null;
	const { UpperDir, LowerDir } = parsed.data.GraphDriver.Data;
	const layers = [UpperDir, ...(LowerDir?.split(":") ?? [])];
	try {
		for (const layer of layers) accessSync(layer);
		return layers;
	} catch {
		// Another machine's engine, or no root here: a copy is made instead.
		return null;
	}
}

async function exportInto(docker: EngineConnection, image: string, dir: string): Promise<void> {
	const container = await docker.createContainer({ Image: image, Cmd: ["/none"], NetworkDisabled: true });
	try {
		const tar = spawn("tar", ["--extract", `--directory=${dir}`], { stdio: ["pipe", "ignore", "inherit"] });
		const ended = new Promise<number | null>((resolve, reject) => {
			tar.on("error", reject);
			tar.on("close", resolve);
		});
		await pipeline(await container.export(), tar.stdin);
		const status = await ended;
		if (status !== 0) throw new Error(`The image ${image} could not be unpacked (tar ended with ${status}).`);
	} finally {
		await container.remove({ force: true });
	}
}

export async function openRootFileSystem(docker: EngineConnection, image: string): Promise<RootFileSystem> {
	const place = mkdtempSync(join(tmpdir(), "sandglass-bench-"));
	const dispose = (): void => rmSync(place, { recursive: true, force: true });
	try {
		const dir = join(place, "root");
		mkdirSync(dir);
		const layers = layersOf(await docker.getImage(image).inspect());
		if (layers === null) {
			await exportInto(docker, image, dir);
			return { dir, lowerDirs: [], kind: "copy", dispose };
		}
		// A read-only overlay takes two layers or more; an image may have one.
		const empty = join(place, "empty");
		mkdirSync(empty);
		return { dir, lowerDirs: [...layers, empty], kind: "layers", dispose };
	} catch (error) {
		dispose();
		throw error;
	}
}
