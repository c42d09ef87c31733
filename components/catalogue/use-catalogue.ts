import { useCallback, useEffect, useState } from "react";
import { Catalogue, type CatalogueLanguage, type CatalogueTier, cataloguePath } from "../../protocol/catalogue.ts";

export type CatalogueState =
	| { readonly kind: "loading" }
	| { readonly kind: "failed" }
	| { readonly kind: "ready"; readonly languages: readonly CatalogueLanguage[]; readonly tiers: readonly CatalogueTier[] };

/** While something is still being set up on the server, the page asks again this often. */
const pollMs = 3_000;

const isSettled = ({ languages, tiers }: Catalogue): boolean =>
	languages.every(({ versions }) => versions.every(({ isReady }) => isReady)) && tiers.every(({ state }) => state !== "checking");

async function fetchCatalogue(signal: AbortSignal): Promise<Catalogue> {
	const response = await fetch(cataloguePath, { signal, headers: { accept: "application/json" } });
	if (!response.ok) throw new Error(`The list of languages was answered with status ${response.status}.`);
	const catalogue = Catalogue.parse(await response.json());
	if (catalogue.languages.length === 0) throw new Error("The list of languages is empty.");
	return catalogue;
}

/**
 * Owns what the server offers: fetched once, then again until every language is set up and every isolation was tried.
 * `isWanted` false: not before it is true.
 */
export function useCatalogue(isWanted = true): { catalogue: CatalogueState; retry: () => void } {
	const [catalogue, setCatalogue] = useState<CatalogueState>({ kind: "loading" });
	const [attempt, setAttempt] = useState(0);
	const retry = useCallback(() => {
		setCatalogue({ kind: "loading" });
		setAttempt((count) => count + 1);
	}, []);
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is what starts it again
	useEffect(() => {
		if (!isWanted) return;
		const controller = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const load = async (): Promise<void> => {
			try {
				const fetched = await fetchCatalogue(controller.signal);
				setCatalogue({ kind: "ready", languages: fetched.languages, tiers: fetched.tiers });
				if (!isSettled(fetched)) timer = setTimeout(() => void load(), pollMs);
			} catch (error) {
				if (controller.signal.aborted) return;
				console.info("The list of languages did not come.", error);
				// A list that is there already stays; a later poll brings the newer one.
				setCatalogue((current) => (current.kind === "ready" ? current : { kind: "failed" }));
				timer = setTimeout(() => void load(), pollMs);
			}
		};
		void load();
		return () => {
			controller.abort();
			clearTimeout(timer);
		};
	}, [attempt, isWanted]);
	return { catalogue, retry };
}
