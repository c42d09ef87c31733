import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
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

/** Owns what the reader writes, and keeps it in the browser: shortly after each change, and at once when the page goes. */
export function useWork(languages: readonly CatalogueLanguage[] | null): WorkState {
	const [work, setWork] = useState<Work | null>(null);
	const [isKept, setIsKept] = useState(true);
	const unsaved = useRef<Work | null>(null);
	useEffect(() => {
		if (languages === null) return;
		const stores = browserStores();
		setWork((current) => current ?? startWork(stores === null ? null : loadWork(stores), languages));
	}, [languages]);
	useEffect(() => {
		if (work === null) return;
		unsaved.current = work;
		const save = (): void => {
			if (unsaved.current === null) return;
			const stores = browserStores();
			setIsKept(stores !== null && saveWork(stores, unsaved.current));
			unsaved.current = null;
		};
		const timer = setTimeout(save, saveDelayMs);
		addEventListener("pagehide", save);
		return () => {
			clearTimeout(timer);
			removeEventListener("pagehide", save);
		};
	}, [work]);
	return { work, setWork, isKept };
}
