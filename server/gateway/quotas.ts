import type { ErrorCode } from "../../protocol/errors.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * What one visitor and one address may use. A visitor's id costs nothing to throw away, so each run counts against its address too.
 * Memory is bounded: an account is dropped once it says nothing any more (nothing held, all buckets full), and the tables have a cap.
 * At the cap nobody known is touched; a new visitor shares one visitor's allowance with the other strangers of its address,
 * and a new address is refused.
 */

export interface Allowance {
	readonly sandboxes: number;
	readonly runsPerMinute: number;
	readonly secondsPerHour: number;
}

export interface Consumer {
	readonly visitor: string;
	/** As addressGroup gives it. */
	readonly address: string;
}

export interface Refusal {
	readonly code: ErrorCode;
	readonly retryAfterMs?: number;
}

/** The right to hold one sandbox. `release` gives it back; only the first call counts. */
export interface Permit {
	release(): void;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const sweepEveryMs = 10_000;

class Account {
	sandboxes = 0;
	/** For visitors of this address that found the table of visitors full. */
	strangers: Account | null = null;
	readonly runs: TokenBucket;
	readonly seconds: TokenBucket;

	constructor({ runsPerMinute, secondsPerHour }: Allowance, nowMs: number) {
		this.runs = new TokenBucket(runsPerMinute, minuteMs, nowMs);
		this.seconds = new TokenBucket(secondsPerHour, hourMs, nowMs);
	}

	isBlank(nowMs: number): boolean {
		const areStrangersBlank = this.strangers === null || this.strangers.isBlank(nowMs);
		return this.sandboxes === 0 && areStrangersBlank && this.runs.isFull(nowMs) && this.seconds.isFull(nowMs);
	}
}

class AccountTable {
	readonly #accounts = new Map<string, Account>();
	readonly #allowance: Allowance;
	readonly #maxAccounts: number;
	#sweptMs = Number.NEGATIVE_INFINITY;

	constructor(allowance: Allowance, maxAccounts: number) {
		this.#allowance = allowance;
		this.#maxAccounts = maxAccounts;
	}

	get size(): number {
		return this.#accounts.size;
	}

	/** null: it is a new one and there is no room. */
	get(key: string, nowMs: number): Account | null {
		const known = this.#accounts.get(key);
		if (known !== undefined) return known;
		this.#sweep(nowMs);
		if (this.#accounts.size >= this.#maxAccounts) return null;
		const account = new Account(this.#allowance, nowMs);
		this.#accounts.set(key, account);
		return account;
	}

	#sweep(nowMs: number): void {
		if (nowMs - this.#sweptMs < sweepEveryMs) return;
		this.#sweptMs = nowMs;
		for (const [key, account] of this.#accounts) if (account.isBlank(nowMs)) this.#accounts.delete(key);
	}
}

export class Quotas {
	readonly #visitors: AccountTable;
	readonly #addresses: AccountTable;
	readonly #visitorAllowance: Allowance;
	readonly #addressAllowance: Allowance;
	readonly #now: () => number;

	/** `now`: milliseconds of a clock that never goes back. */
	constructor(options: { visitor: Allowance; address: Allowance; maxAccounts?: number; now: () => number }) {
		this.#visitors = new AccountTable(options.visitor, options.maxAccounts ?? 100_000);
		this.#addresses = new AccountTable(options.address, options.maxAccounts ?? 100_000);
		this.#visitorAllowance = options.visitor;
		this.#addressAllowance = options.address;
		this.#now = options.now;
	}

	/** How many accounts are kept, visitors and addresses together. */
	get size(): number {
		return this.#visitors.size + this.#addresses.size;
	}

	/** Counts one run; null: it may start. A refused run costs nothing. */
	takeRun(consumer: Consumer): Refusal | null {
		const nowMs = this.#now();
		const accounts = this.#accountsOf(consumer, nowMs);
		if (accounts === null) return tableFull;
		const { visitor, address } = accounts;
		const visitorWaitMs = visitor.runs.waitFor(1, nowMs);
		if (visitorWaitMs > 0) return { code: "tooManyRuns", retryAfterMs: visitorWaitMs };
		const secondsWaitMs = visitor.seconds.waitFor(1, nowMs);
		if (secondsWaitMs > 0) return { code: "timeQuotaReached", retryAfterMs: secondsWaitMs };
		const addressWaitMs = Math.max(address.runs.waitFor(1, nowMs), address.seconds.waitFor(1, nowMs));
		if (addressWaitMs > 0) return { code: "addressQuotaReached", retryAfterMs: addressWaitMs };
		visitor.runs.take(1, nowMs);
		address.runs.take(1, nowMs);
		return null;
	}

	/** Counts time that a program ran. It is known only afterwards, so a balance may go below zero by one run. */
	takeSeconds(consumer: Consumer, seconds: number): void {
		const nowMs = this.#now();
		const accounts = this.#accountsOf(consumer, nowMs);
		accounts?.visitor.seconds.take(seconds, nowMs);
		accounts?.address.seconds.take(seconds, nowMs);
	}

	/** Takes the right to one more sandbox, for the visitor and for the address. */
	takeSandbox(consumer: Consumer): Permit | Refusal {
		const accounts = this.#accountsOf(consumer, this.#now());
		if (accounts === null) return tableFull;
		const { visitor, address } = accounts;
		if (visitor.sandboxes >= this.#visitorAllowance.sandboxes) return { code: "tooManySessions" };
		if (address.sandboxes >= this.#addressAllowance.sandboxes) return { code: "addressQuotaReached" };
		visitor.sandboxes++;
		address.sandboxes++;
		let isHeld = true;
		return {
			release() {
				if (!isHeld) return;
				isHeld = false;
				visitor.sandboxes--;
				address.sandboxes--;
			},
		};
	}

	#accountsOf(consumer: Consumer, nowMs: number): { visitor: Account; address: Account } | null {
		const address = this.#addresses.get(consumer.address, nowMs);
		if (address === null) return null;
		const visitor = this.#visitors.get(consumer.visitor, nowMs);
		if (visitor !== null) return { visitor, address };
		address.strangers ??= new Account(this.#visitorAllowance, nowMs);
		return { visitor: address.strangers, address };
	}
}

const tableFull: Refusal = { code: "addressQuotaReached", retryAfterMs: minuteMs };
