import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import { startWork } from "./start-work.ts";
import { browserStores, loadWork, saveWork, type Work } from "./work.ts";

const saveDelayMs = 300;

export interface WorkState {
	/** null until the catalogue is there. */
	readonly work: Work | null;
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
	/** False: this browser could not keep the last change. */
	readonly isKept: boolean;
}

/** What the server offers, once it is known. */
export interface Offer {
	readonly languages: readonly CatalogueLanguage[];
	readonly tiers: readonly CatalogueTier[];
}

/** A shared program: its edits have a place of their own, and where there are none yet it starts as it was shared. */
export interface SharedStart {
	readonly id: string;
	/** null: it cannot be opened here. */
	readonly start: (offer: Offer) => Work | null;
}

/** Owns what the reader writes, and keeps it in the browser: shortly after each change, and at once when the page goes. */
export function useWork(offer: Offer | null, shared: SharedStart | null): WorkState {
	const [work, setWork] = useState<Work | null>(null);
	const [isKept, setIsKept] = useState(true);
	const snippetId = shared?.id ?? null;
	const unsaved = useRef<Work | null>(null);
	useEffect(() => {
		if (offer === null) return;
		const stores = browserStores(snippetId);
		const kept = stores === null ? null : loadWork(stores, snippetId);
		setWork((current) => current ?? (shared !== null && kept === null ? shared.start(offer) : startWork(kept, offer.languages)));
	}, [offer, shared, snippetId]);
	useEffect(() => {
		if (work === null) return;
		unsaved.current = work;
		const save = (): void => {
			if (unsaved.current === null) return;
			const stores = browserStores(snippetId);
			setIsKept(stores !== null && saveWork(stores, unsaved.current, snippetId));
			unsaved.current = null;
		};
		const timer = setTimeout(save, saveDelayMs);
		addEventListener("pagehide", save);
		return () => {
			clearTimeout(timer);
			removeEventListener("pagehide", save);
		};
	}, [work, snippetId]);
	return { work, setWork, isKept };
}
