import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type AttackResult, Fact, type PostureDifference } from "../../../protocol/posture.ts";
import { ServerTierId } from "../../../protocol/tiers.ts";
import type { SandboxSpec } from "../drivers/driver.ts";

/**
 * What a tier's posture must be: sandbox-images/posture/<tier>.json, reviewed like code. A fact that is missing, one that nobody expected,
 * and one that does not match are differences alike; so is every attack whose outcome is another.
 */

/** How a difference begins whose fact or attack is absent from what the probe told. */
export const notTold = "nothing";

const Item = z.union([z.string(), z.number()]);
/** What a sandbox is made with. */
const LimitName = z.enum(["memoryBytes", "processes", "workspaceBytes", "workspaceInodes", "openFiles", "cpuCores"]);

const Conditions = z
	.strictObject({
		/** One of these, exactly. */
		oneOf: z.array(Fact).min(1),
		atMost: z.number(),
		atLeast: z.number(),
		/** A regular expression over the whole text. */
		matches: z.string(),
		/** A list with nothing but these in it. */
		subsetOf: z.array(Item),
		/** A list that holds all of these, and perhaps others. */
		includes: z.array(Item),
		/** A list whose every item is matched as a whole by one of these regular expressions. */
		each: z.array(z.string()).min(1),
		/** A number above 0 and at most this one of the sandbox's own limits. */
		limit: LimitName,
		/** With `limit`: how far beyond it is still right, as a factor. */
		slack: z.number().min(1).max(32),
		/** Anything: the fact is worth telling and says nothing about the walls. */
		any: z.literal(true),
	})
	.partial()
	.refine((it) => Object.keys(it).length > 0, "a matcher without a condition");

const Matcher = z.union([Fact, Conditions]);
type Matcher = z.infer<typeof Matcher>;

const ExpectedAttack = z.union([
	z.enum(["held", "broke", "inexpressible"]),
	/** It works and stays inside: `contained` says why nothing of the machine hears of it. Shown beside what happened. */
	z.strictObject({ contained: z.string().min(20).max(300) }),
]);

export const GoldenFile = z.strictObject({
	/** For reviewers. */
	note: z.string().optional(),
	/** The file that this one changes: what it does not name is as there. */
	extends: z.optional(ServerTierId),
	facts: z.record(z.string(), Matcher),
	attacks: z.record(z.string(), ExpectedAttack),
});

export interface Golden {
	readonly facts: Readonly<Record<string, Matcher>>;
	readonly attacks: Readonly<Record<string, z.infer<typeof ExpectedAttack>>>;
}

/** Of that tier when it is looked at in that language: `<tier>-<language>.json` where the inner wall's probe is another, else `<tier>.json`. */
export function goldenName(folder: string, tier: ServerTierId, language: string): string {
	const own = `${tier}-${language}`;
	return existsSync(join(folder, `${own}.json`)) ? own : tier;
}

/** Rejects when the file, or one that it extends, is missing or has another form. */
export async function readGolden(folder: string, name: string, seen: readonly string[] = []): Promise<Golden> {
	const file = GoldenFile.parse(JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")));
	if (file.extends === undefined) return file;
	if (seen.includes(file.extends)) throw new Error(`golden files extend one another in a circle: ${[...seen, name].join(", ")}`);
	const base = await readGolden(folder, file.extends, [...seen, name]);
	return { facts: { ...base.facts, ...file.facts }, attacks: { ...base.attacks, ...file.attacks } };
}

const maxTextLength = 400;
const maxDifferences = 200;
const short = (text: string): string => (text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text);
const show = (value: unknown): string => short(JSON.stringify(value));

export function compareFacts(golden: Golden, facts: Readonly<Record<string, Fact>>, spec: SandboxSpec): PostureDifference[] {
	const paths = [...new Set([...Object.keys(golden.facts), ...Object.keys(facts)])].sort();
	return paths
		.flatMap((path) => {
			const matcher = golden.facts[path];
			const fact = facts[path];
			if (matcher === undefined)
				return [{ path: path.slice(0, 120), expected: "nothing: the golden file does not know it", found: show(fact) }];
			if (fact === undefined) return [{ path, expected: show(matcher), found: `${notTold}: it was not told` }];
			const wrong = whatIsWrong(matcher, fact, spec);
			return wrong === null ? [] : [{ path, expected: show(matcher), found: short(wrong) }];
		})
		.slice(0, maxDifferences);
}

/** null: nothing is. */
function whatIsWrong(matcher: Matcher, fact: Fact, spec: SandboxSpec): string | null {
	if (matcher === null || typeof matcher !== "object" || Array.isArray(matcher)) return isSame(matcher, fact) ? null : show(fact);
	const { oneOf, atMost, atLeast, matches, subsetOf, includes, each, limit, slack = 1 } = matcher;
	if (oneOf !== undefined && !oneOf.some((it) => isSame(it, fact))) return show(fact);
	if (atMost !== undefined && !(typeof fact === "number" && fact <= atMost)) return show(fact);
	if (atLeast !== undefined && !(typeof fact === "number" && fact >= atLeast)) return show(fact);
	if (limit !== undefined && !(typeof fact === "number" && fact > 0 && fact <= spec[limit] * slack)) return show(fact);
	if (matches !== undefined && !(typeof fact === "string" && new RegExp(`^(?:${matches})$`).test(fact))) return show(fact);
	if (subsetOf === undefined && includes === undefined && each === undefined) return null;
	if (!Array.isArray(fact)) return show(fact);
	const patterns = each?.map((it) => new RegExp(`^(?:${it})$`));
	const besides = fact.filter(
		(item) =>
			(subsetOf !== undefined && !subsetOf.includes(item)) || (patterns !== undefined && !patterns.some((it) => it.test(String(item)))),
	);
	if (besides.length > 0) return `besides: ${besides.join(", ")}`;
	const missing = includes?.filter((item) => !fact.includes(item)) ?? [];
	return missing.length > 0 ? `without: ${missing.join(", ")}` : null;
}

const isSame = (expected: Fact, found: Fact): boolean => JSON.stringify(expected) === JSON.stringify(found);

export interface JudgedAttacks {
	/** With what the golden file says of those that are contained. */
	readonly attacks: readonly AttackResult[];
	readonly differences: readonly PostureDifference[];
}

export function judgeAttacks(golden: Golden, results: readonly AttackResult[]): JudgedAttacks {
	const attacks = results.map((result) => {
		const expected = golden.attacks[result.id];
		if (typeof expected !== "object" || result.outcome !== "broke") return result;
		return { ...result, outcome: "held" as const, happened: short600(`Inside: ${result.happened}`), why: short600(expected.contained) };
	});
	const told = new Map(attacks.map((it) => [it.id, it]));
	const differences = [...new Set([...Object.keys(golden.attacks), ...told.keys()])].sort().flatMap((id) => {
		const expected = golden.attacks[id];
		const result = told.get(id);
		const path = `attacks.${id}`;
		if (expected === undefined) return [{ path, expected: "nothing: the golden file does not know it", found: result?.outcome ?? "" }];
		const outcome = typeof expected === "string" ? expected : "held";
		if (result === undefined) return [{ path, expected: outcome, found: `${notTold}: it was not tried, or not told` }];
		return result.outcome === outcome ? [] : [{ path, expected: outcome, found: short(`${result.outcome}: ${result.happened}`) }];
	});
	return { attacks, differences };
}

const short600 = (text: string): string => (text.length > 600 ? `${text.slice(0, 599)}…` : text);
