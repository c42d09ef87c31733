import type { TestContext } from "node:test";
import type { Snippet } from "../../../protocol/snippets.ts";
import { openStore, type StorePlace } from "../open-store.ts";
import type { SnippetStore } from "../snippet-store.ts";

/** Closed when the test ends. */
export function openForTest(test: TestContext, place: StorePlace, maxBytes = 100_000_000): SnippetStore {
	const store = openStore({ place, maxBytes, onFailure: () => undefined });
	test.after(() => store.close());
	return store;
}

export async function collect(store: SnippetStore): Promise<Snippet[]> {
	const snippets: Snippet[] = [];
	for await (const snippet of store.all()) snippets.push(snippet);
	return snippets;
}

/** A lost database is tried again once a second at most. */
export async function untilWorking(attempt: () => Promise<unknown>): Promise<void> {
	for (const deadline = Date.now() + 10_000; ; ) {
		try {
			await attempt();
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
}
