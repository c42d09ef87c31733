import { chmodSync, mkdirSync, statSync } from "node:fs";

/**
 * The state directory can be walked through and not listed by others: the gateway's user has its store below it, and a sandbox's ids, which are nobody's on
 * this machine, their root file system. What is to be kept from them bears its own mode.
 */
const walkable = 0o711;
const walkOnly = 0o011;

/** Makes it where it is missing; mends the mode of one that is ours and was made without. */
export function prepareStateDir(stateDir: string): void {
	mkdirSync(stateDir, { recursive: true, mode: walkable });
	const { mode, uid } = statSync(stateDir);
	if (uid === process.getuid?.() && (mode & walkOnly) !== walkOnly) chmodSync(stateDir, (mode & 0o777) | walkOnly);
}
