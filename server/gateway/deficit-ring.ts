/**
 * Deficit round robin (M. Shreedhar, G. Varghese, "Efficient fair queuing using deficit round robin", 1995) for work whose cost is known only
 * afterwards: who takes a turn pays for it while and after it is served, and who is in debt is passed over, at each visit a quantum less, until
 * the debt is paid. One turn a visit, whatever a party has waiting; nobody saves up; who waits alone pays nothing.
 */

/** What parties owe, in seconds; never below 0. */
export interface Debts {
	of(key: string): number;
	pay(key: string, seconds: number): void;
}

/** Small beside what a run costs, so that parties come out equal in cost and not in the number of runs. */
const quantumSeconds = 0.1;

/** Whose turn it is. `order` must not be empty; it is turned on, and visits are paid into `debts`. */
export function takeTurn(order: string[], debts: Debts): string {
	// Rounds in which nobody could be served are paid at once.
	let leastVisits = Number.POSITIVE_INFINITY;
	for (const key of order) leastVisits = Math.min(leastVisits, Math.ceil(debts.of(key) / quantumSeconds));
	if (leastVisits > 0) for (const key of order) debts.pay(key, leastVisits * quantumSeconds);
	for (;;) {
		const key = order.shift();
		if (key === undefined) throw new Error("a turn of nobody");
		order.push(key);
		if (debts.of(key) === 0) return key;
		debts.pay(key, quantumSeconds);
	}
}

/** Use is forgotten by half in this time, so that yesterday's runs delay nobody. */
const halfLifeMs = 60_000;
/** However long a run was, its party is not passed over for longer than this is worth. */
const maxDebtSeconds = 120;
/** Less than this passes nobody over, and much less is forgotten. */
const negligibleSeconds = quantumSeconds / 2;
const forgottenSeconds = 0.001;
const maxDebtors = 10_000;

interface Debt {
	readonly seconds: number;
	readonly atMs: number;
}

/** The debts that last from run to run. Bounded: at the cap, who has used nothing for the longest is forgotten. */
export class Ledger implements Debts {
	readonly #debts = new Map<string, Debt>();
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	get size(): number {
		return this.#debts.size;
	}

	of(key: string): number {
		const seconds = this.#owedBy(key);
		return seconds > negligibleSeconds ? seconds : 0;
	}

	charge(key: string, seconds: number): void {
		this.#set(key, Math.min(maxDebtSeconds, this.#owedBy(key) + seconds));
		if (this.#debts.size <= maxDebtors) return;
		for (const oldest of this.#debts.keys()) {
			this.#debts.delete(oldest);
			break;
		}
	}

	pay(key: string, seconds: number): void {
		const owed = this.#owedBy(key) - seconds;
		if (owed > negligibleSeconds) this.#set(key, owed);
		else this.#debts.delete(key);
	}

	#owedBy(key: string): number {
		const debt = this.#debts.get(key);
		if (debt === undefined) return 0;
		const seconds = debt.seconds * 0.5 ** ((this.#now() - debt.atMs) / halfLifeMs);
		if (seconds > forgottenSeconds) return seconds;
		this.#debts.delete(key);
		return 0;
	}

	/** The last to be touched is the last in order. */
	#set(key: string, seconds: number): void {
		this.#debts.delete(key);
		this.#debts.set(key, { seconds, atMs: this.#now() });
	}
}

/** Debts as they would become, for looking ahead: what is paid here is paid nowhere. */
export class SupposedDebts implements Debts {
	readonly #supposed = new Map<string, number>();
	readonly #real: Debts;

	constructor(real: Debts) {
		this.#real = real;
	}

	of(key: string): number {
		return this.#supposed.get(key) ?? this.#real.of(key);
	}

	pay(key: string, seconds: number): void {
		const owed = this.of(key) - seconds;
		this.#supposed.set(key, owed > negligibleSeconds ? owed : 0);
	}
}
