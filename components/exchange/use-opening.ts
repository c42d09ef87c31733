import { type Dispatch, type SetStateAction, useCallback, useEffect, useRef } from "react";
import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import type { Toast } from "../notice/use-toast.ts";
import type { Opened, OpeningGround } from "../share/opening.ts";
import type { Work } from "../storage/work.ts";

interface OpeningParts {
	/** null until it can be changed. */
	readonly work: Work | null;
	readonly languages: readonly CatalogueLanguage[];
	readonly tiers: readonly CatalogueTier[];
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
	readonly show: (toast: Toast) => void;
}

export interface Opening {
	/** null: they were opened; else why they were not. */
	openFiles(files: readonly File[]): Promise<string | null>;
	bringBack(): Promise<void>;
}

const notFetched = "What opens programs could not be fetched. Nothing was changed.";

/**
 * Opens programs that come from outside: files, a zip, a text, a link with a program in it. They go into the editor and never run by themselves;
 * what the reader wrote is kept first, with a way back. The code for it is fetched only then.
 */
export function useOpening(parts: OpeningParts): Opening {
	const latest = useRef(parts);
	useEffect(() => {
		latest.current = parts;
	});
	const bringBack = useCallback(async () => {
		const drafts = await import("../share/program-draft.ts");
		latest.current.setWork((current) => current && drafts.bringBack(current, latest.current.languages));
	}, []);
	const open = useCallback(
		async (read: (ground: OpeningGround) => Promise<Opened>): Promise<string | null> => {
			try {
				const { openProgram } = await import("../share/program-draft.ts");
				const { work, setWork, show } = latest.current;
				if (work === null) return notFetched;
				const opened = await read({ ...latest.current, work });
				if (opened.kind !== "opened") return opened.kind === "none" ? null : opened.sentence;
				const { program, hasKept, sentence } = opened;
				setWork((current) => current && openProgram(current, program).work);
				show({ sentence, undo: hasKept ? () => void bringBack() : null, undoLabel: "Bring it back", stays: hasKept });
				return null;
			} catch (error) {
				console.info(notFetched, error);
				return notFetched;
			}
		},
		[bringBack],
	);
	const canOpen = parts.work !== null;
	useEffect(() => {
		if (!canOpen) return;
		const follow = async (): Promise<void> => {
			const { hash, pathname } = location;
			if (hash.length < 2) return;
			const problem = await open(async (ground) => {
				const { readFragment } = await import("../share/opening.ts");
				const opened = readFragment(hash, ground);
				// A reload must not put the program over what was written since.
				if (opened.kind !== "none") history.replaceState(history.state, "", pathname);
				return opened;
			});
			if (problem !== null) latest.current.show({ sentence: problem, undo: null, stays: true });
		};
		const onHash = () => void follow();
		onHash();
		addEventListener("hashchange", onHash);
		return () => removeEventListener("hashchange", onHash);
	}, [canOpen, open]);
	const openFiles = useCallback(
		(files: readonly File[]) => open(async (ground) => (await import("../share/opening.ts")).readPicked(files, ground)),
		[open],
	);
	return { openFiles, bringBack };
}
