import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, unwatchFile, watchFile, writeSync } from "node:fs";
import { join } from "node:path";
import { prepareStateDir } from "../state-dir.ts";
import { type ApiKey, ApiKeyFile, keyPrefix } from "./schema.ts";

/**
 * The file of API keys in the state folder: the operator's command writes it, main reads it and tells the gateway, which may run as a user
 * that cannot. It is replaced as a whole, so that whoever reads it sees the old list or the new one.
 */

/** The file cannot be used; the message says why, for the operator. */
export class KeyFileError extends Error {}

const lookEveryMs = 500;

export class KeyFile {
	readonly #stateDir: string;
	readonly path: string;

	constructor(stateDir: string) {
		this.#stateDir = stateDir;
		this.path = join(stateDir, "keys.json");
	}

	/** Empty when there is no file. Throws KeyFileError. */
	read(): readonly ApiKey[] {
		const text = this.#readText();
		if (text === null) return [];
		let json: unknown;
		try {
			json = JSON.parse(text);
		} catch (error) {
			throw new KeyFileError(`${this.path} is not valid JSON.`, { cause: error });
		}
		const parsed = ApiKeyFile.safeParse(json);
		if (parsed.success) return parsed.data.keys;
		const [issue] = parsed.error.issues;
		throw new KeyFileError(`${this.path} cannot be used: ${issue?.path.join(".")}: ${issue?.message}`);
	}

	/** Makes a key and gives it out, the only time that it is there to be read. */
	create(name: string, allowance: ApiKey["allowance"], now: Date): { readonly token: string; readonly key: ApiKey } {
		const token = `${keyPrefix}${randomBytes(32).toString("base64url")}`;
		const key: ApiKey = {
			id: randomBytes(4).toString("hex"),
			name,
			sha256: createHash("sha256").update(token).digest("hex"),
			createdAt: now.toISOString(),
			allowance,
		};
		this.#change((keys) => [...keys, key]);
		return { token, key };
	}

	/** False: there is no key of that id. */
	revoke(id: string): boolean {
		let isFound = false;
		this.#change((keys) => {
			const kept = keys.filter((key) => key.id !== id);
			isFound = kept.length < keys.length;
			return kept;
		});
		return isFound;
	}

	/** Calls whenever the file was changed, made or removed, until the returned function is called. It looks twice a second. */
	watch(changed: () => void): () => void {
		const listener = (): void => changed();
		watchFile(this.path, { interval: lookEveryMs, persistent: false }, listener);
		return () => unwatchFile(this.path, listener);
	}

	/** The new file's exclusive creation keeps two commands apart. */
	#change(next: (keys: readonly ApiKey[]) => readonly ApiKey[]): void {
		prepareStateDir(this.#stateDir);
		const newPath = `${this.path}.new`;
		const descriptor = openExclusively(newPath);
		try {
			const file = ApiKeyFile.parse({ version: 1, keys: next(this.read()) });
			writeSync(descriptor, `${JSON.stringify(file, null, "\t")}\n`);
			fsyncSync(descriptor);
			renameSync(newPath, this.path);
		} catch (error) {
			rmSync(newPath, { force: true });
			throw error;
		} finally {
			closeSync(descriptor);
		}
	}

	#readText(): string | null {
		try {
			return readFileSync(this.path, "utf8");
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
			throw new KeyFileError(`${this.path} cannot be read.`, { cause: error });
		}
	}
}

function openExclusively(path: string): number {
	try {
		return openSync(path, "wx", 0o600);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
		throw new KeyFileError(`${path} is there: another command is changing the keys, or one was broken off. In that case remove it.`);
	}
}
