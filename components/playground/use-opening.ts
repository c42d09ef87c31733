import { type Dispatch, type SetStateAction, useCallback, useEffect, useRef } from "react";
import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import type { Toast } from "../notice/use-toast.ts";
import type { Read } from "../share/open-files.ts";
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
	openText(name: string, text: string): Promise<string | null>;
	bringBack(): Promise<void>;
}

/**
 * Opens programs that come from outside: files, a zip, a text, a link with a program in it. They go into the editor and never run by themselves;
 * what the reader wrote is kept first, with a way back. The code for it is fetched only then.
 */
export function useOpening(parts: OpeningParts): Opening {
	const latest = useRef(parts);
	useEffect(() => {
		latest.current = parts;
	});
	const open = useCallback(async (read: Read, from: string): Promise<string | null> => {
		const { openProgram, settleProgram, bringBack } = await import("../share/program-draft.ts");
		const { work, languages, tiers, setWork, show } = latest.current;
		if (work === null) return "The list of languages is not there yet.";
		if ("problem" in read) return read.problem;
		const program = settleProgram(read.draft, languages, tiers);
		if ("problem" in program) return program.problem;
		const { hasKept } = openProgram(work, program);
		setWork((current) => current && openProgram(current, program).work);
		const sentences = [`Opened from ${from}. Press Run to run it.`, ...program.differences];
		if (hasKept) sentences.push("Your earlier program is kept.");
		const undo = hasKept ? () => setWork((current) => current && bringBack(current, languages)) : null;
		show({ sentence: sentences.join(" "), undo, undoLabel: "Bring it back", stays: hasKept });
		return null;
	}, []);
	const canOpen = parts.work !== null;
	useEffect(() => {
		if (!canOpen) return;
		const openFragment = async (): Promise<void> => {
			const { hash } = location;
			if (hash.length < 2) return;
			const { decodeFragment } = await import("../share/fragment.ts");
			const reading = decodeFragment(hash);
			if (reading.kind === "none") return;
			// Before anything else: a reload must not put the program over what was written since.
			history.replaceState(history.state, "", location.pathname);
			const problem = reading.kind === "broken" ? reading.sentence : await open(reading, "the link");
			if (problem !== null) latest.current.show({ sentence: `${problem} Your files are as they were.`, undo: null, stays: true });
		};
		const follow = (): void => {
			openFragment().catch((error: unknown) => {
				console.info("The link could not be opened.", error);
				latest.current.show({ sentence: "What opens links could not be fetched. Your files are as they were.", undo: null });
			});
		};
		follow();
		addEventListener("hashchange", follow);
		return () => removeEventListener("hashchange", follow);
	}, [canOpen, open]);
	const openFiles = useCallback(
		async (files: readonly File[]) => {
			const { readFiles } = await import("../share/open-files.ts");
			const { work, languages } = latest.current;
			return open(await readFiles(files, languages, work?.languageId ?? ""), files.length === 1 ? "a file" : "files");
		},
		[open],
	);
	const openText = useCallback(
		async (name: string, text: string) => {
			const { readFiles } = await import("../share/open-files.ts");
			const { work, languages } = latest.current;
			return open(await readFiles([new File([text], name)], languages, work?.languageId ?? ""), "your text");
		},
		[open],
	);
	const bringBack = useCallback(async () => {
		const drafts = await import("../share/program-draft.ts");
		const { languages, setWork } = latest.current;
		setWork((current) => current && drafts.bringBack(current, languages));
	}, []);
	return { openFiles, openText, bringBack };
}
