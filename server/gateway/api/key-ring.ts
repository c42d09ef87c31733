import { createHash, timingSafeEqual } from "node:crypto";
import { type ApiKey, keyPrefix } from "../../api-keys/schema.ts";

/** The keys that count now. The gateway is told of them by its supervisor; it cannot read their file. */
export class KeyRing {
	#keys: readonly { readonly key: ApiKey; readonly hash: Buffer }[] = [];

	constructor(keys: readonly ApiKey[] = []) {
		this.replace(keys);
	}

	replace(keys: readonly ApiKey[]): void {
		this.#keys = keys.map((key) => ({ key, hash: Buffer.from(key.sha256, "hex") }));
	}

	/** Takes the same time wherever, and how nearly, a key fits. */
	find(token: string): ApiKey | null {
		if (!token.startsWith(keyPrefix)) return null;
		const hash = createHash("sha256").update(token).digest();
		let found: ApiKey | null = null;
		for (const candidate of this.#keys) if (timingSafeEqual(candidate.hash, hash)) found = candidate.key;
		return found;
	}
}
