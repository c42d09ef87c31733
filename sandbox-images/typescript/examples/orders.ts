import { styleText } from "node:util";

// An order is in exactly one state, and each state holds exactly what is known in it.
type Order =
	| { readonly state: "draft"; readonly items: readonly Item[] }
	| { readonly state: "paid"; readonly items: readonly Item[]; readonly paidAt: Date }
	| { readonly state: "shipped"; readonly items: readonly Item[]; readonly tracking: string }
	| { readonly state: "cancelled"; readonly reason: string };

interface Item {
	readonly name: string;
	readonly cents: number;
	readonly count: number;
}

type In<State extends Order["state"]> = Extract<Order, { state: State }>;

const pay = (order: In<"draft">, paidAt: Date): In<"paid"> => ({ ...order, state: "paid", paidAt });
const ship = ({ items }: In<"paid">, tracking: string): In<"shipped"> => ({ state: "shipped", items, tracking });

/** A state that is forgotten here does not compile: `order` is not `never` then. */
function describe(order: Order): string {
	switch (order.state) {
		case "draft":
			return `${order.items.length} kinds of thing, not yet paid for`;
		case "paid":
			return `on ${order.paidAt.toISOString().slice(0, 10)}, ${euros(total(order.items))}`;
		case "shipped":
			return `as ${order.tracking}`;
		case "cancelled":
			return `because ${order.reason}`;
		default:
			return order satisfies never;
	}
}

const total = (items: readonly Item[]): number => items.reduce((sum, { cents, count }) => sum + cents * count, 0);
const euros = (cents: number): string => new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(cents / 100);

const draft: In<"draft"> = {
	state: "draft",
	items: [
		{ name: "hourglass", cents: 1_990, count: 1 },
		{ name: "bag of sand", cents: 250, count: 3 },
	],
};
const paid = pay(draft, new Date("2025-03-01"));
const orders: readonly Order[] = [draft, paid, ship(paid, "SG-0042"), { state: "cancelled", reason: "the sand ran out" }];

for (const [step, order] of orders.entries()) console.log(`${step + 1}. ${styleText("cyan", order.state.padEnd(9))} ${describe(order)}`);

// Uncomment to see the compiler refuse it: a draft cannot be shipped.
// ship(draft, "SG-0043");
