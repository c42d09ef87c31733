import { type Debts, Ledger, SupposedDebts, takeTurn } from "./deficit-ring.ts";

/**
 * Who waits, and in what order they are served. Parties take turns: a reader on a page of ours, who calls the HTTP interface, and an embedding
 * site with all of its readers. Inside a site its readers take turns. Each pays in seconds of what its runs really use (deficit-ring.ts).
 */

export interface Place {
	readonly visitor: string;
	/** The site whose frame it is; absent: it is a party of its own. */
	readonly site?: string;
}

interface Party<Item> {
	readonly order: string[];
	readonly lines: Map<string, Item[]>;
}

const partyOf = ({ visitor, site }: Place): string => (site === undefined ? `visitor ${visitor}` : `site ${site}`);
const memberOf = ({ visitor }: Place): string => `member ${visitor}`;

export class Turns<Item extends Place> {
	readonly #parties = new Map<string, Party<Item>>();
	readonly #order: string[] = [];
	readonly #ledger: Ledger;
	#size = 0;

	constructor(now: () => number) {
		this.#ledger = new Ledger(now);
	}

	get size(): number {
		return this.#size;
	}

	/** What was used, whether somebody waits or not. */
	charge(place: Place, seconds: number): void {
		this.#ledger.charge(partyOf(place), seconds);
		if (place.site !== undefined) this.#ledger.charge(memberOf(place), seconds);
	}

	/** How many of the same visitor wait. */
	countOf(place: Place): number {
		return this.#parties.get(partyOf(place))?.lines.get(memberOf(place))?.length ?? 0;
	}

	add(item: Item): void {
		const [party, member] = [partyOf(item), memberOf(item)];
		const known = this.#parties.get(party) ?? { order: [], lines: new Map<string, Item[]>() };
		if (!this.#parties.has(party)) {
			this.#parties.set(party, known);
			this.#order.push(party);
		}
		const line = known.lines.get(member);
		if (line !== undefined) line.push(item);
		else {
			known.lines.set(member, [item]);
			known.order.push(member);
		}
		this.#size++;
	}

	/** False: it does not wait. */
	remove(item: Item): boolean {
		const line = this.#parties.get(partyOf(item))?.lines.get(memberOf(item));
		const at = line?.indexOf(item) ?? -1;
		if (line === undefined || at < 0) return false;
		line.splice(at, 1);
		this.#size--;
		this.#tidy(partyOf(item), memberOf(item));
		return true;
	}

	/** Takes the one whose turn it is. */
	next(): Item | undefined {
		if (this.#size === 0) return undefined;
		const key = takeTurn(this.#order, this.#ledger);
		const party = this.#parties.get(key);
		const member = party === undefined ? "" : takeTurn(party.order, this.#ledger);
		const item = party?.lines.get(member)?.shift();
		if (item === undefined) throw new Error("a turn of a party that does not wait");
		this.#size--;
		this.#tidy(key, member);
		return item;
	}

	/** All, in the order in which they would be served if nothing changed. */
	*inOrder(): Generator<Item, void, void> {
		const debts: Debts = new SupposedDebts(this.#ledger);
		const order = [...this.#order];
		const parties = new Map([...this.#parties].map(([key, { order, lines }]) => [key, { order: [...order], lines, served: new Map() }]));
		for (let left = this.#size; left > 0; left--) {
			const key = takeTurn(order, debts);
			const party = parties.get(key);
			if (party === undefined) return;
			const member = takeTurn(party.order, debts);
			const line = party.lines.get(member) ?? [];
			const served: number = party.served.get(member) ?? 0;
			party.served.set(member, served + 1);
			if (served + 1 === line.length) drop(party.order, member);
			if (party.order.length === 0) drop(order, key);
			const item = line[served];
			if (item !== undefined) yield item;
		}
	}

	/** The last of the party that has most waiting, where it has at least two more than that place's; undefined: nobody has. */
	displacedBy(place: Place): Item | undefined {
		const own = countOf(this.#parties.get(partyOf(place)));
		let longest: Party<Item> | undefined;
		for (const party of this.#parties.values()) if (countOf(party) > countOf(longest)) longest = party;
		if (longest === undefined || countOf(longest) < own + 2) return undefined;
		const lines = [...longest.lines.values()];
		return lines.reduce((most, line) => (line.length >= most.length ? line : most)).at(-1);
	}

	#tidy(key: string, member: string): void {
		const party = this.#parties.get(key);
		if (party?.lines.get(member)?.length !== 0) return;
		party.lines.delete(member);
		drop(party.order, member);
		if (party.order.length > 0) return;
		this.#parties.delete(key);
		drop(this.#order, key);
	}
}

function countOf<Item>(party: Party<Item> | undefined): number {
	let count = 0;
	for (const line of party?.lines.values() ?? []) count += line.length;
	return count;
}

function drop(order: string[], key: string): void {
	const at = order.indexOf(key);
	if (at >= 0) order.splice(at, 1);
}
