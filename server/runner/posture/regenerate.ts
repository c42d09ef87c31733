import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fact, PostureReport } from "../../../protocol/posture.ts";
import { GoldenFile } from "./golden.ts";

/**
 * A golden file with what a report differs in written down as it was found: for a reviewer, who keeps what is right and turns it into a
 * matcher where other machines may differ. What still matches stays as it is written.
 */
export async function regenerate(folder: string, name: string, report: PostureReport): Promise<string> {
	const text = await readFile(join(folder, `${name}.json`), "utf8").catch(() => '{ "extends": "container", "facts": {}, "attacks": {} }');
	const file = GoldenFile.parse(JSON.parse(text));
	const facts = { ...file.facts };
	const attacks = { ...file.attacks };
	for (const { path } of report.differences) {
		const id = path.startsWith("attacks.") ? path.slice("attacks.".length) : undefined;
		const fact = report.facts[path];
		const outcome = report.attacks.find((it) => it.id === id)?.outcome;
		if (id !== undefined && outcome !== undefined) attacks[id] = outcome;
		else if (id !== undefined) delete attacks[id];
		else if (fact !== undefined) facts[path] = matcherFor(fact);
		else delete facts[path];
	}
	return `${JSON.stringify({ ...file, facts: sortedByKey(facts), attacks: sortedByKey(attacks) }, null, "\t")}\n`;
}

const longListItems = 20;

/** A long list is a list of what may be there; a short one is exact. */
const matcherFor = (fact: Fact) => (Array.isArray(fact) && fact.length > longListItems ? { subsetOf: [...fact].sort() } : fact);

const sortedByKey = <Value>(record: Record<string, Value>): Record<string, Value> =>
	Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
