import { chmodSync, lstatSync, mkdirSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Where bundles, pipes and the runtime's own files lie: in memory. Some ten small files are made and removed for each sandbox; on a disk that is a tenth of what
 * it costs (ext4 looks for a number that no file has had lately). /run is in memory on most machines; where it is not, /dev/shm is.
 */

const sharedMemory = "/dev/shm";
const ours = join(sharedMemory, "sandglass");
const tmpfsMagic = 0x01021994;

/** Of the folder that is there, on the way to one that may not be yet. */
function isInMemory(path: string): boolean {
	try {
		return statfsSync(path).type === tmpfsMagic;
	} catch {
		return path !== "/" && isInMemory(dirname(path));
	}
}

/** Anybody may make something in /dev/shm: only a folder of root's own is ours. */
function isOursThere(): boolean {
	try {
		mkdirSync(ours, { mode: 0o711 });
	} catch {
		// It is there already, or cannot be made; the next look tells.
	}
	const found = lstatSync(ours, { throwIfNoEntry: false });
	if (found?.isDirectory() !== true || found.uid !== 0 || (found.mode & 0o022) !== 0) return false;
	// Walked through by sandboxes' own ids, on the way to their root.
	chmodSync(ours, 0o711);
	return true;
}

/** @param runDir the server's own */
export function runtimeFolder(runDir: string, instance: string): string {
	const isElsewhere = !isInMemory(runDir) && isInMemory(sharedMemory) && isOursThere();
	return join(isElsewhere ? ours : runDir, "oci", instance);
}
