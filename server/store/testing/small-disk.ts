import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A file system of that many bytes; undefined where this machine lets us make none. */
export function mountSmallDisk(context: TestContext, bytes: number, owner?: { uid: number; gid: number }): string | undefined {
	const options = `size=${bytes},mode=0700${owner === undefined ? "" : `,uid=${owner.uid},gid=${owner.gid}`}`;
	return mountAt(context, [["-t", "tmpfs", "-o", options, "tmpfs"]]);
}

/** The same folder at another place, where nothing can be written. */
export function mountReadOnly(context: TestContext, folder: string): string | undefined {
	return mountAt(context, [
		["--bind", folder],
		["-o", "remount,bind,ro"],
	]);
}

function mountAt(context: TestContext, steps: readonly (readonly string[])[]): string | undefined {
	const path = mkdtempSync(join(tmpdir(), "small-disk-"));
	const isMounted = steps.map((step) => spawnSync("mount", [...step, path]).status === 0);
	context.after(() => {
		// Lazily: a process that is being ended may still have a file open.
		if (isMounted[0] === true) spawnSync("umount", ["-l", path]);
		rmSync(path, { recursive: true });
	});
	return isMounted.every((it) => it) ? path : undefined;
}

export const noSmallDisk = "this machine lets us mount nothing";
