import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * Which address a request counts against. A header can be written by anyone, so X-Forwarded-For is believed only when the peer
 * itself is a configured proxy, and then read from the right: each proxy appends the address that it saw.
 */

export class InvalidProxyError extends Error {}

/** Hops of X-Forwarded-For that are looked at; a longer list is not a chain of proxies but an attempt. */
const maxHops = 16;

export class TrustedProxies {
	readonly #list = new BlockList();
	readonly isEmpty: boolean;

	/** Takes addresses and CIDR ranges, IPv4 and IPv6. Throws InvalidProxyError that names the setting and the one it cannot read. */
	constructor(ranges: readonly string[], setting = "SANDGLASS_TRUSTED_PROXIES") {
		this.isEmpty = ranges.length === 0;
		for (const range of ranges) {
			const [address = "", prefix, ...rest] = range.split("/");
			const family = isIP(address);
			const widest = family === 6 ? 128 : 32;
			const bits = prefix === undefined ? widest : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
			if (family === 0 || rest.length > 0 || !(bits >= 0 && bits <= widest))
				throw new InvalidProxyError(
					`${setting}: ${JSON.stringify(range)} is neither an address nor a range such as 10.0.0.0/8 or fd00::/8`,
				);
			this.#list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
		}
	}

	includes(address: string): boolean {
		return isIP(address) !== 0 && this.#list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
	}

	/** The client's address: the peer's, or the rightmost one that no configured proxy owns. */
	clientAddress(request: IncomingMessage): string {
		let address = plainAddress(request.socket.remoteAddress ?? "");
		if (!this.includes(address)) return address;
		const hops = joined(request.headers["x-forwarded-for"]).split(",").slice(-maxHops).reverse();
		for (const hop of hops) {
			const candidate = plainAddress(hop.trim());
			if (isIP(candidate) === 0) return address;
			address = candidate;
			if (!this.includes(address)) return address;
		}
		return address;
	}

	/** Scheme and host as the client's browser sees them; the X-Forwarded ones only from a configured proxy. */
	clientView(request: IncomingMessage): { readonly scheme: "http" | "https"; readonly host: string } {
		const isEncrypted = "encrypted" in request.socket && request.socket.encrypted === true;
		const direct = { scheme: isEncrypted ? "https" : "http", host: (request.headers.host ?? "").toLowerCase() } as const;
		if (!this.includes(plainAddress(request.socket.remoteAddress ?? ""))) return direct;
		const scheme = lastOf(request.headers["x-forwarded-proto"]);
		return {
			scheme: scheme === "https" || scheme === "http" ? scheme : direct.scheme,
			host: lastOf(request.headers["x-forwarded-host"]) || direct.host,
		};
	}
}

function joined(header: string | string[] | undefined): string {
	return Array.isArray(header) ? header.join(",") : (header ?? "");
}

function lastOf(header: string | string[] | undefined): string {
	return (joined(header).split(",").at(-1) ?? "").trim().toLowerCase();
}

/** Without zone, and IPv4 as IPv4 even where the socket is dual-stack (`::ffff:192.0.2.1`) or a proxy added a port. */
function plainAddress(address: string): string {
	const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?$/.exec(address);
	const withPort = /^([0-9.]+):[0-9]+$/.exec(address);
	const bare = (bracketed?.[1] ?? withPort?.[1] ?? address).split("%")[0] ?? "";
	return /^::ffff:([0-9.]+)$/i.exec(bare)?.[1] ?? bare.toLowerCase();
}

/** What a quota counts: an IPv4 address, or the /64 that one IPv6 customer has at the least. Anything else is one group of its own. */
export function addressGroup(address: string): string {
	if (isIP(address) === 4) return address;
	if (!isIPv6(address)) return "unknown";
	const [head = "", tail] = address.split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const rightCount = right.reduce((count, part) => count + (part.includes(".") ? 2 : 1), 0);
	const zeros = tail === undefined ? 0 : 8 - left.length - rightCount;
	const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill("0"), ...right].slice(0, 4);
	return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
