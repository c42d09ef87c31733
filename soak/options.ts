import { z } from "zod";
import { tierIds } from "../protocol/tiers.ts";

/** `npm run soak -- --minutes=3 --seed=42 --people=12` */

export interface Options {
	/** How long people are let at the server. */
	readonly minutes: number;
	/** What everybody does follows from it; when they do it is the machine's. */
	readonly seed: number;
	/** At once. */
	readonly people: number;
	/** Asked for, in this order; only those that the machine can offer are used. */
	readonly tiers: readonly string[];
}

export class OptionsError extends Error {}

const serverTiers = tierIds.filter((tier) => tier !== "browser" && tier !== "kata");
const schemas = {
	minutes: z.coerce.number().min(1).max(600),
	seed: z.coerce.number().int().min(0).max(0xffff_ffff),
	people: z.coerce.number().int().min(8).max(64),
	tiers: z
		.string()
		.transform((text) => text.split(","))
		.pipe(z.array(z.enum(serverTiers)).min(1)),
};
const allowed = `--minutes=1…600, --seed=0…4294967295, --people=8…64, --tiers=${serverTiers.join(",")}`;

/** Throws OptionsError with what is allowed. `freshSeed` is taken where none is given. */
export function parseOptions(words: readonly string[], freshSeed: number): Options {
	// The container first: it is what stays warm, and what most people get.
	const options = { minutes: 30, seed: freshSeed, people: 12, tiers: ["container", ...serverTiers.filter((it) => it !== "container")] };
	for (const word of words) {
		const [, name = "", value = ""] = /^--([a-z]+)=(.+)$/.exec(word) ?? [];
		const schema = Object.entries(schemas).find(([it]) => it === name)?.[1];
		const parsed = schema?.safeParse(value);
		if (parsed?.success !== true) throw new OptionsError(`${JSON.stringify(word)} cannot be used; there are ${allowed}.`);
		Object.assign(options, { [name]: parsed.data });
	}
	return options;
}
