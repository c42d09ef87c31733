import { writeSync } from "node:fs";
import { openStore } from "../open-store.ts";
import { makeSnippet } from "./make-snippet.ts";

/**
 * Stores one snippet after the other, and prints each id once it may be given out, until it is killed. Arguments: the database's file, and
 * a word that no other writer has.
 */

const [path = "", word = ""] = process.argv.slice(2);
const store = openStore({ place: { kind: "sqlite", path }, maxBytes: 1_000_000_000, onFailure: () => undefined });

async function writeForEver(lane: number): Promise<void> {
	for (let count = 0; ; count++) {
		const snippet = await makeSnippet({ stdin: `${word} ${lane} ${count} ${"x".repeat((count * 977) % 9_000)}` });
		await store.put(snippet);
		writeSync(1, `${snippet.id}\n`);
	}
}

await Promise.all([0, 1, 2].map(writeForEver));
