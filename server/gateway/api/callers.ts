import type { IncomingMessage } from "node:http";
import type { Config } from "../../config.ts";
import { addressGroup, type TrustedProxies } from "../address.ts";
import type { Consumer } from "../quotas.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Problem } from "./problem.ts";

/** Whom a request over HTTP counts against: the holder of the key that it bears, else its address, as far as the operator allows that. */
export class Callers {
	readonly #keys: KeyRing;
	readonly #proxies: Pick<TrustedProxies, "clientAddress">;
	readonly #anonymous: Config["anonymousApi"];

	constructor(options: { keys: KeyRing; proxies: Pick<TrustedProxies, "clientAddress">; anonymous: Config["anonymousApi"] }) {
		this.#keys = options.keys;
		this.#proxies = options.proxies;
		this.#anonymous = options.anonymous;
	}

	/** A header that is no key of this server's is refused, never taken for none. */
	identify(request: IncomingMessage): Consumer | Problem {
		const address = addressGroup(this.#proxies.clientAddress(request));
		const { authorization } = request.headers;
		if (authorization === undefined) {
			if (this.#anonymous === "off") return { code: "keyRequired" };
			return { visitor: `api:${address}`, address, caller: { kind: this.#anonymous === "open" ? "open" : "anonymous" } };
		}
		const token = /^Bearer +([A-Za-z0-9_-]{1,200}) *$/i.exec(authorization)?.[1];
		const key = token === undefined ? null : this.#keys.find(token);
		if (key === null) return { code: "keyInvalid" };
		return { visitor: `key:${key.id}`, address, caller: { kind: "key", allowance: key.allowance } };
	}
}

export function isProblem(found: Consumer | Problem): found is Problem {
	return "code" in found;
}
