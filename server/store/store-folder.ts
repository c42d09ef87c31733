import { chmodSync, chownSync, closeSync, constants, fchownSync, fstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { prepareStateDir } from "../state-dir.ts";
import type { StorePlace } from "./open-store.ts";

/**
 * Where the SQLite file is: in a folder of its own that belongs to the gateway's user and to nobody else, because SQLite makes further files beside it.
 * The gateway may write there and nowhere else below the state directory; the runner never looks into it.
 */

const fileNames = ["snippets.db", "snippets.db-wal", "snippets.db-shm"];

/** `databaseUrl` undefined: SQLite. */
export function storePlaceOf({
	stateDir,
	databaseUrl,
}: {
	readonly stateDir: string;
	readonly databaseUrl?: string | undefined;
}): StorePlace {
	if (databaseUrl !== undefined) return { kind: "postgres", url: databaseUrl };
	return { kind: "sqlite", path: join(storeFolder(stateDir), "snippets.db") };
}

export function storeFolder(stateDir: string): string {
	return join(stateDir, "store");
}

/** Makes it, or gives it to that user, who has to be able to pass through the state directory; null: to whoever runs this. */
export function prepareStoreFolder(stateDir: string, user: { readonly uid: number; readonly gid: number } | null): void {
	prepareStateDir(stateDir);
	const folder = storeFolder(stateDir);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = user ?? { uid: 0, gid: 0 };
	chownSync(folder, uid, gid);
	chmodSync(folder, 0o700);
	for (const name of fileNames) giveFile(join(folder, name), uid, gid);
}

/**
 * The folder's last owner may have been taken over: what it put there under our names may be a link to a file of root's. Only a plain file that has no
 * other name is given away.
 */
function giveFile(path: string, uid: number, gid: number): void {
	let descriptor: number;
	try {
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if (code === "ENOENT" || code === "ELOOP") return;
		throw error;
	}
	try {
		const found = fstatSync(descriptor);
		if (found.isFile() && found.nlink === 1) fchownSync(descriptor, uid, gid);
	} finally {
		closeSync(descriptor);
	}
}
