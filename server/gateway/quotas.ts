import type { ErrorCode } from "../../protocol/errors.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * What one visitor, one address, one embedding site, one anonymous caller and one API key may use. A visitor's id costs nothing to throw
 * away, so each run counts against its address too; a key is the operator's word, and the only one that counts for who holds it.
 * Memory is bounded: an account is dropped once it says nothing any more (nothing held, all buckets full), and the tables have a cap.
 * At the cap nobody known is touched; a new visitor shares one visitor's allowance with the other strangers of its address,
 * and whoever else is new is refused.
 */

export interface Allowance {
	readonly sandboxes: number;
	readonly runsPerMinute: number;
	readonly secondsPerHour: number;
}

export interface Consumer {
	/** A reader, or who calls the HTTP interface: takes turns with the others in the queue. */
	readonly visitor: string;
	/** As addressGroup gives it. */
	readonly address: string;
	/** The origin of the page that shows us in a frame. */
	readonly site?: string;
	/** How the HTTP interface is used; absent: a page is. `open`: anonymously, as far as the address's share goes. */
	readonly caller?: { readonly kind: "anonymous" } | { readonly kind: "open" } | { readonly kind: "key"; readonly allowance: Allowance };
}

export type PartyKind = "visitor" | "address" | "site" | "caller" | "key";

interface Party {
	readonly kind: PartyKind;
	readonly id: string;
	readonly allowance: Allowance;
}

export interface Refusal {
	readonly code: ErrorCode;
	readonly retryAfterMs?: number;
}

export interface SandboxRefusal extends Refusal {
	/** Who is at the limit. */
	readonly party: PartyKind;
}

/** The right to hold one sandbox. `release` gives it back; only the first call counts. */
export interface Permit {
	release(): void;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const sweepEveryMs = 10_000;

/** What a party at its limit is told. */
const refusalCodes: Readonly<Record<PartyKind, { readonly runs: ErrorCode; readonly seconds: ErrorCode; readonly sandboxes: ErrorCode }>> =
	{
		visitor: { runs: "tooManyRuns", seconds: "timeQuotaReached", sandboxes: "tooManySessions" },
		address: { runs: "addressQuotaReached", seconds: "addressQuotaReached", sandboxes: "addressQuotaReached" },
		site: { runs: "siteQuotaReached", seconds: "siteQuotaReached", sandboxes: "siteQuotaReached" },
		caller: { runs: "tooManyRuns", seconds: "timeQuotaReached", sandboxes: "tooManySessions" },
		key: { runs: "keySpent", seconds: "keySpent", sandboxes: "tooManySessions" },
	};

class Account {
	sandboxes = 0;
	/** For visitors of this address that found the table of visitors full. */
	strangers: Account | null = null;
	#allowance: Allowance;
	#runs: TokenBucket;
	#seconds: TokenBucket;

	constructor(allowance: Allowance, nowMs: number) {
		this.#allowance = allowance;
		this.#runs = new TokenBucket(allowance.runsPerMinute, minuteMs, nowMs);
		this.#seconds = new TokenBucket(allowance.secondsPerHour, hourMs, nowMs);
	}

	get runs(): TokenBucket {
		return this.#runs;
	}

	get seconds(): TokenBucket {
		return this.#seconds;
	}

	get isAtLimit(): boolean {
		return this.sandboxes >= this.#allowance.sandboxes;
	}

	/** A key whose allowance the operator changed begins anew with it; the sandboxes that it holds still count. */
	grant(allowance: Allowance, nowMs: number): void {
		const { runsPerMinute, secondsPerHour } = this.#allowance;
		if (runsPerMinute !== allowance.runsPerMinute) this.#runs = new TokenBucket(allowance.runsPerMinute, minuteMs, nowMs);
		if (secondsPerHour !== allowance.secondsPerHour) this.#seconds = new TokenBucket(allowance.secondsPerHour, hourMs, nowMs);
		this.#allowance = allowance;
	}

	isBlank(nowMs: number): boolean {
		const areStrangersBlank = this.strangers === null || this.strangers.isBlank(nowMs);
		return this.sandboxes === 0 && areStrangersBlank && this.#runs.isFull(nowMs) && this.#seconds.isFull(nowMs);
	}
}

class AccountTable {
	readonly #accounts = new Map<string, Account>();
	readonly #maxAccounts: number;
	#sweptMs = Number.NEGATIVE_INFINITY;

	constructor(maxAccounts: number) {
		this.#maxAccounts = maxAccounts;
	}

	get size(): number {
		return this.#accounts.size;
	}

	/** null: it is a new one and there is no room. */
	get(id: string, allowance: Allowance, nowMs: number): Account | null {
		const known = this.#accounts.get(id);
		if (known !== undefined) {
			known.grant(allowance, nowMs);
			return known;
		}
		this.#sweep(nowMs);
		if (this.#accounts.size >= this.#maxAccounts) return null;
		const account = new Account(allowance, nowMs);
		this.#accounts.set(id, account);
		return account;
	}

	#sweep(nowMs: number): void {
		if (nowMs - this.#sweptMs < sweepEveryMs) return;
		this.#sweptMs = nowMs;
		for (const [id, account] of this.#accounts) if (account.isBlank(nowMs)) this.#accounts.delete(id);
	}
}

export interface Allowances {
	readonly visitor: Allowance;
	readonly address: Allowance;
	/** Of a reader in a frame on an embedding site. Absent: as a visitor. */
	readonly frame?: Allowance;
	/** Absent: as an address. */
	readonly site?: Allowance;
	/** Of anonymous callers of the HTTP interface, by address. Absent: as a visitor. */
	readonly caller?: Allowance;
}

interface Held {
	readonly kind: PartyKind;
	readonly account: Account;
}

export class Quotas {
	readonly #tables: Readonly<Record<PartyKind, AccountTable>>;
	readonly #allowances: Required<Allowances>;
	readonly #now: () => number;

	/** `now`: milliseconds of a clock that never goes back. `maxAccounts`: of each kind of party. */
	constructor(options: Allowances & { maxAccounts?: number; now: () => number }) {
		const table = (): AccountTable => new AccountTable(options.maxAccounts ?? 100_000);
		this.#tables = { visitor: table(), address: table(), site: table(), caller: table(), key: table() };
		const { visitor, address, frame = visitor, site = address, caller = visitor } = options;
		this.#allowances = { visitor, address, frame, site, caller };
		this.#now = options.now;
	}

	/** How many accounts are kept, of all kinds together. */
	get size(): number {
		return Object.values(this.#tables).reduce((sum, { size }) => sum + size, 0);
	}

	/** Counts one run; null: it may start. A refused run costs nothing. */
	takeRun(consumer: Consumer): Refusal | null {
		const nowMs = this.#now();
		const held = this.#accountsOf(consumer, nowMs);
		if (!Array.isArray(held)) return held;
		for (const { kind, account } of held) {
			const runsWaitMs = account.runs.waitFor(1, nowMs);
			const retryAfterMs = Math.max(runsWaitMs, account.seconds.waitFor(1, nowMs));
			if (retryAfterMs > 0) return { code: refusalCodes[kind][runsWaitMs > 0 ? "runs" : "seconds"], retryAfterMs };
		}
		for (const { account } of held) account.runs.take(1, nowMs);
		return null;
	}

	/** Counts time that a program ran. It is known only afterwards, so a balance may go below zero by one run. */
	takeSeconds(consumer: Consumer, seconds: number): void {
		const nowMs = this.#now();
		const held = this.#accountsOf(consumer, nowMs);
		if (Array.isArray(held)) for (const { account } of held) account.seconds.take(seconds, nowMs);
	}

	/** Takes the right to one more sandbox, for every party of the consumer. */
	takeSandbox(consumer: Consumer): Permit | SandboxRefusal {
		const held = this.#accountsOf(consumer, this.#now());
		if (!Array.isArray(held)) return held;
		const full = held.find(({ account }) => account.isAtLimit);
		if (full !== undefined) return { code: refusalCodes[full.kind].sandboxes, party: full.kind };
		for (const { account } of held) account.sandboxes++;
		let isHeld = true;
		return {
			release() {
				if (!isHeld) return;
				isHeld = false;
				for (const { account } of held) account.sandboxes--;
			},
		};
	}

	#accountsOf(consumer: Consumer, nowMs: number): Held[] | SandboxRefusal {
		const held: Held[] = [];
		for (const { kind, id, allowance } of this.#partiesOf(consumer)) {
			const account = this.#tables[kind].get(id, allowance, nowMs) ?? this.#strangersOf(consumer, kind, nowMs);
			if (account === null)
				return { code: kind === "site" ? "siteQuotaReached" : "addressQuotaReached", retryAfterMs: minuteMs, party: kind };
			held.push({ kind, account });
		}
		return held;
	}

	/** In the order in which they refuse: the narrower first. */
	#partiesOf({ visitor, address, site, caller }: Consumer): Party[] {
		const { visitor: visitorAllowance, address: addressAllowance, site: siteAllowance, caller: callerAllowance } = this.#allowances;
		if (caller?.kind === "key") return [{ kind: "key", id: visitor, allowance: caller.allowance }];
		const ofAddress: Party = { kind: "address", id: address, allowance: addressAllowance };
		if (caller?.kind === "open") return [ofAddress];
		if (caller?.kind === "anonymous") return [{ kind: "caller", id: address, allowance: callerAllowance }, ofAddress];
		if (site === undefined) return [{ kind: "visitor", id: visitor, allowance: visitorAllowance }, ofAddress];
		return [
			{ kind: "visitor", id: visitor, allowance: this.#allowances.frame },
			ofAddress,
			{ kind: "site", id: site, allowance: siteAllowance },
		];
	}

	#strangersOf({ address }: Consumer, kind: PartyKind, nowMs: number): Account | null {
		if (kind !== "visitor") return null;
		const ofAddress = this.#tables.address.get(address, this.#allowances.address, nowMs);
		if (ofAddress === null) return null;
		ofAddress.strangers ??= new Account(this.#allowances.visitor, nowMs);
		return ofAddress.strangers;
	}
}
